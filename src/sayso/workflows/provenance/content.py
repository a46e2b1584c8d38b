"""Whose content a sound is: the fingerprint sealed with each clip against what is heard (a mark can be copied)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sayso.audio import Signal
from sayso.consent.permit import Permit
from sayso.database import Connection
from sayso.errors import SaysoError
from sayso.fingerprint import (
    Content,
    Features,
    Fingerprint,
    clip_features_of,
    compared,
    features_of,
    one_after_another,
    short_features_of,
    store,
)
from sayso.ids import ArtifactId, ClipId, SpeakerId
from sayso.lineage import Kind
from sayso.mark import MarkedAudio
from sayso.mark.detector import Detection
from sayso.mark.segments import Gaps, restored, restored_s
from sayso.mark.warps import Warp
from sayso.synthesis.store import Clip
from sayso.workflows.installation.session import Session
from sayso.workflows.voices import archive

ALONE_S = 1.0
"""A sound so short is compared with short clips, too: a codec makes 0.75 s longer by a frame or two."""

EARLY_S, LATE_S, STEP_S = 0.1, 0.2, 0.02
"""So much earlier or later than its mark was found a short clip may begin, and how finely that is tried."""

_LOUD = 0.02  # of the loudest sample

COPIED = "mark present, content not ours"
ERASED = "marked, grant erased; the content of the clip is kept no more and cannot be compared"
UNCOMPARED = "the mark of a clip made here; the sound could not be compared with it, and a mark can be copied"


@dataclass(frozen=True, slots=True)
class SealedFingerprint:
    """The fingerprint of a clip, sealed under its speaker's key, and the SHA-256 of what was sealed."""

    clip: ClipId
    speaker: SpeakerId
    sealed: bytes
    digest: str


def fingerprinted(session: Session, sound: MarkedAudio, *, clip: ClipId, speaker: SpeakerId) -> SealedFingerprint:
    """Return the fingerprint of a clip, sealed; `keep` it next, in the transaction that records the clip."""
    plain = Fingerprint.of(sound).encode()
    sealed = session.vault.seal_field(plain, speaker, field=field_of(clip))
    return SealedFingerprint(clip, speaker, sealed, hashlib.sha256(plain).hexdigest())


def keep(tx: Connection, made: SealedFingerprint, permit: Permit, *, parent: ArtifactId) -> None:
    """Keep a sealed fingerprint, and record it as derived from the clip's artifact."""
    store.insert_fingerprint(tx, made.clip, speaker=made.speaker, sealed=made.sealed)
    archive.noted(tx, made.digest, Kind.FINGERPRINT, permit, speaker=made.speaker, parent=parent)


def field_of(clip: ClipId) -> str:
    """Return what a clip's fingerprint is sealed as: one moved to another clip's row does not open."""
    return f"fingerprint {clip}"


def digest_of(session: Session, row: store.FingerprintRow) -> str:
    """Return the SHA-256 of a kept fingerprint, as lineage has it; raise the vault's errors if it does not open."""
    plain = session.vault.open_field(row.sealed, row.speaker_id, field=field_of(row.clip_id))
    return hashlib.sha256(plain).hexdigest()


def fingerprint_of(session: Session, clip: Clip) -> Fingerprint | None:
    """Return the fingerprint kept of ``clip``; None if there is none, or none that may be read any more."""
    try:
        with session.read() as tx:
            row = store.of_clip(tx, clip.clip_id)
        if row is None:
            return None
        return Fingerprint.decode(session.vault.open_field(row.sealed, row.speaker_id, field=field_of(clip.clip_id)))
    except SaysoError:  # erased or damaged: what is heard cannot be compared, and that is the answer
        return None


def content_of(session: Session, clip: Clip, *heard: Features, perhaps: Iterable[Features] = ()) -> Content:
    """Return whether what was ``heard`` under the mark of ``clip``, one way or another, is that clip.

    ``perhaps``: what may be it where that is too little to tell (`places_of`). One that agrees makes it ours;
    one that does not says nothing: it may have been cut out at the wrong place.
    """
    fingerprint = fingerprint_of(session, clip)
    if fingerprint is None:
        return Content.UNKNOWN
    found = compared_each_way(heard, fingerprint)
    if found is Content.UNKNOWN and any(compared(one, fingerprint) is Content.OURS for one in perhaps):
        return Content.OURS
    return found


def is_short(clip: Clip) -> bool:
    """Return whether a clip is so short that it is compared by itself wherever it may lie."""
    return 0 < (clip.duration_ms or 0) <= 1000 * ALONE_S


def places_of(clip: Clip, signal: Signal, start_s: float, warp: Warp) -> Iterator[Features]:
    """Yield the features of a short ``clip``, cut out of ``signal`` wherever it may begin about ``start_s``.

    Within silence a mark does not tell where it begins: there it may be where the sound does, too. Nothing for a clip
    of more than a second, which is compared with the sound around it.
    """
    if not is_short(clip):
        return
    length = round((clip.duration_ms or 0) / 1000 / warp.tempo * signal.sample_rate)
    late_s = np.arange(-EARLY_S, LATE_S, STEP_S)
    starts_s = np.concatenate([start_s + late_s, _onset_s(signal, start_s) + late_s])
    for first in np.unique(np.round(starts_s * signal.sample_rate).astype(int)).tolist():
        if first >= 0 and first + length <= signal.num_samples:
            yield clip_features_of(signal.slice(first, first + length), tempo=warp.tempo, pitch=warp.pitch)


def _onset_s(signal: Signal, start_s: float) -> float:
    """Return when the first loud sample comes after ``start_s``; ``start_s`` itself where there is none."""
    level = np.abs(signal.samples[:, round(start_s * signal.sample_rate) :]).max(axis=0, initial=0.0)
    return start_s + float(np.argmax(level > _LOUD * level.max(initial=0.0))) / signal.sample_rate


def compared_each_way(heard: Sequence[Features], fingerprint: Fingerprint) -> Content:
    """Return whether what was ``heard``, in one or more ways, is of ``fingerprint``: ``OURS`` if it is in any of them.

    Otherwise the first way counts of which anything can be told.
    """
    found = [compared(one, fingerprint) for one in heard]
    if Content.OURS in found:
        return Content.OURS
    return next((one for one in found if one is not Content.UNKNOWN), Content.UNKNOWN)


def heard_under(signal: Signal, detection: Detection) -> tuple[Features, ...]:
    """Return the features of those stretches of ``signal`` that carry the mark, as they were before it was warped.

    Where something was cut out of it they come twice: as it is heard, and with silence for what is missing; of a sound
    of a second at most also with silence on both sides, as short clips are kept.
    """
    ways = ((), detection.gaps) if detection.gaps else ((),)
    heard = tuple(_heard(signal, detection, cuts) for cuts in ways)
    if signal.duration_s > ALONE_S:
        return heard
    return (*heard, short_features_of(signal, tempo=detection.speed, pitch=detection.pitch))


def _heard(signal: Signal, detection: Detection, cuts: Gaps) -> Features:
    speed = detection.speed
    features = features_of(restored(signal, cuts), tempo=speed, pitch=detection.pitch)
    edges = [[restored_s(edge_s, cuts) * speed for edge_s in segment] for segment in detection.segments]
    stretches = [features.between(start_s, end_s) for start_s, end_s in edges]
    return one_after_another(stretches or [features.first(0)])
