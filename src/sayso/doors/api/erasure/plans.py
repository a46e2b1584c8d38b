"""Plans of erasure: made, shown, and carried out."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from sayso.consent.state import Party
from sayso.doors.api.asking import Asked
from sayso.doors.api.bodies import ErasureBody
from sayso.doors.api.told import shown, told
from sayso.doors.shapes import erasure as shapes
from sayso.workflows.erasure import erasing

router = APIRouter(tags=["erasure"])

PATH: Final = "/v1/erasures"

ByWord = Annotated[
    str | None,
    Query(
        max_length=20,
        description="Whose act it is; by default that of who asks.",
        json_schema_extra={"enum": [str(Party.SPEAKER), str(Party.OPERATOR)]},
    ),
]


@router.post(PATH, status_code=201, responses=told("erasure-plan", 201))
async def plan_erasure(body: ErasureBody, asked: Asked, request: Request) -> JSONResponse:
    """Plan the erasure of a speaker; nothing is changed."""
    planned = partial(erasing.plan, asked.session, body.speaker, keep_print=body.keep_print)
    return await asked.once(request, lambda: shapes.plan(planned()))


@router.get(PATH + "/{plan}", responses=told("erasure-plan"))
async def show_plan(plan: str, asked: Asked) -> JSONResponse:
    """Show a plan, and how far it is."""
    return await shown(asked, lambda: shapes.plan(erasing.planned(asked.session, plan)))


@router.post(PATH + "/{plan}/run", responses=told("erasure"))
async def run_erasure(plan: str, asked: Asked, by: ByWord = None) -> JSONResponse:
    """Carry a plan out; it cannot be undone."""
    own = Party.OPERATOR if asked.session.actor.speaker is None else Party.SPEAKER
    return await shown(asked, lambda: shapes.erased(erasing.run(asked.session, plan, by=by or own)))
