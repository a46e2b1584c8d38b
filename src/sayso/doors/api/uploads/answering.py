"""Answering with a file of sound: as the file alone to who accepts audio, to others as JSON with what was done."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Form, Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from sayso.audio.container import Container
from sayso.doors import schemas
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.sounds import BYTES

MEDIA: Final[Mapping[Container, str]] = {
    Container.WAV: "audio/wav",
    Container.FLAC: "audio/flac",
    Container.MP3: "audio/mpeg",
    Container.M4A: "audio/mp4",
    Container.OPUS: "audio/ogg",
}
"""The media type of each container."""

FormatForm = Annotated[str, Form(max_length=8, description=f"The form of the file: {', '.join(Container)}.")]


@dataclass(frozen=True, slots=True)
class HandedBack:
    """A file that goes back to who asked, and what is told of it, as JSON."""

    record: dict[str, Any]
    data: bytes
    container: Container

    def answer(self, request: Request, status: int = 200) -> Response:
        """Return the file alone where audio is accepted first, else an object with ``record`` and ``sound``."""
        media_type = MEDIA[self.container]
        if request.headers.get("accept", "").lstrip().startswith("audio/"):
            return Response(self.data, status, media_type=media_type)
        sound = base64.b64encode(self.data).decode()
        return JSONResponse({"record": self.record, "media_type": media_type, "sound": sound}, status)


def container_named(name: str) -> Container:
    """Return the container of this name; raise `BodyInvalid`."""
    try:
        return Container(name)
    except ValueError:
        raise BodyInvalid(f"format: got {name[:20]!r}, expected one of {', '.join(Container)}") from None


def told_sound(name: str, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer that is a file, told of as the schema of this name says."""
    fields = {
        "record": {"$ref": f"#/components/schemas/{name}"},
        "media_type": {"type": "string", "enum": list(MEDIA.values())},
        "sound": {"type": "string", "contentEncoding": "base64"},
    }
    whole = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    example = {"media_type": MEDIA[Container.FLAC], "sound": "ZkxhQw=="}  # the record comes where it is described
    content: dict[str, Any] = {"application/json": {"schema": whole, "example": example}}
    content |= dict.fromkeys(MEDIA.values(), BYTES)
    described = f"{schemas.schema(name)['title']}; the file alone to who accepts audio"
    return {status: {"description": described, "content": content}}
