"""A grant: what a speaker allows one licensee to do with their voice. What it does not name is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

from sayso.clock import parse_stamp, stamp
from sayso.consent import fields, wording
from sayso.consent.act import Action, Disclosure, Purpose
from sayso.consent.errors import GrantInvalid
from sayso.consent.fields import territory
from sayso.consent.state import State
from sayso.errors import Invalid
from sayso.ids import GrantId, SpeakerId, parse_id

DEFAULT_ACTIONS: Final = (Action.CLONE, Action.SYNTHESIZE, Action.PUBLISH)
"""What a grant allows when it does not say: never live speech, conversion, export of the voice, or training."""

NO_END: Final = datetime.max.replace(tzinfo=UTC)
"""When a grant without an end ends."""

_MAX_PURPOSES: Final = 64
_MAX_LISTED: Final = 250
_MAX_NOTE: Final = 1_000
_MAX_WORDS: Final = 500
_MAX_APPROVED: Final = 1_000


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
                object.__setattr__(self, field, form(self, getattr(self, field)))
            except GrantInvalid:
                raise
            except Invalid as error:
                raise GrantInvalid(_named(field, error.message), hint=error.hint) from None
            except (TypeError, ValueError, KeyError, AttributeError):
                raise GrantInvalid(
                    f"{field}: got {str(getattr(self, field))[:60]!r}, which is of no use here"
                ) from None

    def state_at(self, now: datetime) -> State:
        """Return the state at ``now``: a grant whose time is over is expired without anybody's doing."""
        running = self.state in {State.REQUESTED, State.GIVEN, State.SUSPENDED}
        return State.EXPIRED if running and self.until is not None and now >= self.until else self.state

    def rank(self, purpose: Purpose) -> tuple[int, datetime, GrantId]:
        """Return what orders grants for ``purpose``: the narrowest, then what ends first, then the smallest id."""
        depth = max((each.depth for each in self.purposes if each.covers(purpose)), default=0)
        return -depth, self.until or NO_END, self.grant_id

    def terms(self) -> dict[str, Any]:
        """Return what was granted as plain JSON values: everything but id, version, speaker and state."""
        return {
            "licensee": self.licensee,
            "purposes": list(self.purposes),
            "not_before": stamp(self.not_before),
            "until": None if self.until is None else stamp(self.until),
            "project": self.project,
            "languages": list(self.languages),
            "territories": list(self.territories),
            "channels": list(self.channels),
            "actions": [str(action) for action in self.actions],
            "max_ms": self.max_ms,
            "note": self.note,
            "house": self.house,
            "max_takes": self.max_takes,
            "scripted_only": self.scripted_only,
            "blocked_words": list(self.blocked_words),
            "blocked_topics": list(self.blocked_topics),
            "approved_texts": None if self.approved_texts is None else list(self.approved_texts),
            "disclosure": None if self.disclosure is None else str(self.disclosure),
            "compensation": self.compensation,
            "sublicensing": self.sublicensing,
            "post_mortem": self.post_mortem,
            "notice_sha256": self.notice_sha256,
            "notice_language": self.notice_language,
            "outer": self.outer,
            "ceiling": self.ceiling,
        }

    @classmethod
    def from_terms(
        cls, terms: Mapping[str, Any], *, grant_id: GrantId, speaker: SpeakerId, state: State, version: int
    ) -> Self:
        """Return the grant whose `terms` these are; raise `GrantInvalid` naming an unknown, missing or bad field."""
        unknown = sorted(set(terms) - _TERMS)
        if unknown:
            raise GrantInvalid(
                f"{str(unknown[0])[:40]}: got an unknown field, expected some of {', '.join(sorted(_TERMS))}"
            )
        missing = sorted({"licensee", "purposes", "not_before"} - set(terms))
        if missing:
            raise GrantInvalid(f"{missing[0]}: got nothing, expected it in every grant")
        return cls(grant_id=grant_id, speaker=speaker, state=state, version=version, **terms)

    def tombstone(self) -> Self:
        """Return what stays of the grant after an erasure: nothing that leads to the speaker."""
        return type(self)(
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


_TERMS: Final = frozenset(
    (
        *("licensee", "purposes", "not_before", "until", "project", "languages", "territories", "channels"),
        *("actions", "max_ms", "note", "house", "max_takes", "scripted_only", "blocked_words", "blocked_topics"),
        *("approved_texts", "disclosure", "compensation", "sublicensing", "post_mortem", "notice_sha256"),
        *("notice_language", "outer", "ceiling"),
    )
)


def _named(field: str, message: str) -> str:
    return message if message.startswith(field) else f"{field}: {message}"


def _speaker(grant: Grant, value: Any) -> str:
    if grant.state == State.ERASED and value == "":
        return ""
    return parse_id("speaker", value)


def _outer(grant: Grant, value: Any) -> bool:
    if value is True and grant.house:
        raise GrantInvalid("outer: got true, expected false: a house grant is no outer consent")
    return fields.flag("outer", value)


def _ceiling(grant: Grant, value: Any) -> GrantId | None:
    if value is None:
        return None
    if grant.house or grant.outer:
        raise GrantInvalid("ceiling: got one, expected none: it is for licences")
    return GrantId(parse_id("grant", value))


def _licensee(grant: Grant, value: Any) -> str:
    if value == fields.ANY and not (grant.house or grant.outer):
        raise GrantInvalid("licensee: got *, expected the name of one licensee; only an outer consent is for everybody")
    return fields.name("licensee", value)


def _purposes(grant: Grant, values: Any) -> tuple[Purpose, ...]:
    purposes = tuple(sorted({Purpose(value) for value in fields.several("purposes", values, most=_MAX_PURPOSES)}))
    if fields.ANY in purposes and not (grant.house or grant.outer):
        raise GrantInvalid(
            "purposes: got *, expected paths such as audiobook/mystery; only an outer consent is for any"
        )
    return purposes


def _project(_: Grant, value: Any) -> str | None:
    return None if value is None else fields.name("project", value)


def _some(field: str, values: Any, form: Callable[[str, Any], str]) -> tuple[str, ...]:
    listed = fields.several(field, values, most=_MAX_LISTED)
    return (fields.ANY,) if fields.ANY in listed else tuple(sorted({form(field, value) for value in listed}))


def _actions(_: Grant, values: Any) -> tuple[Action, ...]:
    listed = fields.several("actions", values, most=len(Action))
    try:
        return tuple(sorted({Action(value) for value in listed}))
    except ValueError:
        raise GrantInvalid(f"actions: got {str(listed)[:60]}, expected some of {', '.join(Action)}") from None


def _moment(field: str, value: Any) -> datetime:
    moment = parse_stamp(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        raise GrantInvalid(f"{field}: got {type(value).__name__}, expected a date such as 2027-12-31")
    return parse_stamp(stamp(moment))


def _until(grant: Grant, value: Any) -> datetime | None:
    if value is None:
        return None
    until = _moment("until", value)
    if until <= grant.not_before:
        raise GrantInvalid(
            f"until: got {stamp(until)}, expected a time after not_before, which is {stamp(grant.not_before)}"
        )
    return until


def _cap(field: str, value: Any) -> int | None:
    return None if value is None else fields.amount(field, value, least=1)


def _words(_: Grant, values: Any) -> tuple[str, ...]:
    if values in ((), []):
        return ()
    listed = fields.several("blocked_words", values, most=_MAX_WORDS)
    return tuple(sorted({wording.phrase("blocked_words", value) for value in listed}))


def _topics(_: Grant, values: Any) -> tuple[Purpose, ...]:
    if values in ((), []):
        return ()
    topics = {Purpose(value) for value in fields.several("blocked_topics", values, most=_MAX_PURPOSES)}
    if fields.ANY in topics:
        raise GrantInvalid("blocked_topics: got *, expected paths such as politics/elections")
    return tuple(sorted(topics))


def _approved(_: Grant, values: Any) -> tuple[str, ...] | None:
    if values is None or values in ((), []):
        return values if values is None else ()
    listed = fields.several("approved_texts", values, most=_MAX_APPROVED)
    return tuple(sorted({fields.digest("approved_texts", value) for value in listed}))


def _notice_language(grant: Grant, value: Any) -> str | None:
    if (value is None) != (grant.notice_sha256 is None):
        raise GrantInvalid(
            "notice_language: got one without the other, expected the notice's hash and language, or none"
        )
    return None if value is None else fields.language("notice_language", value)


def _note(grant: Grant, value: Any) -> str:
    if value == "" and (not grant.house or grant.state == State.ERASED):
        return ""
    return fields.name("note", value, longest=_MAX_NOTE)


# In this order: a form may look at the fields above it.
_FORMS: Final[Mapping[str, Callable[[Grant, Any], Any]]] = {
    "grant_id": lambda _, value: parse_id("grant", value),
    "version": lambda _, value: fields.amount("version", value, least=1),
    "state": lambda _, value: State(value),
    "speaker": _speaker,
    "house": lambda _, value: fields.flag("house", value),
    "outer": _outer,
    "ceiling": _ceiling,
    "licensee": _licensee,
    "purposes": _purposes,
    "project": _project,
    "languages": lambda _, values: _some("languages", values, fields.language),
    "territories": lambda _, values: _some("territories", values, territory),
    "channels": lambda _, values: _some("channels", values, fields.channel),
    "actions": _actions,
    "not_before": lambda _, value: _moment("not_before", value),
    "until": _until,
    "max_ms": lambda _, value: _cap("max_ms", value),
    "max_takes": lambda _, value: _cap("max_takes", value),
    "scripted_only": lambda _, value: fields.flag("scripted_only", value),
    "blocked_words": _words,
    "blocked_topics": _topics,
    "approved_texts": _approved,
    "disclosure": lambda _, value: fields.choice("disclosure", value, Disclosure),
    "compensation": lambda _, value: None if value is None else fields.name("compensation", value),
    "sublicensing": lambda _, value: fields.flag("sublicensing", value),
    "post_mortem": lambda _, value: fields.flag("post_mortem", value),
    "notice_sha256": lambda _, value: None if value is None else fields.digest("notice_sha256", value),
    "notice_language": _notice_language,
    "note": _note,
}
