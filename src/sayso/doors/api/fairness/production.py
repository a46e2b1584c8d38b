"""The gate: what may reach production, by a passing report or a signed waiver. No private key is taken to sign one."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from sayso.doors.api.asking import Asked
from sayso.doors.api.bodies import Line
from sayso.doors.api.fairness.tables import TABLE_BYTES, MarginForm
from sayso.doors.api.told import shown, told
from sayso.doors.api.uploads.receiving import lying, received
from sayso.doors.shapes import gate as shapes
from sayso.workflows.fairness import gating, judging, registering

router = APIRouter(tags=["fairness"])

REPORTS: Final = "/v1/gate/reports"

_SUBJECT: Final = "What is judged: engine:NAME, model:NAME, mark:PROFILE, restoration:repair or enrollment:speaker."
_NAMED: Final = {"pattern": "^(engine|model|mark|restoration|enrollment):.+$", "example": "engine:hibari"}

SubjectForm = Annotated[str, Form(min_length=1, max_length=200, description=_SUBJECT, json_schema_extra=_NAMED)]
SubjectWord = Annotated[str | None, Query(max_length=200, description=_SUBJECT, json_schema_extra=_NAMED)]


class StudyBody(BaseModel):
    """What a version will be judged by: metrics, each perhaps with its margin, groups, and speakers of each."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"subject": "engine:hibari", "metrics": ["likeness=0.05"], "groups": ["female", "male"], "speakers": 40}
            ]
        },
    )

    subject: Line
    metrics: Annotated[list[Line], Field(min_length=1, max_length=100)]
    groups: Annotated[list[Line], Field(min_length=2, max_length=100)]
    speakers: Annotated[int, Field(ge=2, le=1_000_000)]


class WaiverBody(BaseModel):
    """What is let through, why, and until when; the installation's own key signs it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"subject": "engine:hibari", "reason": "measured again next week", "until": "2027-01-31"}]
        },
    )

    subject: Line
    reason: Annotated[str, Field(min_length=1, max_length=judging.MAX_REASON)]
    until: Line


@router.get("/v1/gate", responses=told("gate-status"))
async def show_gate(asked: Asked, subject: SubjectWord = None) -> JSONResponse:
    """Show where the versions that are here stand, or the one of a subject."""
    return await shown(
        asked, lambda: shapes.standings(asked.session.settings.gate, gating.status(asked.session, subject))
    )


@router.get("/v1/gate/records/{record}", responses=told("gate-record"))
async def show_record(record: str, asked: Asked) -> JSONResponse:
    """Show a report, a waiver or a plan."""
    return await shown(asked, lambda: shapes.record(gating.shown(asked.session, record)))


@router.post("/v1/gate/plans", status_code=201, responses=told("gate-record", 201))
async def register_study(body: StudyBody, asked: Asked, request: Request) -> JSONResponse:
    """Fix metrics, margins, groups and speakers before anything is measured."""

    def registered() -> dict[str, Any]:
        made = registering.registered(asked.session, body.subject, body.metrics, body.groups, body.speakers)
        return shapes.record(made)

    return await asked.once(request, registered)


@router.post(REPORTS, status_code=201, responses=told("gate-record", 201))
async def judge_version(
    asked: Asked,
    request: Request,
    subject: SubjectForm,
    table: UploadFile,
    margin: MarginForm = [],  # noqa: B006 - FastAPI copies it
) -> JSONResponse:
    """Judge the version that is here from a table of measurements, and log the report."""
    data = await received(table, TABLE_BYTES)

    def judged() -> dict[str, Any]:
        with lying(data) as path:
            return shapes.record(judging.judged(asked.session, subject, path, margin))

    sent = [json.dumps([subject, margin]).encode(), data]
    return await asked.once(request, judged, sent=sent, by=asked.labour)


@router.post("/v1/gate/waivers", status_code=201, responses=told("gate-record", 201))
async def waive(body: WaiverBody, asked: Asked, request: Request) -> JSONResponse:
    """Let the version that is here through until a date; a report made afterwards that does not pass ends that."""

    def waived() -> dict[str, Any]:
        return shapes.record(judging.waived(asked.session, body.subject, reason=body.reason, until=body.until))

    return await asked.once(request, waived)
