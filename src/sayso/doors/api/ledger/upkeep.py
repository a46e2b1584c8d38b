"""The log itself: its checkpoint and keys, a new key, its index, an audit of all of it, and a period for outsiders."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from sayso.accounts.actor import Role
from sayso.accounts.rights import Right
from sayso.doors.api.asking import Asked
from sayso.doors.api.bodies import Line
from sayso.doors.api.ledger.handing import FILE, handed
from sayso.doors.api.told import done_and_shown, shown, told, worked
from sayso.doors.shapes import ledger as shapes
from sayso.workflows.audit import auditing
from sayso.workflows.audit.results import LogHolds
from sayso.workflows.installation.session import Session

router = APIRouter(tags=["ledger"])


class PeriodBody(BaseModel):
    """A period: from a date or time on, and before another; both by default the whole log."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"since": "2026-11-01", "until": "2026-12-01"}]}
    )

    since: Line | None = None
    until: Line | None = None


@router.get("/v1/ledger/checkpoint", responses=told("checkpoint"))
async def checkpoint(asked: Asked) -> JSONResponse:
    """Show the log's size and root, signed."""
    return await shown(asked, lambda: shapes.checkpoint(auditing.checkpoint(asked.session)))


@router.get("/v1/ledger/keys", responses=told("ledger-keys"))
async def list_shards(asked: Asked) -> JSONResponse:
    """List the shards of the log with their public keys."""
    return await shown(asked, lambda: shapes.keys(auditing.keys(asked.session, None)))


@router.get("/v1/ledger/succession", response_class=Response, responses=FILE)
async def show_succession(asked: Asked) -> Response:
    """Hand out the proof that each key of the log follows from the one before."""
    return await handed(asked, "succession.json", lambda path: auditing.keys(asked.session, path))


@router.post("/v1/ledger/rotations", status_code=201, responses=told("checkpoint", 201))
async def rotate(asked: Asked, request: Request) -> JSONResponse:
    """Close the shard, whose last entry announces the next key, and open the next one under that."""
    return await done_and_shown(
        asked,
        request,
        lambda: auditing.rotate(asked.session),
        lambda: shapes.checkpoint(auditing.checkpoint(asked.session)),
    )


@router.post("/v1/ledger/reindex", responses=told("ledger-reindexed"))
async def reindex(asked: Asked) -> JSONResponse:
    """Write the index again from the entries."""
    return await worked(asked, lambda: shapes.reindexed(auditing.reindex(asked.session)))


@router.post("/v1/ledger/audits", responses=told("log-audit"))
async def audit(asked: Asked) -> JSONResponse:
    """Check every entry, tile and row of this installation, as an auditor or the operator."""
    return await worked(asked, lambda: shapes.log_holds(_audited(asked.session)))


@router.post("/v1/ledger/exports", response_class=Response, responses=FILE)
async def export(body: PeriodBody, asked: Asked) -> Response:
    """Hand out a period of the log as a file that anyone can audit with the public key alone."""
    return await handed(
        asked,
        "ledger.jsonl",
        lambda path: auditing.export(asked.session, path, since=body.since, until=body.until),
    )


def _audited(session: Session) -> LogHolds:
    """Return the audit; it reads all there is, so that others than auditors and who keeps the log are refused."""
    if session.actor.role is not Role.AUDITOR:
        session.require(Right.LEDGER)
    return auditing.audit(session)
