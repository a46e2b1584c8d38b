"""Explaining a decision: why something would be permitted or refused, rule by rule."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike

from sayso.accounts.rights import Right
from sayso.clock import now
from sayso.consent import Action, Purpose, Request, fields, minutes, signed
from sayso.consent.act import Disclosure
from sayso.consent.decision import Why
from sayso.consent.decision import why as lay_open
from sayso.errors import Invalid
from sayso.ids import SpeakerId
from sayso.workflows.consent.commitments import script_commitment
from sayso.workflows.consent.refusing import why_shown
from sayso.workflows.installation.session import Session
from sayso.workflows.voices.voicebook import row_of


@dataclass(frozen=True, slots=True)
class ProposedUse:
    """What somebody would like to do with a voice. Without ``text`` nothing is known of what would be said."""

    voice: str
    licensee: str
    purpose: str
    project: str | None = None
    language: str = "en"
    action: str = "synthesize"
    territory: str | None = None
    channel: str | None = None
    text: str | None = None
    topics: tuple[str, ...] | None = None
    sublicensee: str | None = None
    disclosure: str | None = None
    lexicon: str | PathLike[str] | None = None


def why(session: Session, question: ProposedUse) -> Why:
    """Return what would be decided, rule by rule; nothing is reserved, made or logged."""
    session.require_licensee(question.licensee, Right.SPEECH)
    row = row_of(session, question.voice)
    request = Request(
        speaker=row.speaker_id,
        voice=row.voice_id,
        action=parse_action(question.action),
        licensee=question.licensee,
        purpose=Purpose(question.purpose),
        project=question.project,
        language=question.language,
        territory=question.territory,
        channel=question.channel,
        takes=1 if question.action == Action.SYNTHESIZE else 0,
        text=question.text,
        text_commitment=_text_commitment(session, row.speaker_id, question),
        topics=None if question.topics is None else tuple(Purpose(topic) for topic in question.topics),
        disclosure=parse_disclosure(question.disclosure),
        sublicensee=question.sublicensee,
    )
    with session.read() as tx:
        standing = signed.standing(tx, row.speaker_id, session.policies)
        used = minutes.usage(tx, row.speaker_id)
        answer = lay_open(
            request,
            grants=standing.policy,
            epoch=standing.epoch,
            now=now(),
            used_ms=used.ms,
            used_takes=used.takes,
            deceased=standing.deceased,
        )
        return why_shown(session, tx, row.speaker_id, answer)


def parse_action(text: str) -> Action:
    """Return the action named; raise `Invalid`."""
    try:
        return Action(text)
    except ValueError:
        raise Invalid(f"action: got {text[:40]!r}, expected one of {', '.join(Action)}") from None


def parse_disclosure(text: str | None) -> Disclosure | None:
    """Return the way of disclosure that is named, None for none; raise `Invalid`."""
    return fields.choice("disclosure", text, Disclosure)


def _text_commitment(session: Session, speaker: SpeakerId, question: ProposedUse) -> str:
    if question.text is None:
        return ""
    return script_commitment(session, speaker, question.text, language=question.language, lexicon=question.lexicon)
