"""The enrolments that wait for a person as one page: statement and samples side by side, with what the checks found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sayso.doors.reports.page import player, rendered
from sayso.doors.shapes.enrollment import evidence as shape

if TYPE_CHECKING:
    from sayso.workflows.enrollment.evidence import EvidenceShown


def page(waiting: Sequence[EvidenceShown]) -> str:
    """Return the page; it holds the recordings themselves, and asks no other place for anything."""
    return rendered("enrollment.html", waiting=[_one(found) for found in waiting])


def _one(found: EvidenceShown) -> dict[str, Any]:
    sounds = found.evidence
    return {
        **shape(found),
        "statement": player(sounds.statement),
        "samples": [player(sample) for sample in sounds.samples],
    }
