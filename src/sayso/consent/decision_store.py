"""Records of decisions: policy set, schema and question, by digest, sealed under the key of the speaker they are about.

The digests are commitments keyed by the speaker's key, and the bytes are sealed by it: when the key is gone, so is what
was decided on, and what stands in the log no longer says whom it was about.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, LargeBinary, Select, String, Table, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from sayso.database import Prepared, PreparedWithin, everything, insert_new, metadata, within
from sayso.ids import ID_LENGTH

records: Final = Table(
    "decision_records",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("speaker_id", String(ID_LENGTH), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)


class DecisionRecord(NamedTuple):
    """One record: whose key seals it, and the sealed bytes."""

    speaker_id: str
    sealed: bytes


def keep(tx: Connection, digest: str, record: DecisionRecord) -> None:
    """Keep ``record`` under ``digest``, once."""
    row = {"digest": digest, **record._asdict()}
    if tx.dialect.name == "sqlite":
        _KEEP.add(tx, row)
    else:
        insert_new(tx, records, row)


_KEEP: Final = Prepared(insert_sqlite(records).on_conflict_do_nothing())


def has(tx: Connection, digest: str) -> bool:
    """Return whether there is a record of this digest."""
    with everything(tx):
        return _DIGEST.row(tx, known=digest) is not None


def _digest_seen(tx: Connection) -> Select[Any]:
    return select(records.c.digest).where(within(tx, records), records.c.digest == bindparam("known"))


_DIGEST: Final = PreparedWithin(_digest_seen)


def read(tx: Connection, digest: str) -> DecisionRecord | None:
    """Return the record of this digest; None where it was erased or never kept."""
    query = select(records.c.speaker_id, records.c.sealed).where(within(tx, records), records.c.digest == digest)
    row = tx.execute(query).one_or_none()
    return None if row is None else DecisionRecord(*row)


def forget(tx: Connection, speaker_id: str) -> int:
    """Delete every record about the speaker; return how many there were."""
    return tx.execute(delete(records).where(within(tx, records), records.c.speaker_id == speaker_id)).rowcount
