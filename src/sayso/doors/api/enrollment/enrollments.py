"""Enrolments over HTTP: a statement to read, its recording with samples, what became of it, and reviews."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Query, Request, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from sayso.doors.api.asking import Asked, Asking
from sayso.doors.api.bodies import Id, TermsBody
from sayso.doors.api.errors import TooLarge
from sayso.doors.api.told import id_of, shown, told, worked
from sayso.doors.shapes import enrollment as shapes
from sayso.workflows.enrollment import evidence, reviewing, showing, starting, submitting
from sayso.workflows.enrollment.submitting import Recordings

router = APIRouter(tags=["enrolments"])

PATH: Final = "/v1/enrollments"
ENROLLMENT_BYTES: Final = 64 * 1024 * 1024
"""The most that statement and samples take together."""


class EnrollmentBody(TermsBody):
    """What a speaker will allow by reading it aloud; the limits are those of a grant, by the same names."""

    assisted: Annotated[bool, Field(description="Somebody helps the speaker, who cannot read.")] = False


class ReviewBody(BaseModel):
    """What a person decides of an enrolment, and why; the reason is sealed."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"decision": "accept", "reason": "an accent, all words said"}]}
    )

    decision: Annotated[str, Field(max_length=16)]
    reason: Annotated[str, Field(min_length=reviewing.MIN_REASON_CHARS, max_length=reviewing.MAX_REASON_CHARS)]


@router.post(PATH, status_code=201, responses=told("enrollment-started", 201))
async def start(body: EnrollmentBody, asked: Asked, request: Request) -> JSONResponse:
    """Draw a statement that a speaker must read aloud within 120 seconds (15 minutes if helped); it allows nothing."""

    def issued() -> dict[str, Any]:
        return shapes.issued(starting.start(asked.session, body.terms(), assisted=body.assisted))

    return await asked.once(request, issued)


@router.get(PATH, responses=told("enrollments"))
async def list_enrollments(
    asked: Asked, speaker: Annotated[Id, Query(json_schema_extra=id_of("speaker"))]
) -> JSONResponse:
    """List the enrolments of a speaker."""
    return await shown(asked, lambda: shapes.statuses(showing.listed(asked.session, speaker)))


@router.get("/v1/reviews", responses=told("enrollments"))
async def list_reviews(asked: Asked) -> JSONResponse:
    """List the enrolments that wait for a person."""
    return await shown(asked, lambda: shapes.statuses(reviewing.waiting(asked.session)))


@router.get(PATH + "/{enrollment}", responses=told("enrollment-status"))
async def show_enrollment(enrollment: str, asked: Asked) -> JSONResponse:
    """Show what an enrolment is now, and what to do next."""
    return await shown(asked, lambda: shapes.status(showing.shown(asked.session, enrollment)))


@router.post(PATH + "/{enrollment}/recordings", responses=told("enrollment-status"))
async def submit(
    enrollment: str,
    asked: Asked,
    request: Request,
    statement: UploadFile,
    samples: Annotated[list[UploadFile], File()],
) -> JSONResponse:
    """Hand in the recording of the statement with samples of the voice; it uses the statement up."""
    handed = Recordings(await _read(statement), tuple([await _read(sample) for sample in samples]))
    sent = [handed.statement, *handed.samples]
    await asked.done_once(request, lambda: _submitted(asked, enrollment, handed), sent=sent)
    return await shown(asked, lambda: shapes.status(showing.shown(asked.session, enrollment)))


@router.get(PATH + "/{enrollment}/evidence", responses=told("enrollment-evidence"))
async def show_evidence(
    enrollment: str,
    asked: Asked,
    again: Annotated[bool, Query(description="Run the checks of today on it, too.")] = False,
) -> JSONResponse:
    """Show what was read, found, and by which models; not the recordings."""

    def found() -> dict[str, Any]:
        return shapes.evidence(evidence.evidence(asked.session, enrollment, again=again))

    return await (worked(asked, found) if again else shown(asked, found))


@router.post(PATH + "/{enrollment}/decision", responses=told("enrollment-status"))
async def decide(enrollment: str, body: ReviewBody, asked: Asked) -> JSONResponse:
    """Decide on an enrolment that waits for a person."""
    return await shown(
        asked, lambda: shapes.status(reviewing.decide(asked.session, enrollment, body.decision, body.reason))
    )


def _submitted(asked: Asking, enrollment: str, handed: Recordings) -> None:
    submitting.submit(asked.session, enrollment, handed)


async def _read(file: UploadFile) -> bytes:
    data = await file.read(ENROLLMENT_BYTES + 1)
    if len(data) > ENROLLMENT_BYTES:
        raise TooLarge(f"got a larger file than is taken here, expected at most {ENROLLMENT_BYTES} bytes")
    return data
