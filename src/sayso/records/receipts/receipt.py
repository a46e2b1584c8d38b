"""What stands on a receipt, before it becomes text or a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sayso.consent.grant import Grant
from sayso.consent.state import State
from sayso.records.receipts.sentences import SECTIONS, told
from sayso.records.receipts.words import STATES, day, length


@dataclass(frozen=True, slots=True)
class Commands:
    """What a speaker can type: ``{grant}`` and ``{speaker}`` in them stand for the ids."""

    withdraw: str
    erase: str


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What a receipt tells besides the grant: when it was written, what was made so far, a name, and what to type."""

    at: datetime
    used_ms: int = 0
    speaker_name: str = ""
    commands: Commands | None = None


@dataclass(frozen=True, slots=True)
class ReceiptSection:
    """A heading and the sentences below it."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt: its title, the sections, and the small print."""

    title: str
    sections: tuple[ReceiptSection, ...]
    fine_print: tuple[str, ...]


def receipt(grant: Grant, facts: ReceiptFacts) -> Receipt:
    """Return the receipt of a grant: who, what for, until when, how much, how to take it back, what happens then."""
    found = told(grant.terms()) if grant.state is not State.ERASED else {}
    if "minutes" in found:
        found["minutes"].append(
            f"So far they made {length(facts.used_ms)}." if facts.used_ms else "So far they made none."
        )
    state = grant.state_at(facts.at)
    sections = [ReceiptSection("Where things stand", (STATES[state],))]
    sections += [ReceiptSection(SECTIONS[name], tuple(sentences)) for name, sentences in found.items() if sentences]
    return Receipt(
        title=f"Your voice receipt: {facts.speaker_name}" if facts.speaker_name else "Your voice receipt",
        sections=(*sections, *_rights(grant, state, facts.commands)),
        fine_print=(
            f"Grant: {grant.grant_id}, version {grant.version}",
            *([f"Speaker: {grant.speaker}"] if grant.speaker else []),
            f"Written on {day(facts.at)}",
        ),
    )


def _rights(grant: Grant, state: State, commands: Commands | None) -> tuple[ReceiptSection, ...]:
    if state is State.ERASED:
        return (ReceiptSection("What happens next", ("There is nothing you need to do.",)),)
    next_steps = (
        "Each time they use your voice, this is written into a log. Nobody can change the log and hide it.",
        "All sound that is made has a hidden mark. With it we can tell that it is not you who spoke.",
        "You can ask to see the log at any time.",
    )
    if state in {State.REQUESTED, State.GIVEN, State.SUSPENDED}:
        return (
            ReceiptSection("How to take it back", _ways_back(grant, commands)),
            ReceiptSection(
                "What happens when you take it back",
                (
                    "They must stop at once. Speech that is being made stops too.",
                    "You do not have to say why.",
                    "Sound that is out in the world already does not vanish by this.",
                ),
            ),
            ReceiptSection("What happens next", next_steps),
        )
    return (ReceiptSection("What happens next", next_steps[1:]),)


def _ways_back(grant: Grant, commands: Commands | None) -> tuple[str, ...]:
    ids = {"grant": grant.grant_id, "speaker": grant.speaker}
    withdraw = (f"Or type this: {commands.withdraw.format(**ids)}",) if commands else ()
    erase = f" For that, type: {commands.erase.format(**ids)}" if commands else ""
    return (
        "You can take this back at any time. It costs nothing.",
        f"Ask the people who run Sayso, and show them this: {grant.grant_id}.",
        *withdraw,
        f"You can also have your voice erased. Then all copies that we hold can never be opened again.{erase}",
    )
