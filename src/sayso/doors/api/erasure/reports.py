"""Reports: what was done for the Code of Practice, which clips carry what, and what was measured."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from sayso.doors.api.asking import Asked
from sayso.doors.api.told import MomentWord, told, worked
from sayso.doors.shapes import compliance as shapes
from sayso.workflows.audit.compliance import compliance

router = APIRouter(tags=["reports"])


@router.get("/v1/reports/compliance", responses=told("compliance-report"))
async def report_compliance(asked: Asked, since: MomentWord = None, until: MomentWord = None) -> JSONResponse:
    """Report on the measures of the EU Code of Practice, by the clips that the key may see."""
    return await worked(asked, lambda: shapes.report(compliance(asked.session, since=since, until=until)))
