"""Synthesis: from text to marked sound, under a permit."""

from sayso.synthesis.errors import (
    ClipUnknown,
    LanguageUnread,
    NothingToSay,
    TextTooLong,
    UnmarkedAudio,
    UnsupportedScript,
)
from sayso.synthesis.estimate import estimate_ms
from sayso.synthesis.lexicon import Lexicon
from sayso.synthesis.lexicon_files import read_lexicon
from sayso.synthesis.normalise import normalise
from sayso.synthesis.phrasing import Phrase, phrases, script
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
    "normalise",
    "phrases",
    "read",
    "read_lexicon",
    "reader",
    "script",
]
