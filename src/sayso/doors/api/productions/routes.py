"""Productions over HTTP: planned from a manuscript that is sent, made in a process of their own.

A package lies in the home of the installation, where the operator delivers it from: no route hands out its sound, since
that would be a release of its own, long after the permits under which it was made.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from sayso.accounts.rights import Right
from sayso.disk import make_private
from sayso.doors.api.asking import Asked
from sayso.doors.api.errors import TooLarge
from sayso.doors.api.productions.processes import WorkProcesses
from sayso.doors.api.told import shown, told
from sayso.doors.api.uploads.receiving import unplaced
from sayso.doors.shapes import productions as shapes
from sayso.ids import new_id
from sayso.productions.errors import ProductionBusy
from sayso.productions.turns import LEAST_PRIORITY, MOST_PRIORITY
from sayso.workflows.installation.session import Session
from sayso.workflows.productions import planning, plans, reporting, running, runs
from sayso.workflows.productions.delivery import DEFAULT_FORMATS, Delivery
from sayso.workflows.productions.planning import Brief
from sayso.workflows.productions.runs import RunShown, RunUnknown

router = APIRouter(tags=["productions"])

UPLOAD_BYTES: Final = 64 * 1024 * 1024
UPLOADS: Final = ("/v1/productions",)

Word = Annotated[str, Form(min_length=1, max_length=200)]
Maybe = Annotated[str | None, Form(max_length=200)]

_CAST: Final = "cast.yaml"
_LEXICON: Final = "words.lexicon"
_UNNAMED: Final = re.compile(r"[^\w. -]")
_NAME_CHARS: Final = 50

_PROCESSES: Final = WorkProcesses()
_BEGINS_S: Final = 20.0
_LOOK_S: Final = 0.1


class ForkBody(BaseModel):
    """From which step on the work is done again; what came before is taken over."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{"step": 3}]})

    step: Annotated[int, Field(ge=1, le=1_000_000)] = 1


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
    lexicon: UploadFile | None = None,
) -> JSONResponse:
    """Plan a production of the manuscript that is sent, whose name tells its format, and check its permissions."""
    name = _name_of(book)
    beside = {each: file for each, file in ((_CAST, cast), (_LEXICON, lexicon)) if file is not None}
    sent = {name: await _read(book)} | {each: await _read(file) for each, file in beside.items()}

    def planned() -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="sayso-") as kept, unplaced(kept):
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
                lexicons=() if lexicon is None else (folder / _LEXICON,),
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
    return await shown(asked, lambda: shapes.progress(running.progress(asked.session, production)))


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
    return await shown(asked, lambda: shapes.report(reporting.report(_folder(asked.session, production))))


@router.get("/v1/runs", responses=told("runs"))
async def list_runs(asked: Asked) -> JSONResponse:
    """List the runs of productions, the newest first."""
    return await shown(asked, lambda: shapes.runs(runs.listed(asked.session)))


@router.get("/v1/runs/{run}", responses=told("run"))
async def show_run(run: str, asked: Asked) -> JSONResponse:
    """Show one run and how many of its steps are done."""
    return await shown(asked, lambda: shapes.run(runs.shown(asked.session, run)))


@router.post("/v1/runs/{run}/cancel", responses=told("run"))
async def cancel_run(run: str, asked: Asked) -> JSONResponse:
    """Stop a run at its next step; what is made stays, and a new run takes it over."""
    return await shown(asked, lambda: shapes.run(runs.cancel(asked.session, run)))


@router.post("/v1/runs/{run}/pause", responses=told("run"))
async def pause_run(run: str, asked: Asked) -> JSONResponse:
    """Stop a run at its next step until it is resumed; what is made stays."""
    return await shown(asked, lambda: shapes.run(runs.pause(asked.session, run)))


@router.post("/v1/runs/{run}/resume", status_code=202, responses=told("run", 202))
async def resume_run(run: str, asked: Asked) -> JSONResponse:
    """Begin to go on with a run that was paused, killed or cancelled, in a process of its own."""

    def begun() -> dict[str, Any]:
        found = runs.shown(asked.session, run)
        if not _PROCESSES.keep(found.production, lambda: running.begin_resume(asked.session, run)):
            raise ProductionBusy(f"a process works on {found.production} still; ask again when it has ended")
        return shapes.run(found)

    return await shown(asked, begun, 202)


@router.post("/v1/runs/{run}/fork", status_code=201, responses=told("run", 201))
async def fork_run(run: str, body: ForkBody, asked: Asked, request: Request) -> JSONResponse:
    """Begin to run again from a step on, as a run of its own, which is told once its process has begun it."""

    def forked() -> dict[str, Any]:
        found, new = runs.shown(asked.session, run), new_id("run")
        asked.session.require(Right.SPEECH)  # of who asks while a process works on it, too
        begun: list[subprocess.Popen[bytes]] = []

        def begin() -> subprocess.Popen[bytes]:
            begun.append(running.begin_fork(asked.session, run, body.step, new))
            return begun[0]

        if not _PROCESSES.keep(found.production, begin):
            raise ProductionBusy(f"a process works on {found.production} still; ask again when it has ended")
        return shapes.run(_begun(asked.session, new, begun[0]))

    return await asked.once(request, forked)


def _begun(session: Session, run: str, process: subprocess.Popen[bytes]) -> RunShown:
    """Return a run once the process that begins it has; raise `ProductionBusy` where it cannot."""
    ends = time.monotonic() + _BEGINS_S
    while True:
        is_over = process.poll() is not None or time.monotonic() > ends
        try:
            return runs.shown(session, run)
        except RunUnknown:
            if is_over:
                raise ProductionBusy("the run could not be begun; ask again") from None
        time.sleep(_LOOK_S)


def _begin(session: Session, production: str, formats: tuple[str, ...], body: RunBody) -> None:
    folder = _folder(session, production)
    make_private(folder)
    delivery = Delivery(folder, formats, body.target, body.base_url)
    _PROCESSES.keep(production, lambda: running.begin(session, production, delivery, priority=body.priority))


def _folder(session: Session, production: str) -> Path:
    """Return where the package of a production lies that who asks sees; raise `ProductionUnknown`."""
    known = plans.opened(session, production).production_id
    return session.settings.home / "productions" / known


def _name_of(book: UploadFile) -> str:
    """Return the name under which a manuscript lies while it is read: of what was sent, no more than a name may be."""
    name = _UNNAMED.sub("_", Path(book.filename or "").name).lstrip(".")[-_NAME_CHARS:]
    return name if name and name not in {_CAST, _LEXICON} else f"book-{name}"


async def _read(file: UploadFile) -> bytes:
    data = await file.read(UPLOAD_BYTES + 1)
    if len(data) > UPLOAD_BYTES:
        raise TooLarge(f"got a larger file than is taken here, expected at most {UPLOAD_BYTES} bytes")
    return data
