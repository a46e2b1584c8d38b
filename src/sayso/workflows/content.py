"""Whose content carries a mark: the fingerprint sealed with each clip against what is heard (a mark can be copied)."""

from __future__ import annotations

from sayso import lineage
from sayso.audio import Signal
from sayso.database import Connection
from sayso.errors import SaysoError
from sayso.ids import SpeakerId
from sayso.lineage import Kind
from sayso.marking.detector import Detection
from sayso.marking.fingerprint import Content, Features, Fingerprint, compared, features_of, one_after_another
from sayso.synthesis.store import Clip
from sayso.workflows import archive
from sayso.workflows.archive import Kept
from sayso.workflows.home import Home

COPIED = "mark present, content not ours"


def fingerprinted(home: Home, sound: Signal, speaker: SpeakerId) -> Kept:
    """Seal the fingerprint of a clip under its speaker's key; record it next, with the clip as its parent."""
    return archive.sealed(home, Fingerprint.of(sound).encode(), [speaker], Kind.FINGERPRINT)


def fingerprint_of(home: Home, clip: Clip) -> Fingerprint | None:
    """Return the fingerprint kept of ``clip``; None if there is none, or none that may be read any more."""
    try:
        with home.database.read() as tx:
            address = _address(tx, clip)
        return Fingerprint.decode(home.vault.open(address, kind=Kind.FINGERPRINT)) if address else None
    except SaysoError:  # erased or damaged: what is heard cannot be compared, and that is the answer
        return None


def _address(tx: Connection, clip: Clip) -> str | None:
    if clip.artifact_id is None:
        return None
    derived = lineage.descendants(tx, clip.artifact_id)
    return next((one.blob for one in derived if one.kind is Kind.FINGERPRINT), None)


def content_of(home: Home, clip: Clip, heard: Features) -> Content:
    """Return whether what was ``heard`` under the mark of ``clip`` is that clip."""
    fingerprint = fingerprint_of(home, clip)
    return Content.UNKNOWN if fingerprint is None else compared(heard, fingerprint)


def heard_under(signal: Signal, detection: Detection) -> Features:
    """Return the features of those stretches of ``signal`` that carry the mark, as they were before it was warped."""
    speed = detection.speed
    features = features_of(signal, tempo=speed, pitch=detection.pitch)
    stretches = [features.between(start_s * speed, end_s * speed) for start_s, end_s in detection.segments]
    return one_after_another(stretches or [features.first(0)])
