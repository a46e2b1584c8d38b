"""The graph of artifacts. Edges point from child to parent, and parents must be there first: no cycle can be made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Select,
    String,
    Table,
    bindparam,
    delete,
    insert,
    or_,
    select,
)

from sayso import clock
from sayso.database import Prepared, PreparedWithin, everything, metadata, organisation_of, within
from sayso.database.words import word
from sayso.ids import ID_LENGTH, ArtifactId, GrantId, PermitId, SpeakerId
from sayso.lineage.artifact import Artifact, Kind
from sayso.lineage.errors import ArtifactExists, ArtifactInvalid, ArtifactUnknown

_HEX_64: Final = re.compile(r"[0-9a-f]{64}")
_BATCH: Final = 500  # well under the number of variables that any database takes in one statement

artifacts = Table(
    "artifacts",
    metadata,
    Column("artifact_id", String(ID_LENGTH), primary_key=True),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("blob", String(64), index=True),
    Column("digest", String(64), nullable=False),
    Column("grant_id", String(ID_LENGTH), index=True),
    Column("permit_id", String(ID_LENGTH), index=True),
    Column("created_at", String(24), nullable=False),
)

artifact_speakers = Table(
    "artifact_speakers",
    metadata,
    Column("artifact_id", ForeignKey("artifacts.artifact_id"), primary_key=True),
    Column("speaker_id", String(ID_LENGTH), primary_key=True),
    Index("ix_artifact_speakers_speaker_id", "speaker_id"),
)

artifact_parents = Table(
    "artifact_parents",
    metadata,
    Column("child_id", ForeignKey("artifacts.artifact_id"), primary_key=True),
    Column("parent_id", ForeignKey("artifacts.artifact_id"), primary_key=True),
    Index("ix_artifact_parents_parent_id", "parent_id"),
)

_ADD: Final = Prepared(insert(artifacts))
_ADD_SPEAKER: Final = Prepared(insert(artifact_speakers))
_ADD_PARENT: Final = Prepared(insert(artifact_parents))


def record(
    tx: Connection,
    artifact: Artifact,
    *,
    speakers: Sequence[SpeakerId],
    parents: Sequence[ArtifactId],
) -> None:
    """Keep ``artifact``, whose voice is that of ``speakers``, as derived from ``parents``.

    Raises `ArtifactUnknown` for a parent that is not recorded, `ArtifactExists` for a second artifact of one id, and
    `ArtifactInvalid` for a malformed digest, for no speaker, and when a parent's speaker is not among ``speakers``:
    what is derived from a voice is that voice's, or an erasure would miss it. Nothing is kept then.
    """
    _check(tx, artifact, speakers=speakers, parents=parents)
    row = {
        "artifact_id": artifact.artifact_id,
        "organisation_id": organisation_of(tx),
        "kind": str(artifact.kind),
        "blob": artifact.blob,
        "digest": artifact.digest,
        "grant_id": artifact.grant,
        "permit_id": artifact.permit,
        "created_at": clock.stamp(clock.now()),
    }
    _ADD.add(tx, row)
    for speaker in dict.fromkeys(speakers):
        _ADD_SPEAKER.add(tx, {"artifact_id": artifact.artifact_id, "speaker_id": speaker})
    for parent in dict.fromkeys(parents):
        _ADD_PARENT.add(tx, {"child_id": artifact.artifact_id, "parent_id": parent})


def get(tx: Connection, artifact_id: ArtifactId) -> Artifact:
    """Return the artifact; raise `ArtifactUnknown`."""
    row = _ARTIFACT.row(tx, known=artifact_id)
    if row is None:
        raise ArtifactUnknown(f"there is no artifact {artifact_id} here")
    return _artifact(row)


def _artifact_seen(tx: Connection) -> Select[Any]:
    return _SELECT.where(within(tx, artifacts), artifacts.c.artifact_id == bindparam("known"))


def _owners_seen(tx: Connection) -> Select[Any]:
    seen = within(tx, artifact_speakers)
    return select(artifact_speakers).where(seen, artifact_speakers.c.artifact_id == bindparam("known"))


_ARTIFACT: Final = PreparedWithin(_artifact_seen)
_OWNERS: Final = PreparedWithin(_owners_seen)


def speakers_of(tx: Connection, artifact_id: ArtifactId) -> list[SpeakerId]:
    """Return whose voice an artifact is, in the order of ids."""
    of_artifact = (within(tx, artifact_speakers), artifact_speakers.c.artifact_id == artifact_id)
    query = select(artifact_speakers.c.speaker_id).where(*of_artifact)
    return [SpeakerId(speaker) for speaker in tx.execute(query.order_by(artifact_speakers.c.speaker_id)).scalars()]


def of_speaker(tx: Connection, speaker: SpeakerId) -> list[Artifact]:
    """Return everything that is of this voice, alone or with others, in the order of ids."""
    mine = artifact_speakers.c.speaker_id == speaker
    query = (
        _SELECT.join_from(artifacts, artifact_speakers)
        .where(within(tx, artifacts), mine)
        .order_by(artifacts.c.artifact_id)
    )
    return [_artifact(row) for row in tx.execute(query)]


def of_kind(tx: Connection, kind: Kind, speaker: SpeakerId | None = None) -> list[tuple[Artifact, SpeakerId]]:
    """Return every artifact of ``kind`` with each of its speakers, or with one of them, in the order of ids."""
    whose = () if speaker is None else (artifact_speakers.c.speaker_id == speaker,)
    query = (
        select(*_COLUMNS, artifact_speakers.c.speaker_id)
        .join_from(artifacts, artifact_speakers)
        .where(within(tx, artifacts), artifacts.c.kind == str(kind), *whose)
        .order_by(artifacts.c.artifact_id, artifact_speakers.c.speaker_id)
    )
    return [(_artifact(row[:-1]), SpeakerId(row[-1])) for row in tx.execute(query)]


def descendants(tx: Connection, artifact_id: ArtifactId) -> list[Artifact]:
    """Return everything derived from an artifact, at any distance, without itself, in the order of ids."""
    return _reach(tx, artifact_id, start="parent_id", end="child_id")


def ancestors(tx: Connection, artifact_id: ArtifactId) -> list[Artifact]:
    """Return everything that an artifact was derived from, at any distance, without itself, in the order of ids."""
    return _reach(tx, artifact_id, start="child_id", end="parent_id")


def blob_users(tx: Connection, blob: str) -> list[ArtifactId]:
    """Return the artifacts whose bytes stand in a blob."""
    query = select(artifacts.c.artifact_id).where(within(tx, artifacts), artifacts.c.blob == blob)
    return [ArtifactId(one) for one in tx.execute(query).scalars()]


def all_blobs(tx: Connection) -> set[str]:
    """Return the address of every blob that an artifact has."""
    query = select(artifacts.c.blob).where(within(tx, artifacts), artifacts.c.blob.is_not(None))
    return {str(blob) for blob in tx.scalars(query)}


def forget(tx: Connection, artifact_ids: Iterable[ArtifactId]) -> int:
    """Delete artifacts with every edge that touches them; return how many there were. Unknown ids are no error."""
    gone = 0
    for batch in _batches(artifact_ids):
        gone += _forget(tx, _visible(tx, batch))
    return gone


def _visible(tx: Connection, batch: Sequence[ArtifactId]) -> list[str]:
    query = select(artifacts.c.artifact_id).where(within(tx, artifacts), artifacts.c.artifact_id.in_(batch))
    return list(tx.execute(query).scalars())


def _forget(tx: Connection, batch: Sequence[str]) -> int:
    with everything(tx):
        edge = or_(artifact_parents.c.child_id.in_(batch), artifact_parents.c.parent_id.in_(batch))
        tx.execute(delete(artifact_parents).where(within(tx, artifact_parents), edge))
        owners = artifact_speakers.c.artifact_id.in_(batch)
        tx.execute(delete(artifact_speakers).where(within(tx, artifact_speakers), owners))
        these = (within(tx, artifacts), artifacts.c.artifact_id.in_(batch))
        return tx.execute(delete(artifacts).where(*these)).rowcount


_COLUMNS = (
    artifacts.c.artifact_id,
    artifacts.c.kind,
    artifacts.c.blob,
    artifacts.c.digest,
    artifacts.c.grant_id,
    artifacts.c.permit_id,
)
_SELECT = select(*_COLUMNS)


def _artifact(row: Sequence[str]) -> Artifact:
    artifact_id, kind, blob, digest, grant, permit = row
    return Artifact(
        ArtifactId(artifact_id),
        word(Kind, kind, row=f"artifacts row {artifact_id}"),
        blob,
        digest,
        None if grant is None else GrantId(grant),
        None if permit is None else PermitId(permit),
    )


def _check(tx: Connection, artifact: Artifact, *, speakers: Sequence[SpeakerId], parents: Sequence[ArtifactId]) -> None:
    for name, value in (("digest", artifact.digest), ("blob", artifact.blob)):
        if value is not None and not _HEX_64.fullmatch(value):
            raise ArtifactInvalid(f"{artifact.artifact_id}: got the {name} {value[:70]!r}, expected 64 hex digits")
    if not speakers:
        raise ArtifactInvalid(f"{artifact.artifact_id}: got no speaker, expected at least one")
    if _ARTIFACT.row(tx, known=artifact.artifact_id):
        raise ArtifactExists(f"{artifact.artifact_id} is recorded already")
    known, owners = set(), set()
    for each in dict.fromkeys(parents):
        for parent, speaker in _OWNERS.rows(tx, known=each):
            known.add(parent)
            owners.add(speaker)
    for parent in parents:
        if parent not in known:
            raise ArtifactUnknown(f"{artifact.artifact_id}: its parent {parent} is not recorded; record parents first")
    if missing := owners - set(speakers):
        raise ArtifactInvalid(
            f"{artifact.artifact_id}: got {len(set(speakers))} speakers, expected also those of its parents: "
            + ", ".join(sorted(missing))
        )


def _reach(tx: Connection, artifact_id: ArtifactId, *, start: str, end: str) -> list[Artifact]:
    get(tx, artifact_id)
    edge = artifact_parents.c
    first = (within(tx, artifact_parents), edge[start] == artifact_id)
    reached = select(edge[end].label("id")).where(*first).cte("reached", recursive=True)
    # UNION, not UNION ALL: an artifact that is reached by two ways is walked once.
    reached = reached.union(select(edge[end]).join_from(artifact_parents, reached, edge[start] == reached.c.id))
    query = _SELECT.where(within(tx, artifacts), artifacts.c.artifact_id.in_(select(reached.c.id))).order_by(
        artifacts.c.artifact_id
    )
    return [_artifact(row) for row in tx.execute(query)]


def _batches(ids: Iterable[ArtifactId]) -> Iterator[list[ArtifactId]]:
    remaining = iter(ids)
    while batch := list(islice(remaining, _BATCH)):
        yield batch
