"""What ElevenLabs' routes with timestamps answer, described."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

_PLACES: Final[dict[str, Any]] = {
    "characters": ["H", "i"],
    "character_start_times_seconds": [0.02, 0.07],
    "character_end_times_seconds": [0.07, 0.15],
}


class CharacterPlaces(BaseModel):
    """Characters, and when each is said, in seconds after the first sample."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_PLACES]})

    characters: list[str]
    character_start_times_seconds: list[float]
    character_end_times_seconds: list[float]


class TimedSound(BaseModel):
    """Sound with the times of the characters that begin in it, as written and as spoken."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"audio_base64": "SUQzBA==", "alignment": _PLACES, "normalized_alignment": _PLACES}]
        },
    )

    audio_base64: Annotated[str, Field(description="The sound, in base64.")]
    alignment: CharacterPlaces | None
    normalized_alignment: CharacterPlaces | None
