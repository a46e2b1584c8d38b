"""Productions over HTTP: planned from a manuscript that is sent, made in a process of their own.

A package lies in the home of the installation, where the operator delivers it from: no route hands out its sound, since
that would be a release of its own, long after the permits under which it was made.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from sayso.disk import make_private
from sayso.doors.api.asking import Asked, Asking
from sayso.doors.api.errors import TooLarge
from sayso.doors.api.told import told
from sayso.doors.shapes import productions as shapes
from sayso.productions.errors import ProductionBusy
from sayso.productions.turns import LEAST_PRIORITY, MOST_PRIORITY
from sayso.workflows.installation.session import Session
from sayso.workflows.productions import planning, plans, reporting, running, runs
from sayso.workflows.productions.delivery import DEFAULT_FORMATS, Delivery
from sayso.workflows.productions.planning import Brief

router = APIRouter(tags=["productions"])

UPLOAD_BYTES: Final = 64 * 1024 * 1024
UPLOADS: Final = ("/v1/productions",)

Word = Annotated[str, Form(min_length=1, max_length=200)]
Maybe = Annotated[str | None, Form(max_length=200)]

_CAST: Final = "cast.yaml"
_UNNAMED: Final = re.compile(r"[^\w. -]")
_NAME_CHARS: Final = 50

_BEGUN: Final[dict[str, subprocess.Popen[bytes]]] = {}
_BEGINNING: Final = threading.Lock()


class RunBody(BaseModel):
    """What is wanted of a run: formats, levels, where the files of a feed will lie, and its place in the queue."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"formats": ["mp3", "m4b"]}]})

    formats: Annotated[list[str], Field(max_length=10)] = []
    target: Annotated[str, Field(max_length=20)] = "acx"
    base_url: Annotated[str, Field(max_length=500)] = ""
    priority: Annotated[int | None, Field(ge=LEAST_PRIORITY, le=MOST_PRIORITY)] = None


@router.post("/v1/productions", status_code=201, responses=told("production-planned", 201))
async def plan_production(
    asked: Asked,
    request: Request,
    book: UploadFile,
    licensee: Word,
    purpose: Word,
    voice: Maybe = None,
    project: Maybe = None,
    language: Maybe = None,
    territory: Maybe = None,
    channel: Maybe = None,
    revise: Maybe = None,
    cast: UploadFile | None = None,
) -> JSONResponse:
    """Plan a production of the manuscript that is sent, whose name tells its format, and check its permissions."""
    name = _name_of(book)
    sent = {name: await _read(book)} | ({_CAST: await _read(cast)} if cast is not None else {})

    def planned() -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="sayso-") as kept:
            folder = Path(kept)
            for each, data in sent.items():
                (folder / each).write_bytes(data)
            brief = Brief(
                book=folder / name,
                licensee=licensee,
                purpose=purpose,
                voice=voice,
                project=project,
                cast=folder / _CAST if cast is not None else None,
                language=language,
                territory=territory,
                channel=channel,
            )
            shown: dict[str, Any] = shapes.planned(planning.plan(asked.session, brief, revises=revise))
            return shown

    words = (licensee, purpose, voice, project, language, territory, channel, revise)
    return await asked.once(request, planned, sent=[json.dumps([words, *sent]).encode(), *sent.values()])


@router.get("/v1/productions/{production}", responses=told("production-progress"))
async def show_production(production: str, asked: Asked) -> JSONResponse:
    """Show how far a production is."""
    return await _shown(asked, lambda: shapes.progress(running.progress(asked.session, production)))


@router.post("/v1/productions/{production}/run", status_code=202, responses=told("production-progress", 202))
async def run_production(production: str, body: RunBody, asked: Asked, request: Request) -> JSONResponse:
    """Begin to make a production, or go on with it; ask how far it is until its stage is packaged or failed."""

    def begun() -> dict[str, Any]:
        _begin(asked.session, production, tuple(body.formats) or DEFAULT_FORMATS, body)
        return shapes.progress(running.progress(asked.session, production))

    return await asked.once(request, begun, status=202)


