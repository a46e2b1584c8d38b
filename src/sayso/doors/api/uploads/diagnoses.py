"""Recordings that are handed in: what is wrong with one, the labels in its tags, and a repaired form of it."""

from __future__ import annotations

import math
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import JSONResponse
from starlette.responses import Response

from sayso.doors.api.asking import Asked
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.told import id_of, shown, told, worked
from sayso.doors.api.uploads.answering import FormatForm, HandedBack, container_named, told_sound
from sayso.doors.api.uploads.receiving import NAME, check_sound, container_within, lying, received
from sayso.doors.shapes import restoration as restoration_shapes
from sayso.doors.shapes import speech as speech_shapes
from sayso.ids import parse_id
from sayso.progress import silent
from sayso.workflows.installation.session import Session
from sayso.workflows.restoration.aims import Aims
from sayso.workflows.speech import labels

router = APIRouter(tags=["recordings"])

VoiceForm = Annotated[
    str | None,
    Form(max_length=64, json_schema_extra=id_of("voice"), description="A voice of who is meant, as its speaker."),
]
FullerBelow = Annotated[
    float | None, Form(description="Where a repair gains less DNSMOS, such as 0.5, take more of noise and voice.")
]


@router.post("/v1/diagnoses", responses=told("diagnosis"))
async def diagnose(file: UploadFile, asked: Asked) -> JSONResponse:
    """Tell what is wrong with a recording, without a reference."""
    data = await received(file)
    return await worked(asked, lambda: _diagnosed(data))


@router.post("/v1/restorations", response_class=Response, responses=told_sound("restored"))
async def restore(
    asked: Asked,
    request: Request,
    file: UploadFile,
    format: FormatForm = "wav",  # noqa: A002 - as it is sent
    voice: VoiceForm = None,
    speaker: UploadFile | None = None,
    match: UploadFile | None = None,
    fuller_below: FullerBelow = None,
) -> Response:
    """Repair a recording; `speaker` or `voice` says who is meant in it, `match` is a recording whose colour it gets."""
    container = container_named(format)
    if voice is not None and speaker is not None:
        raise BodyInvalid("speaker: got a recording and a voice, expected one of them")
    if fuller_below is not None and not math.isfinite(fuller_below):
        raise BodyInvalid("fuller_below: got no number, expected one such as 0.5")
    data = await received(file)
    like = None if speaker is None else await received(speaker)
    colour = None if match is None else await received(match)

    def restored() -> HandedBack:
        from sayso.workflows.restoration.restoring import restore_file  # noqa: PLC0415 - loads the repairs

        check_sound(data)
        aims = _aims(asked.session, voice, like, colour, fuller_below)
        with lying(b"", f".{container}") as out:
            told = restoration_shapes.restored(restore_file(data, out, silent, aims=aims))
            return HandedBack({**told, "file": NAME, "out": out.name}, out.read_bytes(), container)

    return (await asked.labour(restored)).answer(request)


@router.get("/v1/labels", responses=told("jurisdictions"))
async def list_labels(asked: Asked) -> JSONResponse:
    """List jurisdictions and the labels that they require; not legal advice."""
    return await shown(asked, lambda: speech_shapes.jurisdictions(labels.listed()))


@router.get("/v1/labels/{jurisdiction}", responses=told("jurisdictions"))
async def show_labels(jurisdiction: str, asked: Asked) -> JSONResponse:
    """Show the labels that one jurisdiction requires, by which law."""
    return await shown(asked, lambda: speech_shapes.jurisdictions([labels.shown(jurisdiction)]))


@router.post("/v1/label-readings", responses=told("file-labels"))
async def read_labels(file: UploadFile, asked: Asked) -> JSONResponse:
    """Show the labels in the tags of a file; anyone can write tags."""
    data = await received(file)
    return await worked(asked, lambda: _labels_in(data))


def _diagnosed(data: bytes) -> dict[str, Any]:
    from sayso.workflows.restoration.diagnosing import diagnose_file  # noqa: PLC0415 - loads the measures

    check_sound(data)
    with lying(data) as path:
        return {**restoration_shapes.diagnosed(diagnose_file(path)), "file": NAME}


def _labels_in(data: bytes) -> dict[str, Any]:
    with lying(data, f".{container_within(data)}") as path:
        return {**speech_shapes.file_labels(labels.read_file(path)), "file": NAME}


def _aims(
    session: Session, voice: str | None, speaker: bytes | None, match: bytes | None, fuller_below: float | None
) -> Aims:
    """Return what is wished of a repair: a voice is named by its id alone, so that no name is taken for a path."""
    from sayso.workflows.restoration import references  # noqa: PLC0415 - loads what tells voices apart

    wanted, colour = None, None
    if voice is not None:
        wanted = references.voice_embedding(session, parse_id("voice", voice))
    if speaker is not None:
        check_sound(speaker)
        with lying(speaker) as path:
            wanted = references.speaker_in(path)
    if match is not None:
        check_sound(match)
        with lying(match) as path:
            colour = references.colour_of(path)
    return Aims(wanted, colour, fuller_below)
