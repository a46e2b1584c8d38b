"""The table of manifests: each manifest store by itself, sealed with the speaker's key, for files that lost theirs."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Column, Connection, LargeBinary, String, Table, delete, insert, select

from sayso.database import Prepared, metadata, within
from sayso.ids import ID_LENGTH, ClipId, SpeakerId

manifests = Table(
    "manifests",
    metadata,
    Column("manifest_id", String(64), primary_key=True),
    Column("clip_id", String(ID_LENGTH), nullable=False, index=True),
    Column("speaker_id", String(ID_LENGTH), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", String(24), nullable=False),
)


class ManifestRow(NamedTuple):
    """One manifest store as kept."""

    manifest_id: str
    clip_id: ClipId
    speaker_id: SpeakerId
    sealed: bytes
    created_at: str


_ADD: Final = Prepared(insert(manifests))


def insert_manifest(tx: Connection, row: ManifestRow) -> None:
    """Keep the manifest store of one file of a clip."""
    _ADD.add(tx, row._asdict())


def get_manifest(tx: Connection, manifest_id: str) -> ManifestRow | None:
    """Return the manifest store of this id, None if there is none (any more)."""
    row = tx.execute(
        select(manifests).where(within(tx, manifests), manifests.c.manifest_id == manifest_id)
    ).one_or_none()
    return None if row is None else ManifestRow(*row)


def manifests_of(tx: Connection, clip: ClipId, *, limit: int) -> list[str]:
    """Return the ids of a clip's manifest stores, oldest first: the file as it was made, then those made from it."""
    query = select(manifests.c.manifest_id).where(within(tx, manifests), manifests.c.clip_id == clip)
    return list(tx.execute(query.order_by(manifests.c.created_at, manifests.c.manifest_id).limit(limit)).scalars())


def of_speaker(tx: Connection, speaker: SpeakerId) -> list[ManifestRow]:
    """Return every manifest store of the speaker's clips, by id."""
    query = (
        select(manifests)
        .where(within(tx, manifests), manifests.c.speaker_id == speaker)
        .order_by(manifests.c.manifest_id)
    )
    return [ManifestRow(*row) for row in tx.execute(query)]


def forget(tx: Connection, speaker: SpeakerId) -> int:
    """Delete every manifest store of the speaker's clips; return how many there were."""
    return tx.execute(delete(manifests).where(within(tx, manifests), manifests.c.speaker_id == speaker)).rowcount
