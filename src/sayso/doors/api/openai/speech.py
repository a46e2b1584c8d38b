"""``POST /v1/audio/speech``."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from sayso.doors.api.asking import Asked
from sayso.doors.api.openai.bodies import SpeechBody, StreamKind
from sayso.doors.api.ordering import begun
from sayso.doors.api.sounds import PLAIN, SSE, deadline_of, response_of

router = APIRouter(tags=["speech"])

_SOUND: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The sound, while it is made. `X-Sayso-Clip`, `X-Sayso-Mark` and `X-Sayso-Grant` name it.",
        "content": {"audio/*": {"schema": {"type": "string", "format": "binary"}}, "text/event-stream": {}},
    },
    403: {"description": "Refused; the error object carries every reason."},
    429: {"description": "All places are taken; `Retry-After` says when to ask again."},
}


@router.post("/v1/audio/speech", response_class=Response, responses=_SOUND)
async def speech(body: SpeechBody, request: Request, asked: Asked) -> Response:
    """Speak a text, as OpenAI's clients ask for it."""
    wanted = body.wanted()
    speaking = asked.service.speaking(
        asked.caller,
        lambda: begun(asked.caller, wanted, body.action, asked.service.hosts.engine),
        came_s=asked.came_s,
        deadline_s=deadline_of(request),
    )
    return await response_of(speaking, body.response_format, SSE if body.stream_format is StreamKind.SSE else PLAIN)
