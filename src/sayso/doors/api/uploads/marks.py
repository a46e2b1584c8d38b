"""Marks: what a file that is handed in carries, one put into it by the operator, and the public key of the detector."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import JSONResponse
from starlette.responses import Response

from sayso.accounts.rights import Right
from sayso.doors.api.asking import Asked
from sayso.doors.api.told import shown, told, worked
from sayso.doors.api.uploads.answering import HandedBack, told_sound
from sayso.doors.api.uploads.receiving import NAME, check_sound, container_within, lying, received
from sayso.doors.shapes import mark as shapes
from sayso.mark.profiles import described
from sayso.mark.strength import PROFILES
from sayso.mark.verifying import MarkPolicy
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance import marking_files, public_detector
from sayso.workflows.speech import marked_uploads
from sayso.workflows.speech.marked_uploads import MarkedUpload

router = APIRouter(tags=["marks"])

KEY_FILE: Final = "detector-key.json"
MOST_CHAINS: Final = 8

MarkForm = Annotated[
    str, Form(max_length=64, description="16 hexadecimal digits.", json_schema_extra={"pattern": "^[0-9a-f]{16}$"})
]
Survive = Annotated[list[Annotated[str, Form(max_length=40)]], Form(max_length=MOST_CHAINS)]


@router.get("/v1/marks/profiles", responses=told("mark-profiles"))
async def list_profiles(asked: Asked) -> JSONResponse:
    """List watermark strengths and their measured robustness."""
    return await shown(asked, lambda: {"profiles": [described(name) for name in PROFILES]})


@router.get("/v1/marks/key", responses=told("detector-key-published"))
async def publish_key(asked: Asked) -> JSONResponse:
    """Give the operator the public key of the detector, to be published as a file."""
    return await shown(asked, lambda: {"file": KEY_FILE, **public_detector.public_key(asked.session)})


@router.post("/v1/marks/detections", responses=told("mark-detection"))
async def detect_mark(file: UploadFile, asked: Asked) -> JSONResponse:
    """Look for a watermark of this installation in a file, and read its identifier."""
    data = await received(file)
    return await worked(asked, lambda: _searched(asked.session, data))


@router.post("/v1/detections", responses=told("public-detection"))
async def detect(file: UploadFile, key: UploadFile, asked: Asked) -> JSONResponse:
    """Look for an operator's watermark with the public key, which is sent along; it proves nothing."""
    data, public = await received(file), await received(key, public_detector.MAX_KEY_BYTES)
    return await worked(asked, lambda: _publicly(data, public))


@router.post("/v1/marks", status_code=201, response_class=Response, responses=told_sound("marked-file", 201))
async def embed(
    asked: Asked,
    request: Request,
    file: UploadFile,
    id: MarkForm,  # noqa: A002 - as it is sent
    profile: Annotated[str, Form(max_length=40)] = "standard",
    survive: Survive = [],  # noqa: B006 - it is read alone
    refuse_weak: Annotated[bool, Form()] = False,
) -> Response:
    """Put a watermark with an identifier into a file, as the operator, under a permit of its own."""
    data = await received(file)

    def marked() -> MarkedUpload:
        asked.session.require(Right.MARK)
        policy = MarkPolicy(profile, tuple(survive), refuse_weak)
        check_sound(data)
        return marked_uploads.mark_upload(asked.session, data, container_within(data), id, policy)

    words = json.dumps([id, profile, survive, refuse_weak]).encode()
    made = await asked.done_once(request, marked, sent=[words, data], by=asked.labour)
    return (await asked.run(lambda: _handed_back(asked.session, made))).answer(request, 201)


def _handed_back(session: Session, made: MarkedUpload) -> HandedBack:
    data = made.release.file(session)
    container = container_within(data)
    record = {**shapes.marked_file(made.told), "file": NAME, "out": f"marked.{container}"}
    return HandedBack(record, data, container)


def _searched(session: Session, data: bytes) -> dict[str, Any]:
    check_sound(data)
    with lying(data) as path:
        return {**shapes.searched_file(marking_files.detect_file(session, path)), "file": NAME}


def _publicly(data: bytes, key: bytes) -> dict[str, Any]:
    check_sound(data)
    with lying(key, ".json") as file:
        keys = public_detector.read_key(file)
    with lying(data) as path:
        return {**shapes.publicly_detected(public_detector.detect_public(keys, path)), "file": NAME}
