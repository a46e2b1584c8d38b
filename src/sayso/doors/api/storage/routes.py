"""What is stored of speakers: listed, added, planned for, handed out and cleared up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from sayso.accounts.rights import Right
from sayso.audio.container import Container
from sayso.doors.api.asking import Asked
from sayso.doors.api.told import SpeakerWord, id_of, shown, told, worked
from sayso.doors.api.uploads.answering import HandedBack, container_named, told_sound
from sayso.doors.api.uploads.receiving import NAME, check_sound, lying, lying_together, received
from sayso.doors.shapes import storage as shapes
from sayso.progress import silent
from sayso.storage import StoragePurpose
from sayso.workflows.installation.session import Session
from sayso.workflows.storage import clearing, copying, keeping, shelf
from sayso.workflows.storage.copying import SealedCopy
from sayso.workflows.storage.keeping import Deposit

router = APIRouter(tags=["storage"])

MOST: Final = 4
"""How many recordings one plan takes."""

_DAYS: Final = 36_500
_MASTERS: Final = "Days after which a master goes of which an archived form is kept."
_PURPOSE: Final = f"What it is kept for: {', '.join(StoragePurpose)}."

PurposeForm = Annotated[str, Form(max_length=40, description=_PURPOSE)]


class CopyBody(BaseModel):
    """In which form a recording is handed out."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{"format": "flac"}]})

    format: Annotated[str, Field(max_length=8)] = Container.FLAC


class ClearingBody(BaseModel):
    """What goes beside what is stored under ended grants."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{"masters_for": 30}]})

    masters_for: Annotated[int | None, Field(ge=0, le=_DAYS, description=_MASTERS)] = None


@router.get("/v1/storage/items", responses=told("stored-items"))
async def list_items(asked: Asked, speaker: SpeakerWord = None) -> JSONResponse:
    """List what is stored: purpose, form, bytes, grant."""
    return await shown(asked, lambda: shapes.items(shelf.items(asked.session, speaker)))


@router.get("/v1/storage/items/{item}", responses=told("stored-item"))
async def show_item(item: str, asked: Asked) -> JSONResponse:
    """Show a stored item: form, closeness, loudness, grant."""
    return await shown(asked, lambda: shapes.item(shelf.item(asked.session, item)))


@router.post("/v1/storage/items", status_code=201, responses=told("recording-stored", 201))
async def add_item(
    asked: Asked,
    request: Request,
    file: UploadFile,
    speaker: Annotated[str, Form(min_length=1, max_length=64, json_schema_extra=id_of("speaker"))],
    purpose: PurposeForm = StoragePurpose.ARCHIVE,
) -> JSONResponse:
    """Store a recording, encrypted, in a form that is good enough; a grant of the speaker has to allow it."""
    data = await received(file)

    def added() -> dict[str, Any]:
        asked.session.require(Right.SPEECH)
        check_sound(data)
        with lying(data) as path:
            return {**shapes.added(keeping.add(asked.session, Deposit(path, speaker, purpose), silent)), "file": NAME}

    sent = [json.dumps([speaker, purpose]).encode(), data]
    return await asked.once(request, added, sent=sent, by=asked.labour)


@router.post(
    "/v1/storage/items/{item}/copies",
    status_code=201,
    response_class=Response,
    responses=told_sound("recording-exported", 201),
)
async def copy_item(item: str, body: CopyBody, asked: Asked, request: Request) -> Response:
    """Hand out a stored recording; its grant has to allow to take it out, and to hold."""
    container = container_named(body.format)

    def copied() -> SealedCopy:
        return copying.handed_out(asked.session, item, container)

    made = await asked.done_once(request, copied, by=asked.labour)
    return (await asked.run(lambda: _handed_back(asked.session, made, container))).answer(request, 201)


@router.post("/v1/storage/plans", responses=told("storage-plan"))
async def plan(
    asked: Asked,
    files: Annotated[list[UploadFile], File(max_length=MOST)] = [],  # noqa: B006 - it is read alone
    purpose: PurposeForm = StoragePurpose.ARCHIVE,
    masters_for: Annotated[int | None, Form(ge=0, le=_DAYS, description=_MASTERS)] = None,
) -> JSONResponse:
    """Tell how many bytes it would save to store recordings and to clear up; nothing is changed."""
    several = [await received(file) for file in files]
    return await worked(asked, lambda: _planned(asked.session, several, purpose, masters_for))


@router.post("/v1/storage/clearings", responses=told("storage-cleared"))
async def clear(body: ClearingBody, asked: Asked) -> JSONResponse:
    """Remove what is stored under ended grants, and masters past their days; once it is gone, nothing more goes."""
    return await worked(asked, lambda: shapes.cleared(clearing.clear(asked.session, body.masters_for)))


def _handed_back(session: Session, made: SealedCopy, container: Container) -> HandedBack:
    data = made.release.file(session)
    return HandedBack(shapes.handed_out(made.item, f"recording.{container}", made.entry), data, container)


def _planned(session: Session, several: list[bytes], purpose: str, masters_for: int | None) -> dict[str, Any]:
    for data in several:
        check_sound(data)
    with lying_together(several) as paths:
        planned = shapes.planned(clearing.plan(session, paths, purpose, masters_for))
        return {**planned, "files": [{**each, "file": Path(each["file"]).name} for each in planned["files"]]}
