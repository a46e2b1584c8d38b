"""Synthesis: from text to marked sound, under a permit. Nothing is loaded before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso.deferred import deferred

if TYPE_CHECKING:
    from sayso.synthesis.errors import (
        ClipUnknown,
        LanguageUnread,
        NothingToSay,
        TextTooLong,
        UnmarkedAudio,
        UnsupportedScript,
    )
    from sayso.synthesis.lexicon import Lexicon
    from sayso.synthesis.lexicon_files import read_lexicon
    from sayso.synthesis.phrasing import Phrase, estimate_ms, phrases, script
    from sayso.synthesis.readers import read, reader
    from sayso.synthesis.render import Renderer

__all__ = [
    "ClipUnknown",
    "LanguageUnread",
    "Lexicon",
    "NothingToSay",
    "Phrase",
    "Renderer",
    "TextTooLong",
    "UnmarkedAudio",
    "UnsupportedScript",
    "estimate_ms",
    "phrases",
    "read",
    "read_lexicon",
    "reader",
    "script",
]

__getattr__ = deferred(
    __name__,
    {
        "ClipUnknown": "errors",
        "LanguageUnread": "errors",
        "Lexicon": "lexicon",
        "NothingToSay": "errors",
        "Phrase": "phrasing",
        "Renderer": "render",
        "TextTooLong": "errors",
        "UnmarkedAudio": "errors",
        "UnsupportedScript": "errors",
        "estimate_ms": "phrasing",
        "phrases": "phrasing",
        "read": "readers",
        "read_lexicon": "lexicon_files",
        "reader": "readers",
        "script": "phrasing",
    },
)
