"""The list of protected voices: prints alone, each sealed by a secret of its own, and why they are on it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import Column, Connection, LargeBinary, String, Table, delete, insert, select

from sayso.database import everything, metadata, organisation_of, within
from sayso.database.words import word
from sayso.enrollment.errors import ProtectedUnknown
from sayso.enrollment.protected import ProtectedOrigin
from sayso.ids import ID_LENGTH, ProtectedId

protected_voices = Table(
    "protected_voices",
    metadata,
    Column("protected_id", String(ID_LENGTH), primary_key=True),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("origin", String(16), nullable=False),
    Column("added_at", String(24), nullable=False),
    Column("print_sealed", LargeBinary, nullable=False),
    Column("reason_sealed", LargeBinary, nullable=False),
)
"""``print_sealed``: what tells the voice from others; ``reason_sealed``: why it is on the list. No name, no sound."""


@dataclass(frozen=True, slots=True)
class ProtectedRow:
    """One protected voice as kept; the time as `clock.stamp` writes it."""

    protected_id: ProtectedId
    origin: ProtectedOrigin
    added_at: str
    print_sealed: bytes
    reason_sealed: bytes


_SELECT: Final = select(*(protected_voices.c[field.name] for field in fields(ProtectedRow)))


def insert_protected(tx: Connection, row: ProtectedRow, organisation: str | None = None) -> None:
    """Put a print on the list, of ``organisation`` or of who acts."""
    values = {field.name: getattr(row, field.name) for field in fields(ProtectedRow)} | {"origin": str(row.origin)}
    tx.execute(insert(protected_voices).values(organisation_id=organisation or organisation_of(tx), **values))


def protected_of(tx: Connection, protected: ProtectedId) -> ProtectedRow:
    """Return one entry of the list; raise `ProtectedUnknown`."""
    this = protected_voices.c.protected_id == protected
    row = tx.execute(_SELECT.where(within(tx, protected_voices), this)).one_or_none()
    if row is None:
        raise ProtectedUnknown(f"got {protected}, expected a voice that is on the list of protected voices here")
    return _row(row)


def list_protected(tx: Connection) -> list[ProtectedRow]:
    """Return the entries that who asks may see, oldest first."""
    query = _SELECT.where(within(tx, protected_voices))
    return [_row(row) for row in tx.execute(query.order_by(protected_voices.c.added_at, _ID))]


def every_print(tx: Connection) -> list[tuple[ProtectedId, bytes]]:
    """Return the sealed print of every entry, of whatever organisation: what is compared, and not shown."""
    columns = (protected_voices.c.protected_id, protected_voices.c.print_sealed)
    with everything(tx):
        query = select(*columns).where(within(tx, protected_voices)).order_by(_ID)
        return [(row.protected_id, row.print_sealed) for row in tx.execute(query)]


def delete_protected(tx: Connection, protected: ProtectedId) -> None:
    """Take an entry from the list."""
    this = protected_voices.c.protected_id == protected
    tx.execute(delete(protected_voices).where(within(tx, protected_voices), this))


def _row(row: Any) -> ProtectedRow:
    origin = word(ProtectedOrigin, row.origin, row=f"protected_voices row {row.protected_id}")
    return ProtectedRow(**row._asdict() | {"origin": origin})


_ID: Final = protected_voices.c.protected_id
