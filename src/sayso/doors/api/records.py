"""Resources that are read: speakers, clips and their sound, proofs, certificates; and keys, which are issued."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from sayso.doors.api.asking import Asked
from sayso.doors.api.bodies import Line
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.sounds import BYTES
from sayso.doors.api.told import GrantWord, MomentWord, VoiceWord, shown, told
from sayso.doors.shapes import accounts as account_shapes
from sayso.doors.shapes import erasure as erasure_shapes
from sayso.doors.shapes import ledger as ledger_shapes
from sayso.doors.shapes import speech as speech_shapes
from sayso.workflows.accounts import api_keys
from sayso.workflows.audit import auditing
from sayso.workflows.erasure import erasing
from sayso.workflows.speech import listing, releases
from sayso.workflows.speech.exporting import Publication
from sayso.workflows.speech.releases import SealedRelease

router = APIRouter(tags=["resources"])

FORMS: Final = {"wav": "audio/wav", "flac": "audio/flac", "mp3": "audio/mpeg", "m4a": "audio/mp4"}
"""The forms in which a clip is released, and their media types."""


class KeyBody(BaseModel):
    """A new key of the API; ``voices`` are ids, each behind ``ALIAS=`` where it has one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"licensee": "Northwind Audio", "purpose": "agent/support"}]},
    )

    licensee: Line
    purpose: Line
    organisation: Line | None = None
    role: Line = "producer"
    project: Line | None = None
    voices: Annotated[list[Line], Field(max_length=100)] = []
    rate: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    until: Line | None = None


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


@router.get("/v1/ledger/{entry}/proof", responses=told("proof"))
async def prove(entry: int, asked: Asked) -> JSONResponse:
    """Prove that an entry is in the log; ``sayso ledger verify`` checks the text with the key alone."""
    return await shown(asked, lambda: ledger_shapes.proof(auditing.proved(asked.session, entry)))


@router.get("/v1/certificates/{certificate}", responses=told("erasure-certificate"))
async def show_certificate(certificate: str, asked: Asked) -> JSONResponse:
    """Show the certificate of an erasure with its proof."""
    return await shown(asked, lambda: erasure_shapes.certificate(erasing.certificate(asked.session, certificate, None)))


@router.get("/v1/keys", responses=told("keys"))
async def list_keys(asked: Asked) -> JSONResponse:
    """List the keys that the key may see."""
    return await shown(asked, lambda: account_shapes.keys(api_keys.listed(asked.session)))


@router.post("/v1/keys", status_code=201, responses=told("key-issued", 201))
async def issue_key(body: KeyBody, asked: Asked, request: Request) -> JSONResponse:
    """Issue a key; it is shown this once."""
    fields = body.model_dump(exclude={"role"})
    return await asked.once(
        request, lambda: account_shapes.key_issued(api_keys.add(asked.session, body.role, **fields))
    )
