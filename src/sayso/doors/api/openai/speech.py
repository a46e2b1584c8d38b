"""``POST /v1/audio/speech``."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from sayso.doors.api.asking import Asked
from sayso.doors.api.openai.bodies import SpeechBody, StreamKind
from sayso.doors.api.ordering import begun
from sayso.doors.api.sounds import EVENTS, PLAIN, SOUND, SSE, Deadline, described, response_of

router = APIRouter(tags=["speech"])

_EVENT: Final = 'data: {"type": "speech.audio.delta", "audio": "SUQzBA=="}\n\n'
_SOUND: Final = {**SOUND, EVENTS: {"schema": {"type": "string"}, "example": _EVENT}}


@router.post("/v1/audio/speech", response_class=Response, responses=described("The sound, while it is made.", _SOUND))
async def speech(body: SpeechBody, asked: Asked, deadline_ms: Deadline = None) -> Response:
    """Speak a text, as OpenAI's clients ask for it."""
    wanted = body.wanted()
    speaking = asked.service.speaking(
        asked.caller,
        lambda: begun(asked.caller, wanted, body.action, asked.service.hosts.engine),
        came_s=asked.came_s,
        deadline_ms=deadline_ms,
    )
    return await response_of(speaking, body.response_format, SSE if body.stream_format is StreamKind.SSE else PLAIN)
