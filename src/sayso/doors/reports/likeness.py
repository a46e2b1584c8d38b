"""A voice and its speaker side by side as one page, with players and the likeness in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso.doors.reports.page import player, rendered
from sayso.voices.likeness import LIKE, in_words

if TYPE_CHECKING:
    from sayso.workflows.speech.comparing import Comparison


def page(found: Comparison) -> str:
    """Return the page; it holds the sounds themselves, and asks no other place for anything."""
    figures = found.shown.quality
    similarity, stranger, ge2e = (
        figures.get(f"{name}_milli", 0) / 1000 for name in ("similarity", "stranger", "similarity_ge2e")
    )
    return rendered(
        "likeness.html",
        voice=found.shown.row.voice_id,
        engine=found.shown.row.engine,
        recording=player(found.recording),
        clip=None if found.clip is None else player(found.clip),
        missing=found.missing,
        words=in_words(similarity, stranger),
        similarity=similarity,
        stranger=stranger,
        ge2e=ge2e,
        like=LIKE,
    )
