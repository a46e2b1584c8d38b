"""Resources that are read: speakers, clips and their sound, proofs, certificates; and keys, which are issued."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from sayso.doors.api.asking import Asked
from sayso.doors.api.bodies import Line
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.sounds import BYTES
from sayso.doors.api.told import GrantWord, MomentWord, VoiceWord, shown, told
from sayso.doors.shapes import speech as speech_shapes
from sayso.workflows.speech import listing, releases
from sayso.workflows.speech.exporting import Publication
from sayso.workflows.speech.releases import SealedRelease

router = APIRouter(tags=["resources"])

FORMS: Final = {"wav": "audio/wav", "flac": "audio/flac", "mp3": "audio/mpeg", "m4a": "audio/mp4"}
"""The forms in which a clip is released, and their media types."""


class ReleaseBody(BaseModel):
    """In which form a clip is released, and where it will be heard."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"format": "mp3", "territory": "DE"}]})

    format: str = "wav"
    language: Line | None = None
    territory: Line | None = None
    channel: Line | None = None
    sublicensee: Line | None = None


@router.get("/v1/clips", responses=told("clips"))
async def list_clips(
    asked: Asked,
    grant: GrantWord = None,
    voice: VoiceWord = None,
    before: MomentWord = None,
    limit: Annotated[int, Query(ge=1, le=listing.MOST)] = 100,
) -> JSONResponse:
    """List the clips that the key may see, newest first; ``before`` is the ``created_at`` of the last of a page."""
    return await shown(
        asked,
        lambda: speech_shapes.clips(
            listing.listed(asked.session, grant=grant, voice=voice, before=before, limit=limit)
        ),
    )


@router.get("/v1/clips/{clip}", responses=told("clip"))
async def show_clip(clip: str, asked: Asked) -> JSONResponse:
    """Show a clip; of an utterance that was heard live, once it is kept."""
    return await shown(asked, lambda: speech_shapes.clip(listing.shown(asked.session, clip)))


@router.post(
    "/v1/clips/{clip}/releases",
    status_code=201,
    response_class=Response,
    responses={201: {"description": "The signed file.", "content": dict.fromkeys(FORMS.values(), BYTES)}},
)
async def release_clip(clip: str, body: ReleaseBody, asked: Asked, request: Request) -> Response:
    """Release a clip as a signed file, under a permit of its own."""
    media_type = FORMS.get(body.format)
    if media_type is None:
        raise BodyInvalid(f"format: got {body.format[:20]!r}, expected one of {', '.join(FORMS)}")
    where = body.model_dump(exclude={"format"})

    def released() -> SealedRelease:
        wanted = Publication(listing.shown(asked.session, clip).clip_id, **where)
        return releases.release(asked.session, wanted, body.format)

    made = await asked.done_once(request, released)
    return Response(await asked.run(lambda: made.file(asked.session)), 201, media_type=media_type)
