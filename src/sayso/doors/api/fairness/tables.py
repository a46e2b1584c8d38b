"""Tables of measurements: judged, held beside others, and watched for drift. Measuring itself is done at the desk."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import JSONResponse

from sayso.accounts.rights import Right
from sayso.doors.api.asking import Asked
from sayso.doors.api.errors import BodyInvalid
from sayso.doors.api.told import told, worked
from sayso.doors.api.uploads.receiving import lying, received
from sayso.doors.shapes import fairness as shapes
from sayso.fairness import Judgement, Margins, judge, read_table
from sayso.fairness.collection import requested
from sayso.fairness.monitoring import monitored, read_samples
from sayso.fairness.remedy import remedied
from sayso.workflows.fairness.telling import tell_drift
from sayso.workflows.installation.session import Session

router = APIRouter(tags=["fairness"])

TABLE_BYTES: Final = 8 * 1024 * 1024
"""The most that one table takes."""

JUDGEMENTS: Final = "/v1/fairness/judgements"
REMEDIES: Final = "/v1/fairness/remedies"
COLLECTIONS: Final = "/v1/fairness/collections"
MONITORS: Final = "/v1/fairness/monitors"
PATHS: Final = (JUDGEMENTS, REMEDIES, COLLECTIONS, MONITORS)

MarginForm = Annotated[
    list[str], Form(max_length=100, description="Largest gaps that do not matter, such as likeness=0.05.")
]
Text = Annotated[str, Form(min_length=1, max_length=500)]
Corpus = Annotated[str | None, Form(max_length=200, description="Corpus that is to fill it; it needs by.")]
By = Annotated[list[str], Form(max_length=10, description="What makes a group there: sex, accent, language.")]


@router.post(JUDGEMENTS, responses=told("fairness-judgement"))
async def judge_table(
    asked: Asked,
    table: UploadFile,
    margin: MarginForm = [],  # noqa: B006 - FastAPI copies it
) -> JSONResponse:
    """Judge measurements of groups (CSV: speaker, group, metric, value, kind); the speaker is the unit."""
    data = await received(table, TABLE_BYTES)
    return await worked(asked, lambda: shapes.judgement(_judged(asked.session, data, margin)))


@router.post(REMEDIES, responses=told("fairness-remedy"))
async def try_remedy(
    asked: Asked,
    table: UploadFile,
    other: UploadFile,
    chooser: Annotated[str, Form(min_length=1, max_length=200)] = "likeness",
    margin: MarginForm = [],  # noqa: B006 - FastAPI copies it
) -> JSONResponse:
    """Try more effort, as ``other`` measured the same speakers with it, for whom a system serves badly."""
    less, more = await received(table, TABLE_BYTES), await received(other, TABLE_BYTES)

    def tried() -> dict[str, Any]:
        asked.session.require(Right.GATE)
        with lying(less) as one, lying(more) as two:
            return shapes.remedy(remedied(read_table(one), read_table(two), Margins.of(margin), chooser=chooser))

    return await worked(asked, tried)


@router.post(COLLECTIONS, responses=told("fairness-collection"))
async def request_speakers(
    asked: Asked,
    table: UploadFile,
    terms: Text,
    payment: Text,
    since: UploadFile | None = None,
    corpus: Corpus = None,
    by: By = [],  # noqa: B006 - FastAPI copies it
    margin: MarginForm = [],  # noqa: B006 - FastAPI copies it
) -> JSONResponse:
    """Ask for the speakers that a decision still takes; with ``since``, the table of the request, show progress."""
    if by and corpus is None:
        raise BodyInvalid("by: got one without a corpus, expected it with a corpus alone")
    now = await received(table, TABLE_BYTES)
    then = None if since is None else await received(since, TABLE_BYTES)

    def collected() -> dict[str, Any]:
        found = _judged(asked.session, now, margin)
        first = found if then is None else _judged(asked.session, then, margin)
        wanted = requested(first, terms=terms, payment=payment).counted(found)
        if corpus is not None:
            from sayso.workflows.corpus.cells import recorded  # noqa: PLC0415 - needs the extra

            wanted = wanted.filled(recorded(asked.session, corpus, by))
        return shapes.collection(wanted)

    return await worked(asked, collected)


@router.post(MONITORS, responses=told("fairness-drift"))
async def monitor(
    asked: Asked,
    samples: UploadFile,
    baseline: UploadFile,
    served: Annotated[bool, Form(description="Tell what is found at /metrics, too.")] = False,
) -> JSONResponse:
    """Look for drift in samples of production (CSV: speaker, stratum, metric, value, consented), by stratum."""
    late, early = await received(samples, TABLE_BYTES), await received(baseline, TABLE_BYTES)

    def watched() -> dict[str, Any]:
        asked.session.require(Right.GATE)
        with lying(late) as now, lying(early) as then:
            found = monitored(read_samples(then), read_samples(now))
        if served:
            tell_drift(asked.session, shapes.exposition(found))
        return shapes.drift(found)

    return await worked(asked, watched)


def _judged(session: Session, data: bytes, margins: list[str]) -> Judgement:
    session.require(Right.GATE)
    with lying(data) as path:
        return judge(read_table(path), Margins.of(margins))
