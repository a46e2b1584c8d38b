"""Opening all that stands sealed: blobs, profiles of voices, fingerprints, manifests, names and keys of speakers.

What is sealed authenticates itself, and the row that it stands in: it opens for its speaker, kind and place alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from sayso.credentials.store import ManifestRow
from sayso.database.rows import Row, all_rows
from sayso.errors import SaysoError
from sayso.fingerprint.store import FingerprintRow
from sayso.ids import SpeakerId, VoiceId
from sayso.lineage import Kind
from sayso.voices.store import get_voice
from sayso.workflows.audit.snapshot import UNREADABLE, Snapshot, speaker_of, told
from sayso.workflows.consent.signing import KEY_FIELD
from sayso.workflows.consent.speakers import NAME_FIELD
from sayso.workflows.provenance import content, manifests
from sayso.workflows.voices.voicebook import profile_of

_IN_ROWS = {Kind.FINGERPRINT, Kind.MANIFEST}


def findings(look: Snapshot) -> Iterator[str]:
    """Yield every row whose sealed value does not open as what it is."""
    yield from _of_speakers(look)
    yield from _of_voices(look)
    digests: set[str] = set()
    yield from _of_fingerprints(look, digests)
    yield from _of_manifests(look, digests)
    yield from _of_artifacts(look, digests)


def _of_speakers(look: Snapshot) -> Iterator[str]:
    for row in look.speakers:
        speaker = speaker_of(row)
        if speaker not in look.living:
            continue
        for column, field in (("name_sealed", NAME_FIELD), ("key_sealed", KEY_FIELD)):
            try:
                if row[column] is not None:
                    look.vault.open_field(row[column], speaker, field=field)
            except UNREADABLE as error:
                yield f"speakers row {speaker}: {column}: {told(error)}"


def _of_voices(look: Snapshot) -> Iterator[str]:
    for row in all_rows(look.tx, "voices", only=("voice_id", "speaker_id")):
        if look.under_way(speaker_of(row)):
            continue
        where = f"voices row {row['voice_id']}"
        try:
            kept = get_voice(look.tx, VoiceId(row["voice_id"]))
            profile = profile_of(look.session, kept)
        except UNREADABLE as error:
            yield f"{where}: {told(error)}"
            continue
        if (profile.asset.engine, profile.asset.digest()) != (kept.engine, kept.voice_digest):
            yield f"{where}: engine or digest is not that of its sealed profile"


def _of_fingerprints(look: Snapshot, digests: set[str]) -> Iterator[str]:
    """Open the fingerprints, and add the digests of what opens to ``digests``."""
    for row in _leaving_out(look, "fingerprints"):
        try:
            digests.add(content.digest_of(look.session, FingerprintRow(**row)))
        except UNREADABLE as error:
            yield f"fingerprints row {row['clip_id']}: {told(error)}"


def _of_manifests(look: Snapshot, digests: set[str]) -> Iterator[str]:
    for row in _leaving_out(look, "manifests"):
        try:
            digests.add(manifests.digest_of(look.session, ManifestRow(**row)))
        except UNREADABLE as error:
            yield f"manifests row {row['manifest_id']}: {told(error)}"


def _leaving_out(look: Snapshot, table: str) -> Iterator[Row]:
    """Yield the rows of a table, but for those of speakers whose erasure is under way."""
    return (row for row in all_rows(look.tx, table) if not look.under_way(speaker_of(row)))


def _of_artifacts(look: Snapshot, digests: set[str]) -> Iterator[str]:
    leaving = {
        str(row["artifact_id"])
        for row in all_rows(look.tx, "artifact_speakers")
        if look.under_way(SpeakerId(row["speaker_id"]))
    }
    for row in all_rows(look.tx, "artifacts", only=("artifact_id", "kind", "blob", "digest")):
        if row["artifact_id"] not in leaving:
            yield from _of_artifact(look, row, digests)


def _of_artifact(look: Snapshot, row: Row, digests: set[str]) -> Iterator[str]:
    where = f"artifacts row {row['artifact_id']}"
    if row["blob"] is None and row["kind"] in _IN_ROWS:
        if row["digest"] not in digests:
            yield f"{where}: the {row['kind']} that it tells of is gone or another, in {row['kind']}s"
        return
    try:
        look.vault.open(row["blob"] or "", kind=str(row["kind"]))
    except (SaysoError, *UNREADABLE) as error:
        yield f"{where}: {told(error)}"
