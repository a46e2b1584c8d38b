"""Keeping what is derived from a voice: sealed in the vault first, then recorded with its parents."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sayso.audio import Container, encode
from sayso.consent.permit import Permit
from sayso.database import Connection
from sayso.database.rows import Rows, rows_where
from sayso.engines.protocol import Engine, StockVoice
from sayso.ids import ArtifactId, SpeakerId, new_id
from sayso.lineage import Artifact, Kind, record
from sayso.mark import MarkedAudio
from sayso.voices import CloningPermit, FittedVoice, Reference
from sayso.voices.profile import VoiceProfile
from sayso.workflows.consent.rows import TICKETS, committed
from sayso.workflows.installation.session import Session

MASTER: Final = Container.FLAC
"""What clips and repaired recordings are kept as."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes in the vault that no lineage knows of yet."""

    artifact_id: ArtifactId
    kind: Kind
    blob: str
    digest: str


def sealed_clip(session: Session, clip: MarkedAudio, speakers: Sequence[SpeakerId]) -> Kept:
    """Seal a clip for ``speakers``, encoded without loss; record it next, or undo it."""
    return _sealed(session, clip.encoded(MASTER).data, speakers, Kind.CLIP)


def sealed_recordings(session: Session, references: Sequence[Reference], permitted: CloningPermit) -> list[list[Kept]]:
    """Seal each recording as it came and, where it was repaired, the repaired one; raise `PermitRefused`."""
    permitted.check([reference.digest for reference in references])
    return [_sealed_recording(session, reference, permitted.permit.speaker) for reference in references]


def sealed_voice(
    session: Session, fitted: FittedVoice, references: Sequence[Reference], permitted: CloningPermit
) -> tuple[Kept, Kept]:
    """Seal the embedding and the profile of a voice that was fitted to ``references``; raise `PermitRefused`."""
    permitted.check([reference.digest for reference in references])
    speakers = [permitted.permit.speaker]
    embedding = _sealed(session, fitted.embedding.astype("<f4").tobytes(), speakers, Kind.EMBEDDING)
    return embedding, _sealed(session, fitted.profile.encode(), speakers, Kind.VOICE)


def sealed_stock_voice(
    session: Session, engine: Engine, voice: StockVoice, speaker: SpeakerId
) -> tuple[VoiceProfile, Kept]:
    """Seal a voice that comes with ``engine`` for the house speaker who owns it: nobody's consent is needed."""
    profile = VoiceProfile(engine.stock_asset(voice.name))
    return profile, _sealed(session, profile.encode(), [speaker], Kind.VOICE)


def _sealed_recording(session: Session, reference: Reference, speaker: SpeakerId) -> list[Kept]:
    kept = [_sealed(session, reference.file, [speaker], Kind.RECORDING)]
    if reference.repairs:
        kept.append(_sealed(session, encode(reference.signal, MASTER), [speaker], Kind.REPAIRED))
    return kept


def _sealed(session: Session, plain: bytes, speakers: Sequence[SpeakerId], kind: Kind) -> Kept:
    blob = session.vault.seal(plain, speakers, kind=str(kind))
    return Kept(ArtifactId(new_id("artifact")), kind, blob.address, hashlib.sha256(plain).hexdigest())


def recorded(
    tx: Connection, kept: Kept, permit: Permit, *, speakers: Sequence[SpeakerId], parents: Sequence[ArtifactId]
) -> ArtifactId:
    """Record ``kept`` as made under ``permit`` from ``parents``; return its id."""
    artifact = Artifact(kept.artifact_id, kept.kind, kept.blob, kept.digest, permit.grant_id, permit.permit_id)
    record(tx, artifact, speakers=speakers, parents=parents)
    return kept.artifact_id


def noted(
    tx: Connection, plain_digest: str, kind: Kind, permit: Permit, *, speaker: SpeakerId, parent: ArtifactId
) -> None:
    """Record what stands sealed in a row of its own, so that lineage and the plan of an erasure know of it."""
    artifact = Artifact(ArtifactId(new_id("artifact")), kind, None, plain_digest, permit.grant_id, permit.permit_id)
    record(tx, artifact, speakers=[speaker], parents=[parent])


def recorded_facts(session: Session, tx: Connection, permit: Permit) -> dict[str, str | int]:
    """Return what the entry of a result holds of the rows that are written: the last to ask for in its transaction."""
    return {"rows": committed(session.vault, permit.speaker, derived_rows(tx, permit.permit_id))}


def charged_facts(tx: Connection, permit: Permit) -> dict[str, str | int]:
    """Return what is charged to the grant of a permit in all: what was settled before is in it."""
    _, rows = rows_where(tx, "grant_minutes", "grant_id", [permit.grant_id])
    return {"used_ms": rows[0]["made_ms"], "used_takes": rows[0]["made_takes"]} if rows else {}


def derived_rows(tx: Connection, permit: str) -> list[Rows]:
    """Return all that is recorded of what came of a permit: artifacts with their edges, clip, fingerprint, voice."""
    return _with_edges(tx, rows_where(tx, "artifacts", "permit_id", [permit]), clips=_clips(tx, permit))


def stock_rows(tx: Connection, grant: str) -> list[Rows]:
    """Return all that is recorded of the stock voices that were admitted under a grant of the house."""
    name, rows = rows_where(tx, "artifacts", "grant_id", [grant])
    return _with_edges(tx, (name, [row for row in rows if row["permit_id"] is None]))


def _clips(tx: Connection, permit: str) -> Rows:
    return rows_where(tx, "clips", "permit_id", [permit], but=TICKETS)


def _with_edges(tx: Connection, artifacts: Rows, clips: Rows = ("clips", ())) -> list[Rows]:
    ids = [row["artifact_id"] for row in artifacts[1]]
    return [
        artifacts,
        rows_where(tx, "artifact_speakers", "artifact_id", ids),
        rows_where(tx, "artifact_parents", "child_id", ids),
        rows_where(tx, "voices", "artifact_id", ids),
        clips,
        rows_where(tx, "fingerprints", "clip_id", [row["clip_id"] for row in clips[1]]),
    ]


@contextlib.contextmanager
def undone_on_failure(session: Session, *kept: Kept) -> Iterator[None]:
    """Unlink what was sealed if the block fails, so that nothing lies about that no lineage knows."""
    try:
        yield
    except BaseException:
        for one in kept:
            session.vault.unlink(one.blob)
        raise
