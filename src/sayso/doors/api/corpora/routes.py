"""Corpora of the organisation of who asks: created, run, told of, searched, sampled, and left by who withdraws.

What enters a corpus is read where it lies, and what leaves it lies in a folder that a withdrawal renews: both are at
the operator's desk.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from sayso.accounts.rights import Right
from sayso.doors.api.asking import Asked
from sayso.doors.api.bodies import Line
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.productions.processes import WorkProcesses
from sayso.doors.api.told import shown, told, worked
from sayso.doors.api.uploads.receiving import check_sound, lying, received
from sayso.doors.shapes import corpus as shapes
from sayso.doors.shapes import corpus_catalogue as catalogue
from sayso.workflows.installation.session import Session

router = APIRouter(tags=["corpora"])

PATH: Final = "/v1/corpora"
MOST_ROWS: Final = 10_000
MOST_WORKERS: Final = 64

_PROCESSES: Final = WorkProcesses()

Where = Annotated[str, Query(max_length=1000, description="Condition, such as 'snr_db > 20 and language = \"en\"'.")]
Version = Annotated[int | None, Query(ge=1, le=2**31, description="Version of the catalogue, by default the last.")]


class CorpusBody(BaseModel):
    """A new corpus: 1 to 40 of a-z, 0-9 and hyphens."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{"name": "lamp"}]})

    name: Line


class CorpusRunBody(BaseModel):
    """How a corpus is cleaned: by how many processes of this machine, how far, and who writes texts."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"workers": 2, "tier": "clean"}]}
    )

    workers: Annotated[int, Field(ge=1, le=MOST_WORKERS)] = 2
    tier: Line = "clean"
    recogniser: Annotated[str, Field(max_length=40)] = ""


class SampleBody(BaseModel):
    """A stratified sample that a seed repeats: the same of each value of a column, or quotas."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"by": "accent", "per": "9m"}]}
    )

    by: Annotated[str, Field(max_length=40)] = ""
    per: Annotated[str, Field(max_length=40)] = ""
    quota: Annotated[list[Line], Field(max_length=1000)] = []
    where: Annotated[str, Field(max_length=1000)] = ""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    version: Annotated[int | None, Field(ge=1, le=2**31)] = None


class WithdrawalBody(BaseModel):
    """Who is taken out, for good: an id, or what a manifest calls them."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"speaker": "spk_aaaaaaaaaaaaaaaa"}]}
    )

    speaker: Line


@router.post(PATH, status_code=201, responses=told("corpus-created", 201))
async def create(body: CorpusBody, asked: Asked, request: Request) -> JSONResponse:
    """Create a corpus; recordings are added at the operator's desk, where they lie."""
    from sayso.workflows.corpus import running  # noqa: PLC0415 - loads Daft

    return await asked.once(request, lambda: shapes.created(running.create(asked.session, body.name)))


@router.get(PATH + "/{corpus}", responses=told("corpus-status"))
async def show_corpus(corpus: str, asked: Asked) -> JSONResponse:
    """Show how far the run of a corpus is."""
    return await shown(asked, lambda: _status(asked.session, corpus))


@router.post(PATH + "/{corpus}/run", status_code=202, responses=told("corpus-status", 202))
async def run(corpus: str, body: CorpusRunBody, asked: Asked, request: Request) -> JSONResponse:
    """Begin to clean what was added, or go on; ask how far it is until its state is done or stopped."""

    def begun() -> dict[str, Any]:
        from sayso.workflows.corpus import running  # noqa: PLC0415 - loads Daft

        asked.session.require(Right.SPEECH)  # of who asks while it runs already, too
        chosen = body.workers, body.tier, body.recogniser
        _PROCESSES.keep(_work(asked.session, corpus), lambda: running.begin(asked.session, corpus, *chosen))
        return _status(asked.session, corpus)

    return await asked.once(request, begun, status=202)


