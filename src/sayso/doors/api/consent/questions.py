"""Questions: what would be decided, rule by rule, or in many cases at once; nothing is made or logged."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from sayso.doors.api.asking import Asked
from sayso.doors.api.bodies import Id, Line, QuestionBody
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.told import shown, told
from sayso.doors.shapes import consent as shapes
from sayso.workflows.consent import simulating
from sayso.workflows.speech import explaining
from sayso.workflows.speech.explaining import ProposedUse

router = APIRouter(tags=["consent"])


class CaseBody(BaseModel):
    """What somebody might ask; ``at`` is when, by default now."""

    model_config = ConfigDict(extra="forbid")

    voice: Id
    licensee: Line
    purpose: Line
    project: Line | None = None
    language: Line | None = "en"
    action: Line = "synthesize"
    territory: Line | None = None
    channel: Line | None = None
    at: Line | None = None


class SimulationBody(BaseModel):
    """Cases that are decided on one state of the grants."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "cases": [
                        {
                            "voice": "voi_aaaaaaaaaaaaaaaa",
                            "licensee": "Northwind Audio",
                            "purpose": "audiobook/mystery",
                            "at": "2026-12-31T18:00:00Z",
                        }
                    ]
                }
            ]
        },
    )

    cases: Annotated[list[CaseBody], Field(min_length=1, max_length=1000)]


@router.post("/v1/decisions", responses=told("why"))
async def why(body: QuestionBody, asked: Asked) -> JSONResponse:
    """Explain, rule by rule, what would be decided; nothing is made or logged."""
    question = _question(body, asked)
    return await shown(asked, lambda: shapes.why(explaining.why(asked.session, question)))


@router.post("/v1/simulations", responses=told("simulated-cases"))
async def simulate(body: SimulationBody, asked: Asked) -> JSONResponse:
    """Decide many cases; of a case the answer has its number in the list, from 1."""

    def judged() -> dict[str, Any]:
        cases = [
            (number, simulating.case_of(number, each.model_dump(exclude_none=True)))
            for number, each in enumerate(body.cases, start=1)
        ]
        return shapes.simulated(simulating.simulate(asked.session, cases))

    return await shown(asked, judged)


def _question(body: QuestionBody, asked: Asked) -> ProposedUse:
    key = asked.caller.key
    given = {} if key is None else {"licensee": key.licensee, "purpose": key.purpose, "project": key.project}
    said = body.model_dump(exclude_none=True)
    fields: dict[str, Any] = {**given, **{name: tuple(v) if isinstance(v, list) else v for name, v in said.items()}}
    for name in ("licensee", "purpose"):
        if name not in fields:
            raise BodyInvalid(f"{name}: got none, expected one, as the credential is bound to none")
    return ProposedUse(**fields)
