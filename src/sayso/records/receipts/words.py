"""The plain words for what a grant says: short, common ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sayso.clock import parse_stamp
from sayso.consent.state import State
from sayso.units import MS_PER_MINUTE

STATES: Final = {
    State.REQUESTED: "They asked, and you have not said yes. They may not use your voice.",
    State.GIVEN: "You said yes.",
    State.SUSPENDED: "This is on hold. They may not use your voice for now.",
    State.WITHDRAWN: "You took this back. They may not use your voice any more.",
    State.REVOKED: "This was ended. They may not use your voice any more.",
    State.EXPIRED: "The time is over. They may not use your voice any more.",
    State.INVALIDATED: "This does not count. They may not use your voice.",
    State.ERASED: "Your voice was erased. Nobody may use it any more.",
}

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_SECONDS: Final = 1000


def day(moment: datetime | str) -> str:
    """Return the day in words, and the time where it is not midnight."""
    when = parse_stamp(moment) if isinstance(moment, str) else moment
    text = f"{when.day} {_MONTHS[when.month - 1]} {when.year}"
    return text if (when.hour, when.minute) == (0, 0) else f"{text}, {when:%H:%M} (world time, UTC)"


def length(length_ms: int) -> str:
    """Return an amount of sound in words."""
    if length_ms < MS_PER_MINUTE:
        return f"{_trimmed(length_ms / _SECONDS)} seconds"
    minutes = _trimmed(length_ms / MS_PER_MINUTE)
    return "1 minute" if minutes == "1" else f"{minutes} minutes"


def listed(items: Sequence[str], *, last: str = "and") -> str:
    """Return items as one phrase."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def _trimmed(amount: float) -> str:
    return f"{amount:.2f}".rstrip("0").rstrip(".")
