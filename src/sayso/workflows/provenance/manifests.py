"""Manifests: the C2PA manifest store of every signed file, kept sealed beside its clip, and found again by its id."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import Final

from sayso.clock import now, stamp
from sayso.consent.permit import Permit
from sayso.credentials import store
from sayso.database import Connection
from sayso.errors import NotFound, SaysoError, Tampered
from sayso.ids import ArtifactId, ClipId, SpeakerId
from sayso.lineage import Kind
from sayso.workflows.installation.session import Session
from sayso.workflows.voices import archive

MAX_MANIFEST_BYTES: Final = 16 * 1024 * 1024


class ManifestUnknown(NotFound):
    """There is no such manifest here: never made here, or gone with its voice."""


@dataclass(frozen=True, slots=True)
class SealedManifest:
    """A manifest store, compressed and sealed under the speaker's key, and the SHA-256 of the store."""

    manifest_id: str
    clip: ClipId
    speaker: SpeakerId
    sealed: bytes
    digest: str
    created_at: str


def sealed(session: Session, manifest_id: str, manifest: bytes, *, clip: ClipId, speaker: SpeakerId) -> SealedManifest:
    """Return a manifest store, sealed; `keep` it next, in the transaction that records its file."""
    packed = zlib.compress(manifest)  # the room that the library leaves for a longer signature is most of it
    at = stamp(now())
    field = session.vault.seal_field(packed, speaker, field=_field(manifest_id, clip, at))
    return SealedManifest(manifest_id, clip, speaker, field, hashlib.sha256(manifest).hexdigest(), at)


def keep(tx: Connection, made: SealedManifest, permit: Permit, *, parent: ArtifactId) -> None:
    """Keep a sealed manifest store, and record it as derived from the clip's artifact."""
    store.insert_manifest(
        tx, store.ManifestRow(made.manifest_id, made.clip, made.speaker, made.sealed, made.created_at)
    )
    archive.noted(tx, made.digest, Kind.MANIFEST, permit, speaker=made.speaker, parent=parent)


def manifest_of(session: Session, manifest_id: str) -> bytes:
    """Return the manifest store of this id (JUMBF). Raise `ManifestUnknown`, with the same words for one erased."""
    with session.read() as tx:
        row = store.get_manifest(tx, manifest_id)
    if row is None:
        raise ManifestUnknown
    try:
        return _opened(session, row)
    except Tampered:
        raise
    except SaysoError:  # its key is destroyed, its row on the way out
        raise ManifestUnknown from None


def digest_of(session: Session, row: store.ManifestRow) -> str:
    """Return the SHA-256 of a kept manifest store, as lineage has it; raise the vault's errors if it does not open."""
    return hashlib.sha256(_opened(session, row)).hexdigest()


def manifests_of(session: Session, clip: ClipId, *, limit: int = 10) -> list[str]:
    """Return the ids of the manifest stores of a clip's files, that of the first file first; none once erased."""
    with session.read() as tx:
        return store.manifests_of(tx, clip, limit=limit)


def _opened(session: Session, row: store.ManifestRow) -> bytes:
    packed = session.vault.open_field(
        row.sealed, row.speaker_id, field=_field(row.manifest_id, row.clip_id, row.created_at)
    )
    return zlib.decompressobj().decompress(packed, MAX_MANIFEST_BYTES)


def _field(manifest_id: str, clip: str, created_at: str) -> str:
    """Return what a manifest store is sealed as: moved to another clip's row, or dated otherwise, it does not open."""
    return f"manifest {manifest_id} of {clip} at {created_at}"
