"""Sayso's own resources: what the command line does, with the same shapes, for whoever holds a key of the role."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, UploadFile
from fastapi.responses import JSONResponse

from sayso.accounts.rights import Right
from sayso.doors.api.asking import Asked, Asking
from sayso.doors.api.bodies import ErasureBody
from sayso.doors.api.errors import TooLarge
from sayso.doors.api.told import ClipWord, GrantWord, MomentWord, SpeakerWord, Word, shown, told
from sayso.doors.shapes import accounts as account_shapes
from sayso.doors.shapes import erasure as erasure_shapes
from sayso.doors.shapes import ledger as ledger_shapes
from sayso.doors.shapes import provenance as provenance_shapes
from sayso.doors.shapes import voices as voice_shapes
from sayso.workflows.accounts import credentials, organisations
from sayso.workflows.audit import auditing
from sayso.workflows.audit.auditing import LedgerQuery
from sayso.workflows.erasure import erasing
from sayso.workflows.provenance import tracing, verifying
from sayso.workflows.voices import voicebook

router = APIRouter(tags=["resources"])

UPLOAD_BYTES: Final = 32 * 1024 * 1024
UPLOADS: Final = ("/v1/verifications", "/v1/traces")


@router.get("/v1/voices", responses=told("voices"))
async def list_voices(asked: Asked) -> JSONResponse:
    """List the voices that the key may see, stock voices included."""
    return await shown(asked, lambda: voice_shapes.voices(voicebook.listed(asked.session)))


@router.get("/v1/voices/{voice}", responses=told("voice"))
async def show_voice(voice: str, asked: Asked) -> JSONResponse:
    """Show a voice with the quality figures of its profile."""
    return await shown(asked, lambda: voice_shapes.voice(voicebook.shown(asked.session, voice)))


@router.get("/v1/ledger", responses=told("ledger-entries"))
async def query_ledger(
    asked: Asked,
    grant: GrantWord = None,
    speaker: SpeakerWord = None,
    since: MomentWord = None,
    until: MomentWord = None,
    kind: Annotated[str | None, Query(alias="type", max_length=100)] = None,
    licensee: Word = None,
    purpose: Word = None,
    project: Word = None,
    clip: ClipWord = None,
) -> JSONResponse:
    """List the entries that the key may see."""
    question = LedgerQuery(
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
    return await shown(asked, lambda: ledger_shapes.entries(auditing.query(asked.session, question=question)))


@router.get("/v1/ledger/checkpoint", responses=told("checkpoint"))
async def checkpoint(asked: Asked) -> JSONResponse:
    """Show the log's size and root, signed."""
    return await shown(asked, lambda: ledger_shapes.checkpoint(auditing.checkpoint(asked.session)))


@router.post("/v1/verifications", responses=told("verification"))
async def verify(file: UploadFile, asked: Asked) -> JSONResponse:
    """Tell what a file of sound is."""
    return await _uploaded(asked, file, lambda path: provenance_shapes.verification(_verified(asked, path)))


@router.post("/v1/traces", responses=told("trace"))
async def trace(file: UploadFile, asked: Asked) -> JSONResponse:
    """Tell which parts of a file are ours, and under which grants."""
    return await _uploaded(asked, file, lambda path: provenance_shapes.trace(tracing.trace_file(asked.session, path)))


@router.post("/v1/erasures", status_code=201, responses=told("erasure-plan", 201))
async def plan_erasure(body: ErasureBody, asked: Asked, request: Request) -> JSONResponse:
    """Plan the erasure of a speaker; nothing is changed."""
    planned = partial(erasing.plan, asked.session, body.speaker, keep_print=body.keep_print)
    return await asked.once(request, lambda: erasure_shapes.plan(planned()))


@router.post("/v1/erasures/{plan}/run", responses=told("erasure"))
async def run_erasure(plan: str, asked: Asked) -> JSONResponse:
    """Carry a plan out; it cannot be undone."""
    by = "operator" if asked.session.actor.speaker is None else "speaker"
    return await shown(asked, lambda: erasure_shapes.erased(erasing.run(asked.session, plan, by=by)))


@router.get("/v1/accounts", responses=told("accounts"))
async def list_accounts(asked: Asked) -> JSONResponse:
    """List organisations and credentials that the key may see."""
    return await shown(asked, lambda: account_shapes.accounts(organisations.listed(asked.session)))


@router.post("/v1/keys/{credential}/revoke", responses=told("credential"))
async def revoke_key(credential: str, asked: Asked) -> JSONResponse:
    """Revoke a key."""
    asked.session.require(Right.ACCOUNTS)
    return await shown(asked, lambda: account_shapes.credential(credentials.revoke(asked.session, credential)))


async def _uploaded(asked: Asking, file: UploadFile, work: Callable[[Path], dict[str, Any]]) -> JSONResponse:
    """Answer about a file that was sent: it lies under a name of ours, and is gone with the answer."""
    data = await file.read(UPLOAD_BYTES + 1)
    if len(data) > UPLOAD_BYTES:
        raise TooLarge(f"got a larger file than is taken here, expected at most {UPLOAD_BYTES} bytes")

    def looked() -> dict[str, Any]:
        with tempfile.NamedTemporaryFile(prefix="sayso-") as kept:
            kept.write(data)
            kept.flush()
            return {**work(Path(kept.name)), "file": "upload"}

    return await shown(asked, looked)


def _verified(asked: Asking, path: Path) -> verifying.Verification:
    return verifying.verify_file(asked.session, path)
