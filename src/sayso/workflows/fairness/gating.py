"""Where versions stand at the gate; every record is held against the ledger before it counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sayso import canonical
from sayso.clock import now, stamp
from sayso.consent.keys import is_signature_of
from sayso.database import Connection
from sayso.database.words import RowTampered
from sayso.engines.protocol import Engine
from sayso.fairness import gate_store as store
from sayso.fairness.errors import Ungated
from sayso.fairness.standing import GateOutcome, GateRecord, GateStanding, standing
from sayso.fairness.subject import JudgedVersion, SubjectName
from sayso.ids import GateId, parse_id
from sayso.ledger.account_acts import GateJudged, GateRegistered, GateWaived
from sayso.ledger.entry import Act
from sayso.workflows.fairness.versions import engine_version, version_of, versions_here
from sayso.workflows.installation.rows import committed_account
from sayso.workflows.installation.session import Session

_ACTS: Final[Mapping[GateOutcome, type[Act]]] = {
    GateOutcome.WAIVED: GateWaived,
    GateOutcome.REGISTERED: GateRegistered,
}


def waiver_text(record: GateRecord) -> bytes:
    """Return what the signer of a waiver signs: canonical JSON."""
    return canonical.encode(
        {
            "document": "sayso gate waiver 1",
            "record": record.record_id,
            "judged": str(record.version.of),
            "version": record.version.digest,
            "reason": record.detail,
            "until": record.expires_at,
            "signed_at": record.created_at,
            "key": record.key,
        }
    )


def shown(session: Session, record: str) -> GateRecord:
    """Return one record; raise `GateRecordUnknown` or `IdInvalid`."""
    with session.read() as tx:
        return _checked(session, tx, store.get_record(tx, GateId(parse_id("gate", record))))


def status(session: Session, subject: str | None = None) -> list[GateStanding]:
    """Return where each version that is here stands, or the one of ``subject``."""
    versions = versions_here() if subject is None else [version_of(SubjectName.parse(subject))]
    return [_standing(session, version) for version in versions]


def require_gated(session: Session, engine: Engine) -> None:
    """Return where the engine's version passed the gate or was waived; otherwise raise `Ungated`."""
    found = _standing(session, engine_version(engine))
    if not found.is_open:
        raise Ungated(
            f"{found.version.of} {engine.version}: it is {found.outcome} at the gate,"
            " and the setting gate lets through only what passed or was waived"
        )


def plans_of(session: Session, tx: Connection, version: JudgedVersion) -> list[GateRecord]:
    """Return the plans of a version, oldest first; raise `RowTampered`."""
    records = [each for each in store.list_records(tx, version.digest) if each.version.of == version.of]
    return [_checked(session, tx, each) for each in records if each.outcome is GateOutcome.REGISTERED]


def _standing(session: Session, version: JudgedVersion) -> GateStanding:
    with session.read() as tx:
        records = [each for each in store.list_records(tx, version.digest) if each.version.of == version.of]
        found = standing(version, records, stamp(now()))
        if found.record is not None:
            _checked(session, tx, found.record)
    return found


def _checked(session: Session, tx: Connection, record: GateRecord) -> GateRecord:
    """Return the record where it is as the ledger says; raise `RowTampered`."""
    is_waiver = record.outcome is GateOutcome.WAIVED
    kind = _ACTS.get(record.outcome, GateJudged).TYPES[0]
    told = (each.entry.facts for each in session.installation.log.query_in(tx, type=kind))
    said = next((facts for facts in told if facts["record"] == record.record_id), {})
    if said.get("rows") != committed_record(session, tx, record.record_id) or (is_waiver and not _is_signed(record)):
        raise RowTampered(f"gate_records row {record.record_id}: it is not what the ledger says; restore the database")
    return record


def _is_signed(record: GateRecord) -> bool:
    return is_signature_of(record.key or "", waiver_text(record), record.signature or b"")


def committed_record(session: Session, tx: Connection, record: str) -> str:
    """Return the commitment to a record as it stands."""
    return committed_account(session.vault, tx, store.gate_records.name, record)
