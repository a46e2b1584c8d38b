"""``/healthz`` and ``/readyz``: whether the process lives, and whether it can answer; ``/metrics``: how well."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from sayso.accounts import store as accounts
from sayso.accounts.rights import Right
from sayso.doors.api.asking import Asked
from sayso.doors.api.service import Service
from sayso.errors import SaysoError
from sayso.workflows.fairness.telling import told_drift

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process lives."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"ok": True}]})

    ok: bool


class Ready(BaseModel):
    """Whether requests can be answered."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"ready": True}]})

    ready: bool


_UNREADY: Final[dict[int | str, dict[str, Any]]] = {
    503: {"description": "Not ready: still loading, or the database does not answer.", "model": Ready},
}
_METRICS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The figures, in Prometheus' text format.",
        "content": {"text/plain": {"schema": {"type": "string"}, "example": "sayso_places 2.0\n"}},
    }
}


@router.get("/healthz", response_model=Alive)
async def healthz() -> dict[str, bool]:
    """Tell that the process lives."""
    return {"ok": True}


@router.get("/readyz", response_model=Ready, responses=dict(_UNREADY))
async def readyz(request: Request) -> JSONResponse:
    """Tell whether requests can be answered: engines loaded, database there."""
    service: Service = request.app.state.service
    is_ready = service.is_ready and await service.run(lambda: _answers(service))
    return JSONResponse({"ready": is_ready}, 200 if is_ready else 503)


@router.get("/metrics", response_class=Response, responses=dict(_METRICS))
async def metrics(asked: Asked) -> Response:
    """Tell the figures of this process to an operator, in Prometheus' text format."""
    service = asked.service
    await asked.run(lambda: asked.session.require(Right.ACCOUNTS))  # they are of all organisations together
    admission = service.admission
    text = service.metrics.text(places=admission.places, held=admission.held, queued=admission.queued)
    text += (await asked.run(lambda: told_drift(asked.session))).encode()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _answers(service: Service) -> bool:
    try:
        with service.session.read() as tx:
            accounts.check_organisation(tx, service.session.actor.organisation)
    except SaysoError:
        return False
    return True
