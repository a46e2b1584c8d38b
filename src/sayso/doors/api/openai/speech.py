"""``POST /v1/audio/speech``."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from sayso.consent import Action
from sayso.doors.api.callers import Caller
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.openai.bodies import SpeechBody, StreamKind
from sayso.doors.api.service import Service
from sayso.doors.api.sounds import SoundResponse
from sayso.doors.api.voices import engine_of, voice_of
from sayso.errors import Invalid
from sayso.workflows.speech import live
from sayso.workflows.speech.live import Utterance
from sayso.workflows.speech.orders import Order
from sayso.workflows.voices import voicebook

router = APIRouter(tags=["speech"])

_SOUND: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The sound, while it is made. `X-Sayso-Clip`, `X-Sayso-Mark` and `X-Sayso-Grant` name it.",
        "content": {"audio/*": {"schema": {"type": "string", "format": "binary"}}, "text/event-stream": {}},
    },
    403: {"description": "Refused; the error object carries every reason."},
    429: {"description": "All places are taken; `Retry-After` says when to ask again."},
}

Authorization = Annotated[str | None, Header(include_in_schema=False)]


@router.post("/v1/audio/speech", response_class=Response, responses=_SOUND)
async def speech(body: SpeechBody, request: Request, authorization: Authorization = None) -> Response:
    """Speak a text, as OpenAI's clients ask for it."""
    service: Service = request.app.state.service
    speaking = service.speaking(lambda: begun(service.callers.by_header(authorization), body))
    try:
        utterance = await speaking.start()
        first = await anext(speaking.pieces(), None)
    except BaseException:
        await speaking.aclose()
        raise
    return SoundResponse(speaking, utterance, first, body.response_format, events=body.stream_format is StreamKind.SSE)


def begun(caller: Caller, body: SpeechBody) -> Utterance:
    """Return the utterance that the body asks for, permitted; raise every reason why it is not."""
    key = caller.key
    if key is None:
        raise BodyInvalid("key: got a credential that names no licensee; expected a key of the API")
    session = caller.session
    engine = engine_of(body.model)
    voice = voice_of(caller, body.voice_name, engine)
    if engine is not None and voicebook.row_of(session, voice).engine != engine:
        raise Invalid(f"model: got {engine}, the voice {voice} is of another engine; use the model sayso")
    order = Order(
        text=body.input,
        voice=voice,
        licensee=key.licensee,
        purpose=body.purpose or key.purpose,
        project=body.project or key.project,
        **body.terms(),
    )
    return live.begin(session, order, action=Action.STREAM if body.live else Action.SYNTHESIZE)
