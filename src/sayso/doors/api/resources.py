"""Sayso's own resources: what the command line does, with the same shapes, for whoever holds a key of the role."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, UploadFile
from fastapi.responses import JSONResponse

from sayso.doors.api.asking import Asked, Asking
from sayso.doors.api.told import shown, told
from sayso.doors.api.uploads.receiving import NAME, lying, received
from sayso.doors.shapes import provenance as provenance_shapes
from sayso.doors.shapes import voices as voice_shapes
from sayso.workflows.provenance import tracing, verifying
from sayso.workflows.voices import voicebook

router = APIRouter(tags=["resources"])

UPLOAD_BYTES: Final = 32 * 1024 * 1024
UPLOADS: Final = ("/v1/verifications", "/v1/traces")


@router.get("/v1/voices", responses=told("voices"))
async def list_voices(asked: Asked) -> JSONResponse:
    """List the voices that the key may see, stock voices included."""
    return await shown(asked, lambda: voice_shapes.voices(voicebook.listed(asked.session)))


@router.get("/v1/voices/{voice}", responses=told("voice"))
async def show_voice(voice: str, asked: Asked) -> JSONResponse:
    """Show a voice with the quality figures of its profile."""
    return await shown(asked, lambda: voice_shapes.voice(voicebook.shown(asked.session, voice)))


@router.post("/v1/verifications", responses=told("verification"))
async def verify(file: UploadFile, asked: Asked) -> JSONResponse:
    """Tell what a file of sound is."""
    return await _uploaded(asked, file, lambda path: provenance_shapes.verification(_verified(asked, path)))


@router.post("/v1/traces", responses=told("trace"))
async def trace(file: UploadFile, asked: Asked) -> JSONResponse:
    """Tell which parts of a file are ours, and under which grants."""
    return await _uploaded(asked, file, lambda path: provenance_shapes.trace(tracing.trace_file(asked.session, path)))


async def _uploaded(asked: Asking, file: UploadFile, work: Callable[[Path], dict[str, Any]]) -> JSONResponse:
    """Answer about a file that was sent: it lies under a name of ours, and is gone with the answer."""
    data = await received(file, UPLOAD_BYTES)

    def looked() -> dict[str, Any]:
        with lying(data) as path:
            return {**work(path), "file": NAME}

    return await shown(asked, looked)


def _verified(asked: Asking, path: Path) -> verifying.Verification:
    return verifying.verify_file(asked.session, path)
