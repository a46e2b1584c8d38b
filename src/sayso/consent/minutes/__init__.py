"""Minutes: sound is reserved before it is made and settled after, so that a cap holds however many make it at once."""

from sayso.consent.minutes.reservation import (
    LEASE_S,
    GrantUsage,
    Lease,
    cap_minutes,
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
    "GrantUsage",
    "Lease",
    "cap_minutes",
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
