"""Minutes: sound is reserved before it is made and settled after, so that a cap holds however many make it at once."""

from sayso.consent.minutes.lease import LEASE_S, Lease
from sayso.consent.minutes.store import (
    Usage,
    note_made,
    reclaim,
    release,
    renew,
    reserve,
    settle,
    take_over,
    usage,
    used_ms,
)

__all__ = [
    "LEASE_S",
    "Lease",
    "Usage",
    "note_made",
    "reclaim",
    "release",
    "renew",
    "reserve",
    "settle",
    "take_over",
    "usage",
    "used_ms",
]
