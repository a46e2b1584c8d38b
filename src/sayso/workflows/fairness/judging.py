"""Judging a version from measurements, or waiving that with a signature; both stand in the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sayso.accounts.rights import Right
from sayso.clock import now, parse_stamp, stamp
from sayso.consent.keys import private_key, public_key_of
from sayso.fairness import gate_store as store
from sayso.fairness.errors import TableInvalid, WaiverInvalid
from sayso.fairness.judging import judge
from sayso.fairness.kept import KeptJudgement
from sayso.fairness.margins import Margins
from sayso.fairness.standing import GateOutcome, GateRecord
from sayso.fairness.subject import SubjectName
from sayso.fairness.table import read_table
from sayso.ids import GateId, new_id
from sayso.ledger import append
from sayso.ledger.account_acts import GateJudged, GateWaived
from sayso.workflows.fairness.gating import committed_record, waiver_text
from sayso.workflows.fairness.registering import planned
from sayso.workflows.fairness.versions import version_of
from sayso.workflows.installation.session import Session

MAX_REASON: Final = 500
_KEY_NAME: Final = "gate"


def judged(session: Session, subject: str, table: Path, margins: Iterable[str] = ()) -> GateRecord:
    """Judge the version of ``subject`` that is here from a table of measurements, and keep the report.

    The margins are those of its plan, where there is one, unless ``margins`` say otherwise; the report tells both.

    Raise `SubjectInvalid`, `EngineUnknown`, `ProfileUnknown`, `TableInvalid` or `MarginInvalid`.
    """
    session.require(Right.GATE)
    version, digest = version_of(SubjectName.parse(subject)), digest_of(table)
    measured = read_table(table)
    study = planned(session, version, digest, {cell.group for cell in measured.cells})
    result = judge(measured, Margins.of(margins, study.plan.margins if study.plan else None))
    found = KeptJudgement.of(result, digest, study.kept(result))
    record = GateRecord(GateId(new_id("gate")), version, GateOutcome(found.verdict.value), found.encode(), stamp(now()))
    with session.act(record.record_id) as tx:
        store.insert_record(tx, record)
        act = GateJudged(
            subject=session.actor.organisation,
            record=record.record_id,
            judged=str(version.of),
            version=version.digest,
            verdict=record.outcome,
            report=hashlib.sha256(record.detail.encode()).hexdigest(),
            rows=committed_record(session, tx, record.record_id),
        )
        append(tx, act.entry(record.created_at))
    return record


def waived(session: Session, subject: str, *, reason: str, until: str, key: bytes | None = None) -> GateRecord:
    """Let the version of ``subject`` that is here through until a date, signed with ``key`` or the installation's own.

    Raise `WaiverInvalid`, `KeyInvalid`, or as `judged` does.
    """
    session.require(Right.GATE)
    version, end, moment = version_of(SubjectName.parse(subject)), parse_stamp(until), now()
    if not 0 < len(reason.strip()) <= MAX_REASON:
        raise WaiverInvalid(f"reason: got {len(reason.strip())} characters, expected 1 to {MAX_REASON}")
    if end <= moment:
        raise WaiverInvalid(f"until: got {until}, expected a date to come")
    signer = private_key(key if key is not None else session.vault.operator_secret(_KEY_NAME))
    identity, at, ends = GateId(new_id("gate")), stamp(moment), stamp(end)
    unsigned = GateRecord(identity, version, GateOutcome.WAIVED, reason.strip(), at, ends, public_key_of(signer))
    signature = signer.sign(waiver_text(unsigned))
    record = GateRecord(identity, version, GateOutcome.WAIVED, unsigned.detail, at, ends, unsigned.key, signature)
    with session.act(identity) as tx:
        store.insert_record(tx, record)
        act = GateWaived(
            subject=session.actor.organisation,
            record=identity,
            judged=str(version.of),
            version=version.digest,
            until=ends,
            reason=hashlib.sha256(record.detail.encode()).hexdigest(),
            key=public_key_of(signer),
            signature=signature.hex(),
            rows=committed_record(session, tx, identity),
        )
        append(tx, act.entry(at))
    return record


def digest_of(table: Path) -> str:
    """Return the SHA-256 of a table's file; raise `TableInvalid`."""
    try:
        return hashlib.sha256(table.read_bytes()).hexdigest()
    except OSError as error:
        raise TableInvalid(f"the table {table} cannot be read: {error.strerror}") from None
