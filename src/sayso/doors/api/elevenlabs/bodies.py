"""What ElevenLabs' routes take."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from sayso.audio.streamed import StreamFormat
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.ordering import Wanted

_FORM: Final = re.compile(r"(mp3|pcm|opus|wav)_(\d{4,6})(?:_(\d{2,3}))?")
PCM_RATE: Final = 24_000
_FORMS: Final[dict[str, Any]] = {"pattern": "^((mp3|opus)_[0-9]{4,6}(_[0-9]{2,3})?|(pcm|wav)_24000)$"}


class VoiceSettings(BaseModel):
    """Of ElevenLabs' settings the speed alone has a meaning here."""

    model_config = ConfigDict(extra="allow")

    speed: Annotated[float | None, Field(ge=0.5, le=2.0)] = None


class TextBody(BaseModel):
    """The body of a request for speech; what has no meaning here is taken and not used."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [{"text": "The lamp was lit at noon."}]})

    text: Annotated[str, Field(min_length=1, max_length=5000)]
    model_id: Annotated[str, Field(min_length=1, max_length=64)] = "sayso"
    language_code: Annotated[str | None, Field(min_length=2, max_length=35)] = None
    voice_settings: VoiceSettings | None = None
    seed: Annotated[int | None, Field(ge=0, le=2**32 - 1)] = None


Form = Annotated[
    str, Query(max_length=20, description="mp3_..., pcm_24000, opus_... or wav_24000.", json_schema_extra=_FORMS)
]


def wanted_of(voice: str, body: TextBody, *, timed: bool = False) -> Wanted:
    """Return what the body asks for; names of ElevenLabs' models stand for the voice's own engine."""
    speed = 1.0 if body.voice_settings is None else body.voice_settings.speed or 1.0
    return Wanted(
        model_of(body.model_id),
        voice,
        body.text,
        language=body.language_code or "en",
        speed=speed,
        seed=body.seed or 0,
        timed=timed,
    )


def model_of(model_id: str) -> str:
    """Return the model that is meant: ElevenLabs' own names stand for the voice's engine."""
    return "sayso" if model_id.startswith("eleven_") else model_id


def form_of(output_format: str) -> StreamFormat:
    """Return the form that a name of ElevenLabs' stands for; raise `BodyInvalid` for a rate that is not spoken here."""
    found = _FORM.fullmatch(output_format)
    if found is None or (found[1] in {"pcm", "wav"} and int(found[2]) != PCM_RATE):
        raise BodyInvalid(f"output_format: got {output_format[:20]!r}, expected mp3_..., opus_... or pcm_{PCM_RATE}")
    return StreamFormat(found[1])
