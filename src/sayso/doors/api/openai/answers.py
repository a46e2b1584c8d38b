"""What OpenAI's routes answer, described; the routes make it of dictionaries."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

_VOICE: Final = {
    "id": "voi_aaaaaaaaaaaaaaaa",
    "object": "audio.voice",
    "name": "heart",
    "created_at": 1795300000,
    "model": "hibari",
    "language": "en-US",
    "aliases": ["narrator"],
}
_MODEL: Final = {"id": "sayso", "object": "model", "created": 0, "owned_by": "sayso"}
_CONSENT: Final = {
    "id": "grt_aaaaaaaaaaaaaaaa",
    "object": "audio.voice_consent",
    "name": "Ada Quixano",
    "language": "en",
    "created_at": 1795300000,
}


def _shown(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


class ModelAnswer(BaseModel):
    """One model: an engine, or `sayso`."""

    model_config = _shown(_MODEL)

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelsAnswer(BaseModel):
    """The models."""

    model_config = _shown({"object": "list", "data": [_MODEL]})

    object: Literal["list"]
    data: list[ModelAnswer]


class VoiceAnswer(BaseModel):
    """One voice that the key may use, with the key's names for it."""

    model_config = _shown(_VOICE)

    id: str
    object: Literal["audio.voice"]
    name: str
    created_at: int
    model: str
    language: str
    aliases: list[str]


class VoicesAnswer(BaseModel):
    """The voices that the key may use."""

    model_config = _shown({"object": "list", "data": [_VOICE]})

    object: Literal["list"]
    data: list[VoiceAnswer]


class VoiceClonedAnswer(BaseModel):
    """A voice that was cloned."""

    model_config = _shown(
        {
            "id": "voi_aaaaaaaaaaaaaaaa",
            "object": "audio.voice",
            "name": "Ada",
            "type": "audio_sample",
            "created_at": 1795300000,
        }
    )

    id: str
    object: Literal["audio.voice"]
    name: str
    type: Literal["audio_sample"]
    created_at: int


class ConsentAnswer(BaseModel):
    """A voice consent: a grant in force that allows cloning."""

    model_config = _shown(_CONSENT)

    id: str
    object: Literal["audio.voice_consent"]
    name: str
    language: str
    created_at: int


class ConsentsAnswer(BaseModel):
    """A page of voice consents."""

    model_config = _shown({"object": "list", "data": [_CONSENT], "has_more": False})

    object: Literal["list"]
    data: list[ConsentAnswer]
    has_more: bool
    first_id: Annotated[str, Field(description="Absent where the page is empty.")] = ""
    last_id: Annotated[str, Field(description="Absent where the page is empty.")] = ""


class ConsentDeleted(BaseModel):
    """A voice consent whose grant was withdrawn."""

    model_config = _shown({"id": "grt_aaaaaaaaaaaaaaaa", "deleted": True, "object": "audio.voice_consent"})

    id: str
    deleted: Literal[True]
    object: Literal["audio.voice_consent"]
