"""The one form of each term of a grant: what is checked when a grant is made, and what its value becomes.

A form takes the grant, whose fields above the term have their form already, the name of the field, and the value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sayso.clock import parse_stamp, stamp
from sayso.consent import fields, wording
from sayso.consent.act import Action, Disclosure, Purpose
from sayso.consent.errors import GrantInvalid
from sayso.consent.state import State
from sayso.ids import GrantId, parse_id
from sayso.units import MS_PER_MINUTE

if TYPE_CHECKING:
    from sayso.consent.grant import Grant

Form = Callable[["Grant", str, Any], Any]

_MAX_PURPOSES: Final = 64
_MAX_LISTED: Final = 250
_MAX_NOTE: Final = 1_000
_MOST_MINUTES: Final = fields.MAX_MS // MS_PER_MINUTE
_MAX_WORDS: Final = 500
_MAX_APPROVED: Final = 1_000


def some(form: Callable[[str, Any], str]) -> Form:
    """Return the form of a list of 1 to 250 values of ``form``; ``*`` among them is any, and stands alone."""

    def checked(_: Grant, field: str, values: Any) -> tuple[str, ...]:
        given = fields.several(field, values, most=_MAX_LISTED)
        return (fields.ANY,) if fields.ANY in given else tuple(sorted({form(field, value) for value in given}))

    return checked


def optional(form: Callable[[str, Any], Any]) -> Form:
    """Return the form of a value of ``form``, or of None."""
    return lambda _, field, value: None if value is None else form(field, value)


def flag(_: Grant, field: str, value: Any) -> bool:
    """Return true or false."""
    return fields.flag(field, value)


def cap(_: Grant, field: str, value: Any) -> int | None:
    """Return a whole number from 1, or None."""
    return None if value is None else fields.amount(field, value, least=1)


def moment(_: Grant, field: str, value: Any) -> datetime:
    """Return the moment, to the millisecond."""
    found = parse_stamp(value) if isinstance(value, str) else value
    if not isinstance(found, datetime):
        raise GrantInvalid(f"{field}: got {type(value).__name__}, expected a date such as 2027-12-31")
    return parse_stamp(stamp(found))


def until(grant: Grant, field: str, value: Any) -> datetime | None:
    """Return the moment at which the grant ends, or None."""
    if value is None:
        return None
    ends = moment(grant, field, value)
    if ends <= grant.not_before:
        raise GrantInvalid(
            f"until: got {stamp(ends)}, expected a time after not_before, which is {stamp(grant.not_before)}"
        )
    return ends


def licensee(grant: Grant, field: str, value: Any) -> str:
    """Return the name of the licensee; ``*`` is for the house and for outer consents."""
    if value == fields.ANY and not (grant.house or grant.outer):
        raise GrantInvalid("licensee: got *, expected the name of one licensee; only an outer consent is for everybody")
    return fields.name(field, value)


def purposes(grant: Grant, field: str, values: Any) -> tuple[Purpose, ...]:
    """Return the purposes; ``*`` is for the house and for outer consents."""
    found = tuple(sorted({Purpose(value) for value in fields.several(field, values, most=_MAX_PURPOSES)}))
    if fields.ANY in found and not (grant.house or grant.outer):
        raise GrantInvalid(
            "purposes: got *, expected paths such as audiobook/mystery; only an outer consent is for any"
        )
    return found


def actions(_: Grant, field: str, values: Any) -> tuple[Action, ...]:
    """Return the actions."""
    given = fields.several(field, values, most=len(Action))
    try:
        return tuple(sorted({Action(value) for value in given}))
    except ValueError:
        raise GrantInvalid(f"{field}: got {str(given)[:60]}, expected some of {', '.join(Action)}") from None


def phrases(_: Grant, field: str, values: Any) -> tuple[str, ...]:
    """Return up to 500 words and phrases in their one spelling."""
    if values in ((), []):
        return ()
    return tuple(sorted({wording.phrase(field, value) for value in fields.several(field, values, most=_MAX_WORDS)}))


def topics(_: Grant, field: str, values: Any) -> tuple[Purpose, ...]:
    """Return up to 64 paths."""
    if values in ((), []):
        return ()
    found = {Purpose(value) for value in fields.several(field, values, most=_MAX_PURPOSES)}
    if fields.ANY in found:
        raise GrantInvalid(f"{field}: got *, expected paths such as politics/elections")
    return tuple(sorted(found))


def approved(_: Grant, field: str, values: Any) -> tuple[str, ...] | None:
    """Return up to 1000 commitments to texts; None where no text needs approval."""
    if values is None or values in ((), []):
        return None if values is None else ()
    given = fields.several(field, values, most=_MAX_APPROVED)
    return tuple(sorted({fields.digest(field, value) for value in given}))


def disclosure(_: Grant, field: str, value: Any) -> Disclosure | None:
    """Return how listeners learn that the voice is synthetic, or None."""
    return fields.choice(field, value, Disclosure)


def outer(grant: Grant, field: str, value: Any) -> bool:
    """Return whether the grant is an outer consent."""
    if value is True and grant.house:
        raise GrantInvalid("outer: got true, expected false: a house grant is no outer consent")
    return fields.flag(field, value)


def ceiling(grant: Grant, _: str, value: Any) -> GrantId | None:
    """Return the outer consent that the grant is a licence of, or None."""
    if value is None:
        return None
    if grant.house or grant.outer:
        raise GrantInvalid("ceiling: got one, expected none: it is for licences")
    return GrantId(parse_id("grant", value))


def notice_language(grant: Grant, field: str, value: Any) -> str | None:
    """Return the language of the text that the speaker was shown; there is one where there is a text."""
    if (value is None) != (grant.notice_sha256 is None):
        raise GrantInvalid(
            "notice_language: got one without the other, expected the notice's hash and language, or none"
        )
    return None if value is None else fields.language(field, value)


def note(grant: Grant, field: str, value: Any) -> str:
    """Return the note; a house grant has one."""
    if value == "" and (not grant.house or grant.state == State.ERASED):
        return ""
    return fields.name(field, value, longest=_MAX_NOTE)


def typed_minutes(minutes: float) -> int:
    """Return minutes, as somebody typed them, in milliseconds; raise `GrantInvalid`."""
    if not 0 < minutes <= _MOST_MINUTES:
        raise GrantInvalid(
            f"max-minutes: got {minutes}, expected a number above 0 and at most {_MOST_MINUTES:,}, or none for no cap"
        )
    return round(minutes * MS_PER_MINUTE)


def typed_approval(wanted: bool) -> tuple[str, ...] | None:
    """Return the texts that are approved at first: none of those that need it, or None where none needs it."""
    return () if wanted else None


def typed_notice(text: bytes) -> str:
    """Return the SHA-256 (hex) of the text that the speaker was shown."""
    return hashlib.sha256(text).hexdigest()
