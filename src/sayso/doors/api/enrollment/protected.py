"""Protected voices: put on the list, compared with enrolments, and taken off; and checks of recordings at hand."""

from __future__ import annotations

import contextlib
from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from sayso.doors.api.asking import Asked
from sayso.doors.api.told import shown, told, worked
from sayso.doors.api.uploads.receiving import lying, received
from sayso.doors.shapes import enrollment as enrollment_shapes
from sayso.doors.shapes import protected as shapes
from sayso.workflows.enrollment import checking, protecting

router = APIRouter(tags=["enrolments"])

PROTECTED: Final = "/v1/protected-voices"
CHECKS: Final = "/v1/enrollment-checks"
MOST_RECORDINGS: Final = 10
CHECK_BYTES: Final = 64 * 1024 * 1024
"""The most that all recordings of one request take together."""

Reason = Annotated[str, Form(min_length=protecting.MIN_REASON_CHARS, max_length=protecting.MAX_REASON_CHARS)]
Recordings = Annotated[list[UploadFile], File(min_length=1, max_length=MOST_RECORDINGS)]


class RemovalBody(BaseModel):
    """Why a voice goes off the list; the ledger holds a keyed hash of it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "the speaker asked for it"}]})

    reason: Annotated[str, Field(min_length=protecting.MIN_REASON_CHARS, max_length=protecting.MAX_REASON_CHARS)]


@router.get(PROTECTED, responses=told("protected-voices"))
async def list_protected(asked: Asked) -> JSONResponse:
    """List the protected voices, and the score of a hit."""
    return await shown(asked, lambda: shapes.listed(protecting.protected_list(asked.session)))


@router.post(PROTECTED, status_code=201, responses=told("protected-voice", 201))
async def protect(asked: Asked, request: Request, recordings: Recordings, reason: Reason) -> JSONResponse:
    """Put a voice on the list: whoever enrols with one like it goes to a person. Of the recordings a print is kept."""
    sounds = [await received(each) for each in recordings]

    def added() -> dict[str, Any]:
        with contextlib.ExitStack() as held:
            paths = [held.enter_context(lying(each)) for each in sounds]
            return shapes.protected(protecting.protect(asked.session, paths, reason))

    return await asked.once(request, added, sent=[reason.encode(), *sounds], by=asked.labour)


@router.post(PROTECTED + "/{protected}/removal", responses=told("protected-voice"))
async def unprotect(protected: str, body: RemovalBody, asked: Asked) -> JSONResponse:
    """Take a voice off the list, and destroy what opens its print."""
    return await shown(asked, lambda: shapes.protected(protecting.unprotect(asked.session, protected, body.reason)))


@router.get("/v1/enrollments/{enrollment}/likenesses", responses=told("protected-match"))
async def compare(enrollment: str, asked: Asked) -> JSONResponse:
    """Compare an enrolment with each protected voice."""
    return await shown(
        asked, lambda: shapes.matched(enrollment, protecting.compared_with_list(asked.session, enrollment))
    )


@router.post(CHECKS, responses=told("enrollment-check"))
async def check(
    asked: Asked,
    statement: UploadFile,
    samples: Recordings,
    text: Annotated[str, Form(min_length=1, max_length=4096)],
) -> JSONResponse:
    """Check a statement and samples at hand, as the operator: words, speaker, marks. Nothing is stored."""
    stated, sounds = await received(statement), [await received(each) for each in samples]

    def checked() -> dict[str, Any]:
        with contextlib.ExitStack() as held:
            said = held.enter_context(lying(stated))
            paths = [held.enter_context(lying(each)) for each in sounds]
            return enrollment_shapes.enrollment(checking.check_recordings(asked.session, said, text, paths))

    return await worked(asked, checked)
