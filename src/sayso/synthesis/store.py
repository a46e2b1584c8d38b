"""The table of clips: what was said, under which grant and permit, with which mark. No text and no name is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Connection, Row, String, Table, insert, select, update

from sayso.database import Prepared, metadata, organisation_of, within
from sayso.ids import ID_LENGTH, ArtifactId, ClipId, GrantId, PermitId, VoiceId
from sayso.synthesis.errors import ClipUnknown

clips = Table(
    "clips",
    metadata,
    Column("clip_id", String(ID_LENGTH), primary_key=True),
    Column("voice_id", String(ID_LENGTH), nullable=False, index=True),
    Column("grant_id", String(ID_LENGTH), nullable=False, index=True),
    Column("permit_id", String(ID_LENGTH), nullable=False, unique=True),
    Column("mark_id", String(16), nullable=False, unique=True),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("licensee", String(200), nullable=False),
    Column("purpose", String(200), nullable=False),
    Column("project", String(200), nullable=True),
    Column("duration_ms", BigInteger, nullable=True),
    Column("artifact_id", String(ID_LENGTH), nullable=True, index=True),
    Column("intent_ticket", BigInteger, nullable=False),
    Column("result_ticket", BigInteger, nullable=True),
    Column("created_at", String(24), nullable=False, index=True),
)

_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Clip:
    """One act of speech. Duration, artifact and result are unknown (None) until it has ended."""

    clip_id: ClipId
    voice_id: VoiceId
    grant_id: GrantId
    permit_id: PermitId
    mark_id: str
    licensee: str
    purpose: str
    project: str | None
    intent_ticket: int
    created_at: str
    duration_ms: int | None = None
    artifact_id: ArtifactId | None = None
    result_ticket: int | None = None


_SELECT: Final = select(*(clips.c[field.name] for field in fields(Clip)))


_ADD: Final = Prepared(insert(clips))


def insert_clip(tx: Connection, clip: Clip) -> None:
    """Add ``clip``; raise `ConstraintBroken` if the clip, its permit or its mark is there already."""
    values = {field.name: getattr(clip, field.name) for field in fields(Clip)}
    _ADD.add(tx, {"organisation_id": organisation_of(tx), **values})


def finish_clip(
    tx: Connection, clip_id: ClipId, *, duration_ms: int, artifact_id: ArtifactId | None, result_ticket: int
) -> None:
    """Write what became of the clip; raise `ClipUnknown` if there is none of this id that is unfinished."""
    changed = tx.execute(
        update(clips)
        .where(within(tx, clips), clips.c.clip_id == clip_id, clips.c.result_ticket.is_(None))
        .values(duration_ms=duration_ms, artifact_id=artifact_id, result_ticket=result_ticket)
    )
    if changed.rowcount != 1:
        raise ClipUnknown(f"got the clip {clip_id}, expected one that was begun and not yet finished")


def get_clip(tx: Connection, clip_id: ClipId) -> Clip:
    """Return the clip; raise `ClipUnknown`."""
    row = tx.execute(_SELECT.where(within(tx, clips), clips.c.clip_id == clip_id)).one_or_none()
    if row is None:
        raise ClipUnknown(f"got the clip {clip_id}, which is not known here")
    return _clip(row)


def clip_of_mark(tx: Connection, mark_id: str) -> Clip | None:
    """Return the clip that carries the mark (16 hexadecimal digits), or None if it was not made here."""
    row = tx.execute(_SELECT.where(within(tx, clips), clips.c.mark_id == mark_id)).one_or_none()
    return None if row is None else _clip(row)


def issued_marks(tx: Connection) -> list[str]:
    """Return the marks (16 hexadecimal digits each) of all clips ever begun here."""
    return list(tx.execute(select(clips.c.mark_id).where(within(tx, clips))).scalars())


def clips_of_grant(tx: Connection, grant_id: GrantId, *, after: str = "", limit: int = _PAGE) -> list[Clip]:
    """Return the clips made under a grant by creation, those after the moment ``after`` only, at most ``limit``."""
    query = _SELECT.where(within(tx, clips), clips.c.grant_id == grant_id, clips.c.created_at > after)
    return [_clip(row) for row in tx.execute(query.order_by(clips.c.created_at, clips.c.clip_id).limit(limit))]


def list_clips(
    tx: Connection, *, grant_id: str | None = None, voice_id: str | None = None, before: str | None = None, limit: int
) -> list[Clip]:
    """Return at most ``limit`` clips, newest first: of a grant, of a voice, from before a moment, where given."""
    wanted = [within(tx, clips)]
    wanted += [clips.c.grant_id == grant_id] if grant_id is not None else []
    wanted += [clips.c.voice_id == voice_id] if voice_id is not None else []
    wanted += [clips.c.created_at < before] if before is not None else []
    query = _SELECT.where(*wanted).order_by(clips.c.created_at.desc(), clips.c.clip_id)
    return [_clip(row) for row in tx.execute(query.limit(limit))]


def clips_of_voices(tx: Connection, voice_ids: Sequence[VoiceId]) -> list[Clip]:
    """Return every clip spoken by one of the voices: what an erasure has to find."""
    query = _SELECT.where(within(tx, clips), clips.c.voice_id.in_(list(voice_ids)))
    return [_clip(row) for row in tx.execute(query.order_by(clips.c.created_at, clips.c.clip_id))]


def finished_clips(tx: Connection, clip_ids: Sequence[ClipId]) -> dict[ClipId, Clip]:
    """Return those of the clips whose end was written, by their ids."""
    query = _SELECT.where(within(tx, clips), clips.c.clip_id.in_(list(clip_ids)), clips.c.result_ticket.is_not(None))
    return {clip.clip_id: clip for clip in map(_clip, tx.execute(query))}


def unfinished_clips(tx: Connection) -> list[Clip]:
    """Return the clips whose end was never written: those being spoken now, and those of processes that died."""
    query = _SELECT.where(within(tx, clips), clips.c.result_ticket.is_(None))
    return [_clip(row) for row in tx.execute(query.order_by(clips.c.created_at, clips.c.clip_id))]


def detach_artifact(tx: Connection, clip_ids: Sequence[ClipId]) -> None:
    """Forget where the sound of the clips is; that they were made, and under which grant, stays known."""
    tx.execute(update(clips).where(within(tx, clips), clips.c.clip_id.in_(list(clip_ids))).values(artifact_id=None))


def _clip(row: Row[Any]) -> Clip:
    return Clip(**row._asdict())
