"""``/v1/models`` and ``/v1/audio/voices``: what a key may ask for."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from sayso.clock import parse_stamp
from sayso.doors.api.asking import Asked, Asking, Known
from sayso.doors.api.openai.answers import ModelAnswer, ModelsAnswer, VoicesAnswer
from sayso.doors.api.voices import OWN_MODEL, ModelUnknown
from sayso.voices.store import VoiceRow
from sayso.workflows.voices import voicebook

router = APIRouter(tags=["speech"])


@router.get("/v1/models", dependencies=[Known], response_model=ModelsAnswer)
async def models() -> dict[str, Any]:
    """List the models: the engines, and `sayso`, which speaks with each voice's own."""
    return {"object": "list", "data": [_model(name) for name in _names()]}


@router.get("/v1/models/{model}", dependencies=[Known], response_model=ModelAnswer)
async def model(model: str) -> dict[str, Any]:
    """Show one model."""
    if model not in _names():
        raise ModelUnknown(f"model: got {model[:40]!r}, expected one of {', '.join(_names())}")
    return _model(model)


@router.get("/v1/audio/voices", response_model=VoicesAnswer)
async def voices(asked: Asked) -> dict[str, Any]:
    """List the voices that the key may use, with its aliases."""
    return await asked.run(lambda: {"object": "list", "data": _voices(asked)})


def _voices(asked: Asking) -> list[dict[str, Any]]:
    key = asked.caller.key
    rows = [each.row for each in voicebook.listed(asked.session) if key is None or key.allows(each.row.voice_id)]
    aliases = {} if key is None else key.aliases
    return [_voice(row, [alias for alias, voice in aliases.items() if voice == row.voice_id]) for row in rows]


def _voice(row: VoiceRow, aliases: list[str]) -> dict[str, Any]:
    return {
        "id": row.voice_id,
        "object": "audio.voice",
        "name": row.name or row.voice_id,
        "created_at": int(parse_stamp(row.created_at).timestamp()),
        "model": row.engine,
        "language": row.language,
        "aliases": aliases,
    }


def _names() -> list[str]:
    return [OWN_MODEL, *sorted(voicebook.engines_here())]


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "sayso"}
