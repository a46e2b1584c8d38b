"""Sayso's mark as these benchmarks use it: how it is written, and how a user's program looks for it."""

from __future__ import annotations

import inspect
from functools import cache

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from synthetic import RATE_HZ

from sayso.audio.signal import Signal
from sayso.consent.act import Action
from sayso.consent.permit import Gate, Permit
from sayso.ids import GrantId, PermitId, SpeakerId
from sayso.mark import Mark, Marker, MarkKeys
from sayso.mark.detector import Detection, Detector
from sayso.mark.strength import PROFILES

ISSUED = 1_000_000
_SEARCHES = {"speeds", "warps"} & set(inspect.signature(Detector.detect).parameters)  # where they are on demand


def find(heard: Signal, *, key: int = 0, detector: Detector | None = None) -> Detection:
    """Return what the detector finds, its whole search done: the one place that says how it is asked."""
    return (detector or Detector(keys(key))).detect(heard, **dict.fromkeys(_SEARCHES, True))


def find_issued(heard: Signal, found: Detection, mark: Mark) -> Detection:
    """Return what is found by who holds a million issued ids, ``mark`` among them; ``found`` where it is verified."""
    if found.mark_verified:
        return found
    return Detector(keys()).detect_among(heard, np.append(_issued(), np.uint64(mark.id)))


def published_log10_p(samples: np.ndarray) -> float:
    """Return what the detector with the published key alone says of a clip, but for other tempos and pitches."""
    return _published().detect(Signal.mono(np.clip(samples, -1, 1), RATE_HZ), warps=False).log10_p


@cache
def _published() -> Detector:
    return Detector(keys().public)


def embed(samples: np.ndarray, mark: Mark, *, key: int = 0, strength: str = "standard") -> np.ndarray:
    """Return ``samples`` marked, as a file of 16 bits has them."""
    marker, permit = _marker(key, strength)
    marked = marker.embed(Signal.mono(samples, RATE_HZ), mark, permit, Action.MARK).signal.samples[0]
    return np.round(marked * 32767).astype(np.float32) / 32767


@cache
def keys(number: int = 0) -> MarkKeys:
    return MarkKeys.derive(f"operator {number} of the benchmarks of the mark".encode())


def mark_of(number: int) -> Mark:
    return Mark(int(np.random.default_rng([7, number]).integers(1 << 64, dtype=np.uint64)))


@cache
def _issued() -> np.ndarray:
    return np.random.default_rng(2026).integers(1 << 64, size=ISSUED, dtype=np.uint64)


@cache
def _marker(number: int, strength: str) -> tuple[Marker, Permit]:
    gate, permit = permitted()
    return Marker(keys(number), gate, strength=PROFILES[strength]), permit


def permitted() -> tuple[Gate, Permit]:
    """Return a gate and a permit for it, good for this run."""
    key = Ed25519PrivateKey.generate()
    permit = Permit(
        permit_id=PermitId("prm_aaaaaaaaaaaaaaaa"),
        grant_id=GrantId("grt_aaaaaaaaaaaaaaaa"),
        grant_version=1,
        speaker=SpeakerId("spk_aaaaaaaaaaaaaaaa"),
        epoch=1,
        voice="voi_aaaaaaaaaaaaaaaa",
        action=Action.MARK,
        licensee="benchmark",
        purpose="benchmark",
        text_commitment="00",
        engine_digest="00",
        voice_digest="00",
        ceiling_ms=10**9,
        expires="2999-01-01T00:00:00.000Z",
        nonce="00",
    ).signed(key)
    return Gate(key.public_key().public_bytes_raw(), lambda _speaker: 1), permit
