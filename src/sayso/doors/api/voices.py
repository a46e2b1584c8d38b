"""Voices as clients name them: an id, a stock voice, an alias of the key, or a name that clients insist on."""

from __future__ import annotations

from typing import Final

from sayso.doors.api.callers import Caller
from sayso.errors import NotFound
from sayso.workflows.voices import voicebook
from sayso.workflows.voices.house import stock_names

OPENAI_VOICES: Final = frozenset(
    ["alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage", "shimmer", "verse"]
)
"""OpenAI's names: where the key has no alias of the name, they stand for its first voice, or for the stock voice."""

STOCK: Final = ("hibari", "heart")
"""The engine and the name of the stock voice that speaks where a key is bound to no voice."""

OWN_MODEL: Final = "sayso"
_OPENAI_MODELS: Final = ("tts-1", "gpt-4o-mini-tts", "gpt-audio")


class ModelUnknown(NotFound):
    """There is no such model here: an engine, or sayso."""


def voice_of(caller: Caller, name: str, engine: str | None) -> str:
    """Return the id of the voice that ``name`` is to the caller; raise `IdInvalid` or `VoiceUnknown`."""
    key = caller.key
    if key is not None and name in key.aliases:
        return key.aliases[name]
    if name in OPENAI_VOICES and not _is_stock(name):
        if key is not None and key.voices:
            return key.voices[0]
        return voicebook.id_of(caller.session, STOCK[1], engine or STOCK[0])
    return voicebook.id_of(caller.session, name, engine)


def engine_of(model: str) -> str | None:
    """Return the engine that ``model`` names, None where the voice decides; raise `ModelUnknown`."""
    if model == OWN_MODEL or model.startswith(_OPENAI_MODELS):
        return None
    engines = voicebook.engines_here()
    if model not in engines:
        raise ModelUnknown(f"model: got {model[:40]!r}, expected {OWN_MODEL} or one of {', '.join(sorted(engines))}")
    return model


def _is_stock(name: str) -> bool:
    return name in stock_names()
