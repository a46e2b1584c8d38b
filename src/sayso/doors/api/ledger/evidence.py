"""Evidence that is sent: proofs, answers and exported periods, checked with the log's public key alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import JSONResponse

from sayso.doors.api.asking import Asked, Asking
from sayso.doors.api.errors import Refuted
from sayso.doors.api.told import told, worked
from sayso.doors.api.uploads.receiving import lying, received
from sayso.doors.shapes import ledger as shapes
from sayso.errors import Tampered
from sayso.workflows.audit import auditing
from sayso.workflows.audit.results import ProofHolds

router = APIRouter(tags=["ledger"])

PROOFS: Final = "/v1/ledger/verifications"
PERIODS: Final = "/v1/ledger/period-audits"
KEYS_BYTES: Final = 1024 * 1024

KeyForm = Annotated[str, Form(min_length=1, max_length=500, description="Public key (vkey) of the ledger.")]
MaybeKey = Annotated[str | None, Form(max_length=500, description="Public key (vkey); by default this installation's.")]
Witnesses = Annotated[list[str], Form(max_length=50, description="Public keys (vkeys) of witnesses.")]
Needed = Annotated[int | None, Form(ge=0, le=50, description="How many of the witnesses must have cosigned.")]


@router.post(PROOFS, responses=told("proof-check", or_else="answer-check"))
async def verify_proof(
    asked: Asked,
    file: UploadFile,
    key: MaybeKey = None,
    witness: Witnesses = [],  # noqa: B006 - FastAPI copies it
    quorum: Needed = None,
    keys: UploadFile | None = None,
) -> JSONResponse:
    """Check a proof, or an answer with proofs; with the file of the log's keys, any of them will do as the key."""
    proof = await received(file)
    succession = None if keys is None else await received(keys, KEYS_BYTES)
    return await worked(asked, lambda: _verified(asked, proof, succession, key=key, witnesses=witness, quorum=quorum))


@router.post(PERIODS, responses=told("log-audit"))
async def audit_period(
    asked: Asked,
    file: UploadFile,
    key: KeyForm,
    witness: Witnesses = [],  # noqa: B006 - FastAPI copies it
    quorum: Needed = None,
) -> JSONResponse:
    """Audit an exported period, entry by entry."""
    period = await received(file)

    def audited() -> dict[str, Any]:
        with lying(period) as path, refuting():
            return shapes.log_holds(auditing.audit_file(path, key, witnesses=witness, quorum=quorum))

    return await worked(asked, audited)


@contextlib.contextmanager
def refuting() -> Iterator[None]:
    """Say of what was sent, and does not hold, that it is this that does not; `Tampered` is said of what is here."""
    try:
        yield
    except Tampered as found:
        raise Refuted(found.message, reasons=found.reasons) from found


def _verified(
    asked: Asking, proof: bytes, succession: bytes | None, *, key: str | None, witnesses: list[str], quorum: int | None
) -> dict[str, Any]:
    with contextlib.ExitStack() as held:
        path = held.enter_context(lying(proof))
        keys: Path | None = None if succession is None else held.enter_context(lying(succession))
        held.enter_context(refuting())
        own = key or auditing.vkey(asked.session, path)
        checked = auditing.verify_proof(path, own, succession=keys, witnesses=witnesses, quorum=quorum)
        return shapes.proof_holds(checked) if isinstance(checked, ProofHolds) else shapes.answer_holds(checked)
