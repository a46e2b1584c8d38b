"""Records of decisions: policy set, schema and question, by digest, sealed under the key of the speaker they are about.

The digests are commitments keyed by the speaker's key, and the bytes are sealed by it: when the key is gone, so is what
was decided on, and what stands in the log no longer says whom it was about.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Column, Connection, LargeBinary, String, Table, delete, select

from sayso.database import everything, insert_new, metadata, within
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
    insert_new(tx, records, {"digest": digest, **record._asdict()})


def has(tx: Connection, digest: str) -> bool:
    """Return whether there is a record of this digest."""
    with everything(tx):
        query = select(records.c.digest).where(within(tx, records), records.c.digest == digest)
        return tx.execute(query).first() is not None


def read(tx: Connection, digest: str) -> DecisionRecord | None:
    """Return the record of this digest; None where it was erased or never kept."""
    query = select(records.c.speaker_id, records.c.sealed).where(within(tx, records), records.c.digest == digest)
    row = tx.execute(query).one_or_none()
    return None if row is None else DecisionRecord(*row)


def forget(tx: Connection, speaker_id: str) -> int:
    """Delete every record about the speaker; return how many there were."""
    return tx.execute(delete(records).where(within(tx, records), records.c.speaker_id == speaker_id)).rowcount
