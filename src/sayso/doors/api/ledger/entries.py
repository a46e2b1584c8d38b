"""Entries: asked for, with proofs or without, and decisions made once more."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse
from starlette.responses import Response

from sayso.doors.api.asking import Asked
from sayso.doors.api.ledger.handing import FILE, handed
from sayso.doors.api.told import ClipWord, GrantWord, MomentWord, SpeakerWord, Word, shown, told
from sayso.doors.shapes import consent as consent_shapes
from sayso.doors.shapes import ledger as shapes
from sayso.workflows.audit import auditing
from sayso.workflows.audit.auditing import LedgerQuery
from sayso.workflows.consent import reconsidering

router = APIRouter(tags=["ledger"])

EntryWord = Annotated[int, Path(ge=0, lt=2**63)]


def _question(
    grant: GrantWord = None,
    speaker: SpeakerWord = None,
    since: MomentWord = None,
    until: MomentWord = None,
    kind: Annotated[str | None, Query(alias="type", max_length=100)] = None,
    licensee: Word = None,
    purpose: Word = None,
    project: Word = None,
    clip: ClipWord = None,
) -> LedgerQuery:
    return LedgerQuery(
        grant=grant,
        speaker=speaker,
        since=since,
        until=until,
        type=kind,
        licensee=licensee,
        purpose=purpose,
        project=project,
        clip=clip,
    )


Question = Annotated[LedgerQuery, Depends(_question)]


@router.get("/v1/ledger", responses=told("ledger-entries"))
async def query_ledger(asked: Asked, question: Question) -> JSONResponse:
    """List the entries that the key may see."""
    return await shown(asked, lambda: shapes.entries(auditing.query(asked.session, question=question)))


@router.get("/v1/ledger/answer", response_class=Response, responses=FILE)
async def answer_question(asked: Asked, question: Question) -> Response:
    """Hand out the entries that the key may see as a file, each with its proof, and a signed count."""
    return await handed(asked, "answer.jsonl", lambda path: auditing.answer(asked.session, question, path))


@router.get("/v1/ledger/{entry}/proof", responses=told("proof"))
async def prove(entry: EntryWord, asked: Asked) -> JSONResponse:
    """Prove that an entry is in the log; ``sayso ledger verify`` checks the text with the key alone."""
    return await shown(asked, lambda: shapes.proof(auditing.proved(asked.session, entry)))


@router.post("/v1/ledger/{entry}/reconsideration", responses=told("reconsidered"))
async def reconsider(entry: EntryWord, asked: Asked) -> JSONResponse:
    """Repeat a logged decision on what was recorded at the time; nothing is decided anew."""
    return await shown(asked, lambda: consent_shapes.reconsidered(reconsidering.reconsider(asked.session, entry)))
