"""The table of the gate: reports and waivers, one row each; nothing in it is ever changed."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

from sqlalchemy import Column, Connection, LargeBinary, Row, String, Table, Text, insert, select

from sayso.database import metadata, organisation_of, within
from sayso.database.words import word
from sayso.fairness.errors import GateRecordUnknown
from sayso.fairness.standing import GateOutcome, GateRecord
from sayso.fairness.subject import JudgedVersion, SubjectKind, SubjectName
from sayso.ids import ID_LENGTH, GateId

gate_records = Table(
    "gate_records",
    metadata,
    Column("record_id", String(ID_LENGTH), primary_key=True),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("name", String(60), nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("outcome", String(16), nullable=False),
    Column("detail", Text, nullable=False),
    Column("expires_at", String(24)),
    Column("key", String(64)),
    Column("signature", LargeBinary(64)),
    Column("created_at", String(24), nullable=False),
)

_PLAIN: Final = tuple(each.name for each in fields(GateRecord) if each.name not in {"version", "outcome"})


def insert_record(tx: Connection, record: GateRecord) -> None:
    """Add a report or a waiver of the organisation that acts."""
    version = record.version
    named = {"kind": str(version.of.kind), "name": version.of.name, "digest": version.digest}
    values = {name: getattr(record, name) for name in _PLAIN}
    row = {**values, **named, "outcome": str(record.outcome), "organisation_id": organisation_of(tx)}
    tx.execute(insert(gate_records).values(**row))


def get_record(tx: Connection, record: GateId) -> GateRecord:
    """Return the record; raise `GateRecordUnknown`."""
    query = select(gate_records).where(within(tx, gate_records), gate_records.c.record_id == record)
    row = tx.execute(query).one_or_none()
    if row is None:
        raise GateRecordUnknown(f"got {record}, which is no record of the gate that is known here")
    return _record(row)


def list_records(tx: Connection, digest: str | None = None) -> list[GateRecord]:
    """Return the records that are seen, those of one version where a ``digest`` is given, oldest first."""
    query = select(gate_records).where(within(tx, gate_records))
    if digest is not None:
        query = query.where(gate_records.c.digest == digest)
    return [_record(row) for row in tx.execute(query.order_by(gate_records.c.created_at, gate_records.c.record_id))]


def _record(row: Row[Any]) -> GateRecord:
    place = f"gate_records row {row.record_id}"
    kind = word(SubjectKind, row.kind, row=place)
    values = {name: getattr(row, name) for name in _PLAIN}
    outcome = word(GateOutcome, row.outcome, row=place)
    return GateRecord(version=JudgedVersion(SubjectName(kind, row.name), row.digest), outcome=outcome, **values)
