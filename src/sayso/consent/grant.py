"""A grant: what a speaker allows one licensee to do with their voice. What it does not name is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

from sayso.clock import stamp
from sayso.consent import fields
from sayso.consent.act import Action, Disclosure, Purpose
from sayso.consent.dimensions import TERMS
from sayso.consent.errors import GrantInvalid
from sayso.consent.forms import Form
from sayso.consent.state import State
from sayso.errors import Bug, Invalid
from sayso.ids import GrantId, SpeakerId, parse_id

DEFAULT_ACTIONS: Final = (Action.CLONE, Action.SYNTHESIZE, Action.PUBLISH)
"""What a grant allows when it does not say: never live speech, conversion, export of the voice, or training."""

NO_END: Final = datetime.max.replace(tzinfo=UTC)
"""When a grant without an end ends."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission. `GrantInvalid` names the first field that is malformed.

    ``purposes`` allow what is below them. ``project`` None, ``*`` in a list, and no ``until`` mean any. ``max_ms`` caps
    the sound made under the grant, in milliseconds, ``max_takes`` the number of pieces. Times are kept to milliseconds.

    About the text: ``scripted_only`` (no live speech), ``blocked_words`` (words, phrases), ``blocked_topics`` (paths),
    ``approved_texts`` (commitments; None means that no text needs approval, and an empty list that none has it yet).
    ``disclosure``: how listeners must learn that the voice is synthetic. ``compensation`` names the contract by which
    the speaker is paid. ``notice_sha256`` and ``notice_language``: what the speaker was shown before.

    An ``outer`` consent permits nothing by itself: it bounds the licences that name it as their ``ceiling``. It may be
    for any licensee and purpose.

    The licensee ``*`` and the purpose ``*`` are for house grants: those of the voices that come with an engine, whose
    ``note`` names licence and source. A tombstone (state erased) has an empty ``speaker``.
    """

    grant_id: GrantId
    speaker: SpeakerId
    licensee: str
    purposes: tuple[Purpose, ...]
    not_before: datetime
    until: datetime | None = None
    project: str | None = None
    languages: tuple[str, ...] = (fields.ANY,)
    territories: tuple[str, ...] = (fields.ANY,)
    channels: tuple[str, ...] = (fields.ANY,)
    actions: tuple[Action, ...] = DEFAULT_ACTIONS
    max_ms: int | None = None
    state: State = State.GIVEN
    note: str = ""
    house: bool = False
    version: int = 1
    max_takes: int | None = None
    scripted_only: bool = False
    blocked_words: tuple[str, ...] = ()
    blocked_topics: tuple[Purpose, ...] = ()
    approved_texts: tuple[str, ...] | None = None
    disclosure: Disclosure | None = None
    compensation: str | None = None
    sublicensing: bool = False
    post_mortem: bool = False
    notice_sha256: str | None = None
    notice_language: str | None = None
    outer: bool = False
    ceiling: GrantId | None = None

    def __post_init__(self) -> None:
        """Check every field and bring it to its one form."""
        for field, form in _FORMS.items():
            try:
                object.__setattr__(self, field, form(self, field, getattr(self, field)))
            except GrantInvalid:
                raise
            except Invalid as error:
                message = error.message if error.message.startswith(field) else f"{field}: {error.message}"
                raise GrantInvalid(message, hint=error.hint) from None
            except (TypeError, ValueError, KeyError, AttributeError):
                raise GrantInvalid(
                    f"{field}: got {str(getattr(self, field))[:60]!r}, which is of no use here"
                ) from None

    def state_at(self, now: datetime) -> State:
        """Return the state at ``now``: a grant whose time is over is expired without anybody's doing."""
        running = self.state in {State.REQUESTED, State.GIVEN, State.SUSPENDED}
        return State.EXPIRED if running and self.until is not None and now >= self.until else self.state

    @property
    def stored_state(self) -> str:
        """Return the state as its row has it; see `sayso.consent.unreadable`."""
        return str(self.state)

    def require_readable(self) -> None:
        """Return; an `UnreadableGrant` raises `GrantInvalid`."""

    def rank(self, purpose: Purpose) -> tuple[int, datetime, GrantId]:
        """Return what orders grants for ``purpose``: the narrowest, then what ends first, then the smallest id."""
        depth = max((each.depth for each in self.purposes if each.covers(purpose)), default=0)
        return -depth, self.until or NO_END, self.grant_id

    def terms(self) -> dict[str, Any]:
        """Return what was granted as plain JSON values: everything but id, version, speaker and state."""
        return {term.name: _plain(getattr(self, term.name)) for term in TERMS}

    @classmethod
    def from_terms(
        cls, terms: Mapping[str, Any], *, grant_id: GrantId, speaker: SpeakerId, state: State, version: int
    ) -> Self:
        """Return the grant whose `terms` these are; raise `GrantInvalid` naming an unknown, missing or bad field."""
        unknown = sorted(set(terms) - _NAMES)
        if unknown:
            raise GrantInvalid(
                f"{str(unknown[0])[:40]}: got an unknown field, expected some of {', '.join(sorted(_NAMES))}"
            )
        missing = sorted(_REQUIRED - set(terms))
        if missing:
            raise GrantInvalid(f"{missing[0]}: got nothing, expected it in every grant")
        return cls(grant_id=grant_id, speaker=speaker, state=state, version=version, **terms)

    def tombstone(self) -> Grant:
        """Return what stays of the grant after an erasure: nothing that leads to the speaker."""
        return Grant(
            self.grant_id,
            SpeakerId(""),
            self.licensee,
            self.purposes,
            datetime(1970, 1, 1, tzinfo=UTC),
            state=State.ERASED,
            house=self.house,
            version=self.version,
            outer=self.outer,
        )


def _plain(value: Any) -> Any:
    """Return the value of a field as JSON has it."""
    if isinstance(value, tuple):
        return [str(each) for each in value]
    if isinstance(value, datetime):
        return stamp(value)
    return str(value) if isinstance(value, str) else value


def _speaker(grant: Grant, _: str, value: Any) -> str:
    if grant.state == State.ERASED and value == "":
        return ""
    return parse_id("speaker", value)


_IDENTITY: Final[Mapping[str, Form]] = {
    "grant_id": lambda _, __, value: parse_id("grant", value),
    "version": lambda _, field, value: fields.amount(field, value, least=1),
    "state": lambda _, __, value: State(value),
    "speaker": _speaker,
}
_FORMS: Final[Mapping[str, Form]] = {**_IDENTITY, **{term.name: term.form for term in TERMS}}
"""In this order: a form may look at the fields above it."""

_NAMES: Final = frozenset(term.name for term in TERMS)
_REQUIRED: Final = frozenset(each.name for each in dataclasses.fields(Grant) if each.default is MISSING) & _NAMES

if set(_FORMS) != {each.name for each in dataclasses.fields(Grant)}:
    raise Bug("a field of Grant has no row in the table of dimensions, or a row no field; a limit would be lost")
