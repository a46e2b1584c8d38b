"""A voice and its speaker side by side as one page, with players and the likeness in words."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sayso.doors.reports.page import rendered
from sayso.voices.likeness import LIKE, in_words

if TYPE_CHECKING:
    from sayso.workflows.speech.comparing import Comparison

_TYPES: Final[Mapping[bytes, str]] = {
    b"RIFF": "audio/wav",
    b"fLaC": "audio/flac",
    b"OggS": "audio/ogg",
    b"\x1aE\xdf\xa3": "audio/webm",
    b"ID3": "audio/mpeg",
    b"\xff": "audio/mpeg",
}


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
        recording=_player(found.recording),
        clip=None if found.clip is None else _player(found.clip),
        missing=found.missing,
        words=in_words(similarity, stranger),
        similarity=similarity,
        stranger=stranger,
        ge2e=ge2e,
        like=LIKE,
    )


def _player(data: bytes) -> str:
    """Return a sound as an address that holds it."""
    kind = next((kind for start, kind in _TYPES.items() if data.startswith(start)), "audio/mp4")
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
