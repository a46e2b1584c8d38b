"""ElevenLabs' text-to-speech routes, as its clients call them: whole and streamed sound, and their WebSocket.

The text of their WebSocket comes in pieces; a sentence is spoken as soon as it is whole, or when ``flush`` asks for it.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from sayso.audio.streamed import StreamFormat
from sayso.consent import Action
from sayso.doors.api.asking import Asked
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.ordering import Wanted, begun
from sayso.doors.api.sounds import deadline_of, response_of

router = APIRouter(tags=["elevenlabs"])

_FORM: Final = re.compile(r"(mp3|pcm|opus|wav)_(\d{4,6})(?:_(\d{2,3}))?")
PCM_RATE: Final = 24_000


class VoiceSettings(BaseModel):
    """Of ElevenLabs' settings the speed alone has a meaning here."""

    model_config = ConfigDict(extra="allow")

    speed: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0


class TextBody(BaseModel):
    """The body of a request for speech; what has no meaning here is taken and not used."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"text": "The lamp was lit at noon."}]})

    text: Annotated[str, Field(min_length=1, max_length=5000)]
    model_id: Annotated[str, Field(min_length=1, max_length=64)] = "sayso"
    language_code: Annotated[str | None, Field(min_length=2, max_length=35)] = None
    voice_settings: VoiceSettings | None = None
    seed: Annotated[int | None, Field(ge=0, le=2**32 - 1)] = None


Form = Annotated[str, Query(max_length=20, description="mp3_..., pcm_24000, opus_... or wav_24000.")]


@router.post("/v1/text-to-speech/{voice}", response_class=Response)
@router.post("/v1/text-to-speech/{voice}/stream", response_class=Response)
async def speech(
    voice: str, body: TextBody, asked: Asked, request: Request, output_format: Form = "mp3_24000_128"
) -> Response:
    """Speak a text, as ElevenLabs' clients ask for it; the sound is sent while it is made."""
    form = form_of(output_format)
    wanted = wanted_of(voice, body)
    speaking = asked.service.speaking(
        asked.caller,
        lambda: begun(asked.caller, wanted, Action.SYNTHESIZE, asked.service.hosts.engine),
        came_s=asked.came_s,
        deadline_s=deadline_of(request),
    )
    return await response_of(speaking, form)


def wanted_of(voice: str, body: TextBody) -> Wanted:
    """Return what the body asks for; names of ElevenLabs' models stand for the voice's own engine."""
    model = "sayso" if body.model_id.startswith("eleven_") else body.model_id
    speed = 1.0 if body.voice_settings is None else body.voice_settings.speed
    language = body.language_code or "en"
    return Wanted(model, voice, body.text, language=language, speed=speed, seed=body.seed or 0)


def form_of(output_format: str) -> StreamFormat:
    """Return the form that a name of ElevenLabs' stands for; raise `BodyInvalid` for a rate that is not spoken here."""
    found = _FORM.fullmatch(output_format)
    if found is None or (found[1] in {"pcm", "wav"} and int(found[2]) != PCM_RATE):
        raise BodyInvalid(f"output_format: got {output_format[:20]!r}, expected mp3_..., opus_... or pcm_{PCM_RATE}")
    return StreamFormat(found[1])
