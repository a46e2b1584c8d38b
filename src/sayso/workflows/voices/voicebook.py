"""The voices here: who may be asked to speak, and with which engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sayso import lineage
from sayso.engines.protocol import Engine, VoiceAsset
from sayso.engines.registry import engine as engine_named
from sayso.errors import Conflict, Tampered
from sayso.ids import SpeakerId, VoiceId, parse_id
from sayso.lineage import Kind
from sayso.voices.profile import VoiceProfile
from sayso.voices.store import VoiceRow, get_voice, list_voices
from sayso.workflows.installation.session import Session
from sayso.workflows.voices.house import admit_stock_voices


class VoiceMoved(Tampered):
    """The voice was put under a speaker whose voice it is not."""


class EngineChanged(Conflict):
    """The engine is not the one the voice was made for; clone the voice again."""


@dataclass(frozen=True, slots=True)
class Cast:
    """A voice ready to speak: its row, and the blob of its profile, closed until somebody is permitted to open it."""

    row: VoiceRow
    blob: str

    @property
    def speaker(self) -> SpeakerId:
        """Return whose voice it is."""
        return self.row.speaker_id

    def open(self, session: Session) -> VoiceAsset:
        """Return what the engine speaks with; see `profile_of` for what it raises."""
        return _opened(session, self.row, self.blob).asset


@dataclass(frozen=True)
class VoiceShown:
    """One voice for people, with the quality figures of its profile where they were asked for."""

    row: VoiceRow
    quality: Mapping[str, int] = field(default_factory=dict)


def row_of(session: Session, voice: str) -> VoiceRow:
    """Return what is recorded of a voice; raise `VoiceUnknown`."""
    with session.read() as tx:
        return get_voice(tx, VoiceId(parse_id("voice", voice)))


def cast(session: Session, voice: str) -> Cast:
    """Return the voice ``voice``, whose engine is here; raise `VoiceUnknown`, `EngineUnknown` or `EngineChanged`."""
    with session.read() as tx:
        row = get_voice(tx, VoiceId(parse_id("voice", voice)))
        blob = lineage.get(tx, row.artifact_id).blob or ""
    engine_of(session, row)
    return Cast(row, blob)


def engine_of(session: Session, row: VoiceRow) -> Engine:
    """Return the engine that a voice was made for; raise `EngineUnknown` or `EngineChanged`."""
    engine = engine_named(row.engine, session.settings.threads)
    if engine.digest() != row.engine_digest:
        raise EngineChanged(
            f"voice {row.voice_id} was made for another {row.engine}; clone it again for {engine.version}"
        )
    return engine


def listed(session: Session) -> list[VoiceShown]:
    """Return every voice, the engines' own included."""
    admit_stock_voices(session)
    with session.read() as tx:
        return [VoiceShown(row) for row in list_voices(tx)]


def shown(session: Session, voice: str) -> VoiceShown:
    """Return one voice with its quality figures; raise `VoiceUnknown`."""
    row = row_of(session, voice)
    return VoiceShown(row, profile_of(session, row).quality)


def profile_of(session: Session, row: VoiceRow) -> VoiceProfile:
    """Return the profile of a voice, opened.

    Raise `Shredded` after an erasure, `BlobTampered` for changed bytes, and `VoiceMoved` where the row names a speaker
    whose key did not seal the profile: a voice cannot be moved under somebody else's grants.
    """
    with session.read() as tx:
        blob = lineage.get(tx, row.artifact_id).blob or ""
    with session.vault.holding():
        return _opened(session, row, blob)


def _opened(session: Session, row: VoiceRow, blob: str) -> VoiceProfile:
    if session.vault.key_ids(blob) != (session.vault.key_id(row.speaker_id),):
        raise VoiceMoved(f"voices row {row.voice_id}: names a speaker whose voice it is not; restore the database")
    return VoiceProfile.decode(session.vault.open(blob, kind=Kind.VOICE))
