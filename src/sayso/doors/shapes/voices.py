"""JSON shapes of voices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.workflows.voices.cloning import Cloned
    from sayso.workflows.voices.voicebook import VoiceShown


def cloned(made: Cloned) -> dict[str, Any]:
    """Return the shape of a voice that was cloned."""
    return {
        "voice": made.voice,
        "similarity": round(made.similarity, 3),
        "judge": "campplus",
        "similarity_ge2e": round(made.similarity_ge2e, 3),
        "stranger": round(made.stranger, 3),
        "engine": made.engine,
        "effort": made.effort,
        "seconds": round(made.seconds, 1),
        "grant": made.grant,
        "repaired": list(made.repaired),
        "path": str(made.basis.path),
        "enrollment": made.basis.enrollment,
        "licence": made.basis.licence,
    }


def voice(shown: VoiceShown) -> dict[str, Any]:
    """Return the shape of one voice, with the quality figures of its profile where they were read."""
    row = shown.row
    return {
        "voice": row.voice_id,
        "speaker": row.speaker_id,
        "name": row.name,
        "engine": row.engine,
        "language": row.language,
        "similarity": None if row.similarity_milli is None else row.similarity_milli / 1000,
        "house": row.house,
        "created_at": row.created_at,
        "path": row.path,
        "enrollment": row.enrollment_id,
        "licence": row.licence,
        "evidence": shown.evidence,
        **{name.removesuffix("_milli"): _plain(name, value) for name, value in shown.quality.items()},
    }


def voices(listed: Iterable[VoiceShown]) -> dict[str, Any]:
    """Return the shape of a list of voices."""
    return {"voices": [voice(one) for one in listed]}


def _plain(name: str, value: int) -> float:
    """Return a figure in the unit of its name without ``_milli``."""
    return value / 1000 if name.endswith("_milli") else value
