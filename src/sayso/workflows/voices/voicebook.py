"""The voices here: who may be asked to speak, and with which engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from sayso import lineage
from sayso.engines.protocol import Engine, VoiceAsset
from sayso.engines.registry import engine as engine_named
from sayso.engines.registry import installed
from sayso.errors import Conflict, Invalid, Tampered
from sayso.ids import PREFIXES, IdInvalid, SpeakerId, VoiceId, parse_id
from sayso.lineage import Kind
from sayso.voices.profile import VoiceProfile
from sayso.voices.store import VoiceRow, get_voice, list_voices, stock_named
from sayso.workflows.enrollment.basis import evidence_address
from sayso.workflows.installation.session import Session
from sayso.workflows.voices.house import admit_stock_voices, stock_names


class VoiceMoved(Tampered):
    """The voice was put under a speaker whose voice it is not."""


class LanguageUnspoken(Invalid):
    """The voice does not speak the language."""


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
    evidence: str | None = None
    """Where it stands that the recordings are free, where that was asked for."""


def row_of(session: Session, voice: str) -> VoiceRow:
    """Return what is recorded of a voice, named by its id or as a stock voice; raise `VoiceUnknown`."""
    known = id_of(session, voice)
    with session.read() as tx:
        return get_voice(tx, known)


def cast(session: Session, voice: str) -> Cast:
    """Return the voice ``voice``, whose engine is here; raise `VoiceUnknown`, `EngineUnknown` or `EngineChanged`."""
    known = id_of(session, voice)
    with session.read() as tx:
        row = get_voice(tx, known)
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


def engines_here() -> frozenset[str]:
    """Return the names of the engines that can be used here."""
    return frozenset(one.name for one in installed() if not one.problem)


def id_of(session: Session, voice: str, engine: str | None = None) -> VoiceId:
    """Return the id of ``voice``, which is one, or the name of a stock voice; raise `IdInvalid` for neither.

    With an ``engine``, of the stock voices of that name only its own is meant.
    """
    if voice.startswith(f"{PREFIXES['voice']}_"):
        return VoiceId(parse_id("voice", voice))
    found = _named(session, voice, engine)
    if not found and voice in stock_names():
        admit_stock_voices(session)
        found = _named(session, voice, engine)
    if len(found) == 1:
        return found[0].voice_id
    if found:
        ids = ", ".join(f"{row.voice_id} ({row.engine})" for row in found)
        raise IdInvalid(f"got {voice!r}, expected the id of one of the voices of that name: {ids}")
    near = get_close_matches(voice.lower(), stock_names(), n=1)
    tip = f"; did you mean {near[0]}?" if near else ""
    raise IdInvalid(f"got {voice[:40]!r}, expected a voice id such as voi_..., or the name of a stock voice{tip}")


def _named(session: Session, name: str, engine: str | None) -> list[VoiceRow]:
    """Return the stock voices of that name that the engines here, or the one named, speak with."""
    with session.read() as tx:
        rows = [row for row in stock_named(tx, name) if engine in (None, row.engine)]
    here = {one.name: engine_named(one.name).digest() for one in installed() if not one.problem} if rows else {}
    return [row for row in rows if here.get(row.engine) == row.engine_digest]


def check_language(row: VoiceRow, language: str) -> None:
    """Raise `LanguageUnspoken` where a stock voice does not speak ``language``, of whichever country."""
    if row.house and _main(language) != _main(row.language):
        raise LanguageUnspoken(
            f"language: got {language[:35]!r}, the voice {row.name} speaks {row.language} only; choose another voice"
        )


def _main(language: str) -> str:
    return language.lower().partition("-")[0]


def listed(session: Session) -> list[VoiceShown]:
    """Return every voice, the engines' own included."""
    admit_stock_voices(session)
    with session.read() as tx:
        return [VoiceShown(row) for row in list_voices(tx)]


def shown(session: Session, voice: str) -> VoiceShown:
    """Return one voice with its quality figures; raise `VoiceUnknown`."""
    row = row_of(session, voice)
    profile = profile_of(session, row)
    return VoiceShown(row, profile.quality, evidence_address(session, row.speaker_id, row.evidence_sealed))


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
