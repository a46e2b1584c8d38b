"""``/healthz`` and ``/readyz``: whether the process lives, and whether it can answer."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from sayso.accounts import store as accounts
from sayso.doors.api.service import Service
from sayso.errors import SaysoError

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, bool]:
    """Tell that the process lives."""
    return {"ok": True}


@router.get("/readyz", responses={503: {"description": "Not ready: still loading, or the database does not answer."}})
async def readyz(request: Request) -> JSONResponse:
    """Tell whether requests can be answered: engines loaded, database there."""
    service: Service = request.app.state.service
    is_ready = service.is_ready and await service.run(lambda: _answers(service))
    return JSONResponse({"ready": is_ready}, 200 if is_ready else 503)


def _answers(service: Service) -> bool:
    try:
        with service.session.read() as tx:
            accounts.check_organisation(tx, service.session.actor.organisation)
    except SaysoError:
        return False
    return True