@router.get(PATH + "/{corpus}/segments", responses=told("corpus-found"))
async def find(
    corpus: str,
    asked: Asked,
    where: Where = "",
    limit: Annotated[int, Query(ge=0, le=MOST_ROWS)] = 20,
    version: Version = None,
) -> JSONResponse:
    """Find segments that may be used now."""

    def found() -> dict[str, Any]:
        from sayso.workflows.corpus import retrieving  # noqa: PLC0415 - loads Daft

        view, what = retrieving.find(asked.session, corpus, where, limit=limit, version=version)
        return catalogue.found(corpus, view.version, what)

    return await worked(asked, found)


@router.post(PATH + "/{corpus}/samples", responses=told("corpus-sample"))
async def sample(corpus: str, body: SampleBody, asked: Asked) -> JSONResponse:
    """Draw a stratified sample that a seed repeats; nothing is kept of it."""
    if bool(body.by or body.per) == bool(body.quota) or bool(body.by) != bool(body.per):
        raise BodyInvalid("by: expected a column with per, an amount of each of its values, or quota")

    def drawn() -> dict[str, Any]:
        from sayso.corpus.quota import Quotas  # noqa: PLC0415 - loads Daft
        from sayso.workflows.corpus import retrieving  # noqa: PLC0415 - as above

        quotas = Quotas.of(body.quota) if body.quota else Quotas.each(body.by, body.per)
        how: dict[str, Any] = {"seed": body.seed, "where": body.where, "version": body.version}
        return catalogue.drawn(corpus, body.seed, retrieving.draw(asked.session, corpus, quotas, **how))

    return await worked(asked, drawn)


@router.post(PATH + "/{corpus}/nearest", responses=told("corpus-nearest"))
async def nearest(
    corpus: str,
    asked: Asked,
    file: UploadFile | None = None,
    segment: Annotated[str | None, Form(max_length=200)] = None,
    count: Annotated[int, Form(ge=1, le=MOST_ROWS)] = 10,
    version: Annotated[int | None, Form(ge=1, le=2**31)] = None,
) -> JSONResponse:
    """Find the voices nearest to that of a recording, or of a segment."""
    if (file is None) == (segment is None):
        raise BodyInvalid("segment: expected the id of one, or a recording as file")
    data = None if file is None else await received(file)

    def near() -> dict[str, Any]:
        from sayso.workflows.corpus import retrieving  # noqa: PLC0415 - loads Daft

        if data is None:
            return catalogue.near(corpus, retrieving.nearest(asked.session, corpus, segment or "", count, version))
        check_sound(data)
        with lying(data) as path:
            return catalogue.near(corpus, retrieving.nearest(asked.session, corpus, path, count, version))

    return await worked(asked, near)


@router.get(PATH + "/{corpus}/card", responses=told("corpus-card"))
async def card(corpus: str, asked: Asked, version: Version = None) -> JSONResponse:
    """Show what a corpus holds: card, licences, distributions."""

    def drawn() -> dict[str, Any]:
        from sayso.workflows.corpus import retrieving  # noqa: PLC0415 - loads Daft

        return catalogue.card(corpus, retrieving.card(asked.session, corpus, version), None)

    return await worked(asked, drawn)


@router.post(PATH + "/{corpus}/withdrawals", responses=told("corpus-withdrawn"))
async def withdraw(corpus: str, body: WithdrawalBody, asked: Asked) -> JSONResponse:
    """Take a speaker out of a corpus, for good; a second time, nothing more goes."""

    def taken() -> dict[str, Any]:
        from sayso.workflows.corpus import running  # noqa: PLC0415 - loads Daft

        return shapes.taken(corpus, running.withdraw(asked.session, corpus, body.speaker))

    return await worked(asked, taken)


def _work(session: Session, corpus: str) -> str:
    return f"{session.actor.organisation}/{corpus}"


def _status(session: Session, corpus: str) -> dict[str, Any]:
    """Return where a run is; one whose process loads still is told as running."""
    from sayso.workflows.corpus import running  # noqa: PLC0415 - loads Daft

    found = running.status(session, corpus)
    if found.state != "running" and _PROCESSES.is_at_work(_work(session, corpus)):
        found = replace(found, state="running", stage="", part=0.0, hours=0.0, hours_per_hour=0.0, time_left_s=None)
    return shapes.status(corpus, found)