@router.post("/v1/productions/{production}/lines/{line}/redo", responses=told("line-redone"))
async def redo_line(production: str, line: str, asked: Asked, request: Request) -> JSONResponse:
    """Have one line spoken anew by the next run."""

    def redone() -> dict[str, Any]:
        changed = running.redo(asked.session, production, line)
        return shapes.redone(changed, line, changed.take_number(changed.plan.line(line)))

    return await asked.once(request, redone, status=200)


@router.get("/v1/productions/{production}/report", responses=told("package-report"))
async def report_production(production: str, asked: Asked) -> JSONResponse:
    """Check the package of a production: hashes, levels and marks."""
    return await _shown(asked, lambda: shapes.report(reporting.report(_folder(asked.session, production))))


@router.get("/v1/runs", responses=told("runs"))
async def list_runs(asked: Asked) -> JSONResponse:
    """List the runs of productions, the newest first."""
    return await _shown(asked, lambda: shapes.runs(runs.listed(asked.session)))


@router.get("/v1/runs/{run}", responses=told("run"))
async def show_run(run: str, asked: Asked) -> JSONResponse:
    """Show one run and how many of its steps are done."""
    return await _shown(asked, lambda: shapes.run(runs.shown(asked.session, run)))


@router.post("/v1/runs/{run}/cancel", responses=told("run"))
async def cancel_run(run: str, asked: Asked) -> JSONResponse:
    """Stop a run at its next step; what is made stays, and a new run takes it over."""
    return await _shown(asked, lambda: shapes.run(runs.cancel(asked.session, run)))


@router.post("/v1/runs/{run}/pause", responses=told("run"))
async def pause_run(run: str, asked: Asked) -> JSONResponse:
    """Stop a run at its next step until it is resumed; what is made stays."""
    return await _shown(asked, lambda: shapes.run(runs.pause(asked.session, run)))


@router.post("/v1/runs/{run}/resume", status_code=202, responses=told("run", 202))
async def resume_run(run: str, asked: Asked) -> JSONResponse:
    """Begin to go on with a run that was paused, killed or cancelled, in a process of its own."""

    def begun() -> dict[str, Any]:
        found = runs.shown(asked.session, run)
        if not _keep(found.production, lambda: running.begin_resume(asked.session, run)):
            raise ProductionBusy(f"a process works on {found.production} still; ask again when it has ended")
        return shapes.run(found)

    return await _shown(asked, begun, 202)


def _begin(session: Session, production: str, formats: tuple[str, ...], body: RunBody) -> None:
    folder = _folder(session, production)
    make_private(folder)
    delivery = Delivery(folder, formats, body.target, body.base_url)
    _keep(production, lambda: running.begin(session, production, delivery, priority=body.priority))


def _keep(production: str, begin: Callable[[], subprocess.Popen[bytes]]) -> bool:
    """Keep the process that works on a production, begun unless there is one; return whether it was begun."""
    with _BEGINNING:
        for name in [name for name, process in _BEGUN.items() if process.poll() is not None]:
            with _BEGUN.pop(name):
                pass
        if production in _BEGUN:
            return False
        _BEGUN[production] = begin()
        return True


def _folder(session: Session, production: str) -> Path:
    """Return where the package of a production lies that who asks sees; raise `ProductionUnknown`."""
    known = plans.opened(session, production).production_id
    return session.settings.home / "productions" / known


def _name_of(book: UploadFile) -> str:
    """Return the name under which a manuscript lies while it is read: of what was sent, no more than a name may be."""
    name = _UNNAMED.sub("_", Path(book.filename or "").name).lstrip(".")[-_NAME_CHARS:]
    return name if name and name != _CAST else f"book-{name}"


async def _read(file: UploadFile) -> bytes:
    data = await file.read(UPLOAD_BYTES + 1)
    if len(data) > UPLOAD_BYTES:
        raise TooLarge(f"got a larger file than is taken here, expected at most {UPLOAD_BYTES} bytes")
    return data


async def _shown(asked: Asking, work: Callable[[], dict[str, Any]], status: int = 200) -> JSONResponse:
    shown = await asked.run(lambda: json.dumps(work(), default=str))
    return JSONResponse(json.loads(shown), status)
