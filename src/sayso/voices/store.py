"""The table of voices: whose each is, which engine speaks it, where its sealed profile is. No embedding, no style."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
)

from sayso.consent.speaker_store import organisation_of_speaker
from sayso.database import PreparedWithin, metadata, within
from sayso.ids import ID_LENGTH, ArtifactId, EnrollmentId, SpeakerId, VoiceId
from sayso.voices.errors import VoiceUnknown

voices = Table(
    "voices",
    metadata,
    Column("voice_id", String(ID_LENGTH), primary_key=True),
    Column("speaker_id", String(ID_LENGTH), nullable=False, index=True),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("name", String(64)),
    Column("engine", String(64), nullable=False),
    Column("engine_digest", String(64), nullable=False),
    Column("voice_digest", String(64), nullable=False),
    Column("language", String(35), nullable=False),
    Column("artifact_id", String(ID_LENGTH), nullable=False),
    Column("similarity_milli", Integer),
    Column("house", Boolean, nullable=False),
    Column("path", String(16), nullable=False),
    Column("enrollment_id", String(ID_LENGTH)),
    Column("licence", String(32)),
    Column("evidence_sealed", LargeBinary),
    Column("created_at", String(24), nullable=False),
)
"""``name`` is the engine's name of a stock voice; cloned voices have none, since a name could be a person's.

``path``: how its recordings came in (see `sayso.enrollment.path`), with the enrolment, or the licence and, sealed, the
address of its evidence.
"""


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """One voice. ``similarity_milli`` is the CAM++ cosine to its speaker times 1,000; None for a stock voice."""

    voice_id: VoiceId
    speaker_id: SpeakerId
    engine: str
    engine_digest: str
    voice_digest: str
    language: str
    artifact_id: ArtifactId
    created_at: str
    path: str
    name: str | None = None
    similarity_milli: int | None = None
    house: bool = False
    enrollment_id: EnrollmentId | None = None
    licence: str | None = None
    evidence_sealed: bytes | None = None


_SELECT: Final = select(*(voices.c[field.name] for field in fields(VoiceRow)))


def insert_voice(tx: Connection, row: VoiceRow) -> None:
    """Enter a voice, of its speaker's organisation; raise `SpeakerUnknown`, or `ConstraintBroken` for a taken id."""
    values = {field.name: getattr(row, field.name) for field in fields(VoiceRow)}
    tx.execute(insert(voices).values(organisation_id=organisation_of_speaker(tx, row.speaker_id), **values))


def get_voice(tx: Connection, voice: VoiceId) -> VoiceRow:
    """Return the voice; raise `VoiceUnknown`, also for one that was erased."""
    row = _VOICE.row(tx, known=voice)
    if row is None:
        raise VoiceUnknown(f"got {voice}, expected a voice that is here and not erased")
    return _row(row)


def _voice_seen(tx: Connection) -> Select[Any]:
    return _SELECT.where(within(tx, voices), voices.c.voice_id == bindparam("known"))


_VOICE: Final = PreparedWithin(_voice_seen)


def list_voices(tx: Connection) -> list[VoiceRow]:
    """Return every voice, cloned ones first, then by age."""
    query = _SELECT.where(within(tx, voices)).order_by(voices.c.house, voices.c.created_at, voices.c.voice_id)
    return [_row(row) for row in tx.execute(query)]


def stock_named(tx: Connection, name: str) -> list[VoiceRow]:
    """Return the stock voices of that name, one for each engine and version that was here."""
    query = _SELECT.where(within(tx, voices), voices.c.house, voices.c.name == name).order_by(voices.c.voice_id)
    return [_row(row) for row in tx.execute(query)]


def voices_of(tx: Connection, speaker: SpeakerId) -> list[VoiceRow]:
    """Return the voices of one speaker."""
    query = _SELECT.where(within(tx, voices), voices.c.speaker_id == speaker).order_by(voices.c.voice_id)
    return [_row(row) for row in tx.execute(query)]


def forget_voices(tx: Connection, speaker: SpeakerId) -> int:
    """Delete the voices of one speaker; return how many there were."""
    return tx.execute(delete(voices).where(within(tx, voices), voices.c.speaker_id == speaker)).rowcount


def _row(row: Any) -> VoiceRow:
    return VoiceRow(**row._asdict())
