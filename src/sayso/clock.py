"""Time: always aware, always UTC, read in this module only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from sayso.errors import Invalid

Clock = Callable[[], datetime]


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """Write ``moment`` as ``2026-11-22T20:36:00.123Z`` (milliseconds): the one form kept on disk."""
    if moment.tzinfo is None:
        raise Invalid(f"got the naive time {moment}, expected one with a time zone")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse_stamp(text: str) -> datetime:
    """Read an ISO 8601 moment; a bare date means its first instant, UTC. Raise `Invalid` for anything else."""
    try:
        if len(text) == len("2026-11-22"):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"got the date {text[:40]!r}, expected one such as 2027-12-31 or 2027-12-31T18:00:00Z") from None
    if moment.tzinfo is None:
        raise Invalid(f"got the time {text[:40]!r} without a zone, expected one that ends in Z or +01:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Invalid(f"got the time {text[:40]!r}, expected one in the years 1 to 9999, UTC") from None
