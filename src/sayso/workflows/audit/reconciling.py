"""Holding the state against the ledger: what somebody changed in a row by hand says otherwise than its entry.

The ledger's own audit finds what was done to the log. This one finds grants that were widened, minutes that were handed
back, clips that were moved to another grant, and blobs that are gone or altered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sayso import lineage
from sayso.consent import Grant, State, minutes
from sayso.consent import store as consents
from sayso.credentials import store as manifest_rows
from sayso.errors import SaysoError
from sayso.fingerprint import store as fingerprint_rows
from sayso.ids import GrantId, SpeakerId
from sayso.ledger.entry import Entry
from sayso.lineage import Kind
from sayso.synthesis.store import Clip, clips_of_grant
from sayso.voices.store import list_voices
from sayso.workflows.audit import reconciling_keys
from sayso.workflows.consent.commitments import terms_commitment
from sayso.workflows.installation.session import Session
from sayso.workflows.provenance import content, manifests
from sayso.workflows.voices.voicebook import profile_of

_IN_ROWS = {Kind.FINGERPRINT, Kind.MANIFEST}
_STATES = {f"consent:grant:{state}": state for state in State}


def findings(session: Session) -> list[str]:
    """Return every row of the state that says otherwise than the ledger, each named; audit the log itself first.

    Grant by grant: no more than the entries and clips of one are held at once.
    """
    logged = session.log.grants()
    with session.read() as tx:
        grants = consents.list_grants(tx)
        speakers = {grant.speaker for grant in grants if grant.speaker}
        used_ms = {grant: ms for speaker in speakers for grant, ms in minutes.used_ms(tx, speaker).items()}
    found = [f"grants row {grant}: is missing" for grant in sorted(logged - {grant.grant_id for grant in grants})]
    for grant in grants:
        chain = [row.entry for row in session.log.query(grants=[grant.grant_id])]
        with session.read() as tx:
            clips = clips_of_grant(tx, grant.grant_id, limit=1_000_000)
        found += _of_grant(session, grant, chain)
        found += _of_minutes(grant, chain, used_ms)
        found += _of_clips(clips, chain)
    return [*found, *reconciling_keys.findings(session), *_of_voices(session), *_of_blobs(session)]


def _of_grant(session: Session, grant: Grant, chain: list[Entry]) -> Iterator[str]:
    if not any(entry.type in {"consent:grant:given", "consent:grant:requested"} for entry in chain):
        yield f"grants row {grant.grant_id}: the ledger does not know that it was given"
        return
    states = [_STATES[entry.type] for entry in chain if entry.type in _STATES]
    if states[-1] is not grant.state:
        yield f"grants row {grant.grant_id}: is {grant.state}, the ledger says {states[-1]}"
    terms = [str(entry.facts["terms"]) for entry in chain if "terms" in entry.facts]  # of each version, in order
    if grant.speaker and _unlike(session, grant, terms[-1] if terms else ""):
        yield f"grants row {grant.grant_id}: its terms are not those that were granted"


def _unlike(session: Session, grant: Grant, commitment: str) -> bool:
    try:
        return terms_commitment(session, grant) != commitment
    except SaysoError:
        return True  # the row names a speaker whose key is not here


def _of_minutes(grant: Grant, chain: list[Entry], used_ms: Mapping[GrantId, int]) -> Iterator[str]:
    made_ms = sum(int(entry.facts["duration_ms"]) for entry in chain if entry.type == "synthesis:clip:made")
    if grant.speaker and used_ms.get(grant.grant_id, 0) < made_ms:
        charged = used_ms.get(grant.grant_id, 0)
        yield f"grant_minutes row {grant.grant_id}: {charged} ms are charged, the ledger says {made_ms} ms were made"


def _of_clips(clips: list[Clip], chain: list[Entry]) -> Iterator[str]:
    logged = {str(entry.facts["clip"]): entry for entry in chain if entry.type == "synthesis:clip:made"}
    for clip in clips:
        entry = logged.pop(clip.clip_id, None)
        if entry is None:
            yield f"clips row {clip.clip_id}: the ledger does not know it under grant {clip.grant_id}"
        elif (entry.facts["mark"], entry.facts["duration_ms"]) != (clip.mark_id, clip.duration_ms):
            yield f"clips row {clip.clip_id}: mark or duration is not what the ledger says"
    yield from (f"clips row {clip}: is missing" for clip in logged)


def _of_voices(session: Session) -> Iterator[str]:
    with session.read() as tx:
        rows = list_voices(tx)
    for row in rows:
        try:
            profile = profile_of(session, row)
        except SaysoError as error:
            yield f"voices row {row.voice_id}: {error.message}"
            continue
        if (profile.asset.engine, profile.asset.digest()) != (row.engine, row.voice_digest):
            yield f"voices row {row.voice_id}: engine or digest is not that of its sealed profile"


def _of_blobs(session: Session) -> Iterator[str]:
    with session.read() as tx:
        speakers = [SpeakerId(speaker.speaker_id) for speaker in consents.list_speakers(tx)]
        artifacts = {one for speaker in speakers for one in lineage.of_speaker(tx, speaker)}
    in_rows: set[str] = set()
    for speaker in speakers:
        yield from _of_rows(session, speaker, in_rows)
    for artifact in sorted(artifacts, key=lambda one: one.artifact_id):
        if artifact.blob is None and artifact.kind in _IN_ROWS:
            if artifact.digest not in in_rows:
                yield f"artifacts row {artifact.artifact_id}: the {artifact.kind} that it tells of is gone or another"
            continue
        try:
            session.vault.open(artifact.blob or "", kind=str(artifact.kind))
        except SaysoError as error:
            yield f"artifacts row {artifact.artifact_id}: {error.message}"


def _of_rows(session: Session, speaker: SpeakerId, digests: set[str]) -> Iterator[str]:
    """Open what stands sealed in rows of its own, and add the digests of what opens to ``digests``."""
    with session.read() as tx:
        prints, kept = fingerprint_rows.of_speaker(tx, speaker), manifest_rows.of_speaker(tx, speaker)
    for fingerprint in prints:
        try:
            digests.add(content.digest_of(session, fingerprint))
        except SaysoError as error:
            yield f"fingerprints row {fingerprint.clip_id}: {error.message}"
    for manifest in kept:
        try:
            digests.add(manifests.digest_of(session, manifest))
        except SaysoError as error:
            yield f"manifests row {manifest.manifest_id}: {error.message}"
