"""What OpenAI's routes take; the fields after ``stream_format`` are Sayso's own, for ``extra_body``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from sayso.audio.streamed import StreamFormat
from sayso.consent import Action
from sayso.doors.api.bodies import Line
from sayso.doors.api.ordering import Wanted

MAX_INPUT: int = 4096


class StreamKind(StrEnum):
    """How sound is sent: as it is, or as events (server-sent events)."""

    AUDIO = "audio"
    SSE = "sse"


class VoiceById(BaseModel):
    """A voice by its id."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(min_length=1, max_length=64)]


class SpeechBody(BaseModel):
    """The body of ``POST /v1/audio/speech``."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"model": "sayso", "input": "The lamp was lit at noon.", "voice": "alloy"}],
        },
    )

    model: Annotated[str, Field(min_length=1, max_length=64, description="An engine, or `sayso` for the voice's own.")]
    input: Annotated[str, Field(min_length=1, max_length=MAX_INPUT, description="What is said.")]
    voice: Annotated[
        Annotated[str, Field(min_length=1, max_length=64)] | VoiceById,
        Field(description="A voice's id, the name of a stock voice, or an alias of the key."),
    ]
    instructions: Annotated[str | None, Field(max_length=4096, description="Taken and not used.")] = None
    response_format: StreamFormat = StreamFormat.MP3
    speed: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0
    stream_format: StreamKind = StreamKind.AUDIO
    purpose: Annotated[Line | None, Field(description="In place of the key's.")] = None
    project: Annotated[Line | None, Field(description="In place of the key's.")] = None
    language: Annotated[str, Field(min_length=2, max_length=35)] = "en"
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    live: Annotated[bool, Field(description="The text was not written before: asks for the action `stream`.")] = False
    territory: Line | None = None
    channel: Line | None = None
    topics: Annotated[list[Line] | None, Field(max_length=20)] = None
    announce: Annotated[bool, Field(description="Begin by saying that a machine speaks.")] = False

    @property
    def voice_name(self) -> str:
        """Return what names the voice."""
        return self.voice if isinstance(self.voice, str) else self.voice.id

    @property
    def action(self) -> Action:
        """Return what the text is asked under: live speech where it was not written before."""
        return Action.STREAM if self.live else Action.SYNTHESIZE

    def wanted(self) -> Wanted:
        """Return what the body asks for."""
        return Wanted(
            model=self.model,
            voice=self.voice_name,
            text=self.input,
            purpose=self.purpose,
            project=self.project,
            language=self.language,
            speed=self.speed,
            seed=self.seed,
            territory=self.territory,
            channel=self.channel,
            topics=None if self.topics is None else tuple(self.topics),
            announced=self.announce,
        )
