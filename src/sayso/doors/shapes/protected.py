"""JSON shapes of the list of protected voices: never a print."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.workflows.enrollment.protecting import ProtectedLikeness, ProtectedList, ProtectedShown


def protected(shown: ProtectedShown) -> dict[str, Any]:
    """Return the shape of one entry."""
    row = shown.row
    return {
        "protected": row.protected_id,
        "origin": str(row.origin),
        "added_at": row.added_at,
        "reason": shown.reason,
    }


def listed(found: ProtectedList) -> dict[str, Any]:
    """Return the shape of the list, and how it is used."""
    return {
        "voices": found.voices,
        "false_alarms": found.false_alarms,
        "threshold": round(found.threshold, 4),
        "entries": [protected(one) for one in found.entries],
    }


def matched(enrollment: str, found: Iterable[ProtectedLikeness]) -> dict[str, Any]:
    """Return the shape of how like an enrolment is to each entry."""
    return {
        "enrollment": enrollment,
        "entries": [{**protected(one.entry), "score": round(one.score, 4), "hit": one.hit} for one in found],
    }
