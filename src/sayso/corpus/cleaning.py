"""Cleaning: a segment is kept as it is, repaired where that measures better, or rejected, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.container import Container
from sayso.audio.encode import encode
from sayso.audio.quality import Dnsmos, dnsmos, dnsmos_brief
from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.errors import Invalid, SaysoError
from sayso.recognition.registry import recogniser
from sayso.restoration.repair import restore
from sayso.voices.campplus import embed_speech
from sayso.voices.embedding import Embedding

VERSION: Final = 3

_REPAIR_BELOW: Final = 3.2
"""The DNSMOS overall score below which a repair is tried."""

_LEAST_OVRL: Final = 2.7
"""The score that a segment needs, after repair. Fixed before anything was judged with it: people on poorer microphones
are repaired and let in, where a bar of 3.0 on the sound as it came would drop them (docs/corpus.md)."""

_LEAST_SNR_DB: Final = 5.0
_MOST_CLIPPED: Final = 0.01
_LEAST_BANDWIDTH_HZ: Final = 2_500.0
_OPEN: Final = 0.1
"""So near the least score a segment is scored as published, which takes two to four times as long: a brief score is
nearly as sure, but what hangs in the balance is decided by the one that others use."""

_ENHANCER: Final = "hush"  # a third of the time of the duet, which makes a recording sound a little better
_HEARD_S: Final = 6.0
_LEAST_HEARD_S: Final = 0.5

_RATE: Final = 16_000

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Cleaning:
    """How much is done: scores and repair (the tier ``clean``) or not (``catalogue``), and a recogniser's name."""

    scores: bool = True
    recogniser: str = ""

    def version(self) -> str:
        """Return the version of the stage: what it makes depends on nothing else."""
        return f"{VERSION}{'s' if self.scores else 'c'}{self.recogniser}"


class TierInvalid(Invalid):
    """The tier is none of clean and catalogue."""


def wanted(tier: str, recogniser_name: str = "") -> Cleaning:
    """Return what a tier does; raise `TierInvalid`."""
    if tier not in {"clean", "catalogue"}:
        raise TierInvalid(f"tier: got {tier[:20]!r}, expected clean or catalogue")
    return Cleaning(tier == "clean", recogniser_name)


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """What became of a segment: its record, and its sound where it stays."""

    record: dict[str, Any]
    sound: bytes | None


def cleaned(signal: Signal, told: dict[str, Any], how: Cleaning, language: str = "") -> Cleaned:
    """Return what becomes of the segment ``signal``, mono, of which the measures ``told`` are known."""
    reasons = _hopeless(told, signal.duration_s)
    if reasons:
        return Cleaned({"decision": "rejected", "reasons": reasons, "ovrl": None}, None)
    if not how.scores:
        return _kept(signal, "kept", [], None, how, language, None)
    voice = SegmentVoice(signal, told["spoken"])
    score = dnsmos_brief(signal)
    if score.ovr >= _REPAIR_BELOW and not _mendable(told):
        return _kept(signal, "kept", [], score.ovr, how, language, voice)
    done = restore(signal, identity=voice, scored=score, scoring=dnsmos_brief, enhancer=_ENHANCER)
    overall = _settled(done.signal, done.after)
    if overall < _LEAST_OVRL:
        tried = [f"repair-tried:{name}" for name in (*done.repaired, *done.refused)]
        return Cleaned({"decision": "rejected", "reasons": ["quality", *tried], "ovrl": round(overall, 3)}, None)
    steps = [f"repaired:{name}" for name in done.repaired]
    return _kept(done.signal, "repaired" if steps else "kept", steps, overall, how, language, voice)


def _settled(signal: Signal, score: Dnsmos) -> float:
    """Return the overall score, by the published procedure where it is near the one that decides."""
    return dnsmos(signal).ovr if abs(score.ovr - _LEAST_OVRL) < _OPEN else score.ovr


def _hopeless(told: dict[str, Any], seconds: float) -> list[str]:
    """Return for which reasons no repair is worth trying."""
    snr, bandwidth = told["snr"], told["bandwidth"]
    found = {
        "too-short": seconds < 1.0,
        "too-noisy": snr is not None and snr < -_LEAST_SNR_DB,
        "too-narrow": bandwidth is not None and bandwidth < _LEAST_BANDWIDTH_HZ,
        "clipped": (told["clipped"] or 0.0) > 10 * _MOST_CLIPPED,
    }
    return [name for name, holds in found.items() if holds]


def _mendable(told: dict[str, Any]) -> bool:
    hum = told["hum"] is not None and told["hum"] > -45.0
    return hum or (told["clipped"] or 0.0) > 1e-4


def _kept(  # noqa: PLR0917 - one record
    signal: Signal,
    decision: str,
    reasons: list[str],
    score: float | None,
    how: Cleaning,
    language: str,
    voice: SegmentVoice | None,
) -> Cleaned:
    record: dict[str, Any] = {
        "decision": decision,
        "reasons": reasons,
        "ovrl": None if score is None else round(score, 3),
        "embedding": None if voice is None else voice.told(signal),
        "text": _text(signal, how.recogniser, language),
    }
    return Cleaned(record, encode(signal, Container.FLAC))


class SegmentVoice:
    """Embeds the forms of one segment, each of them once: the middle six seconds of its speech.

    Where it is speech was found when it was measured; every form of the segment is heard in the same places.
    """

    def __init__(self, signal: Signal, spoken: Sequence[Sequence[int]]) -> None:
        """``spoken`` tells where somebody speaks in ``signal``: starts and ends in milliseconds."""
        self._length = signal.num_samples
        self._spoken = [(start * _RATE // 1000, end * _RATE // 1000) for start, end in spoken]
        self._known: dict[bytes, Embedding] = {}

    def __call__(self, signal: Signal) -> Embedding:
        """Return the embedding of a form of the segment, or of a part of one; raise `NoVoiceInside`."""
        low = resample(signal, _RATE).mixed()
        key = low.tobytes()
        if key not in self._known:
            self._known[key] = embed_speech(_middle(self._speech(low) if signal.num_samples == self._length else low))
        return self._known[key]

    def _speech(self, low: Floats) -> Floats:
        speech = np.concatenate([low[:0], *(low[start:end] for start, end in self._spoken)])
        return speech if speech.size >= _LEAST_HEARD_S * _RATE else low

    def told(self, signal: Signal) -> list[float] | None:
        """Return the embedding as a record holds it; None where there is too little voice."""
        try:
            return [round(value, 6) for value in self(signal).tolist()]
        except SaysoError:
            return None


def _middle(samples: Floats) -> Floats:
    size = round(_HEARD_S * _RATE)
    first = max(0, (samples.size - size) // 2)
    return samples[first : first + size]


def _text(signal: Signal, name: str, language: str) -> str:
    if not name:
        return ""
    heard = recogniser(name).hear(signal, language[:2] or "en")
    return " ".join(word.word.strip() for word in heard.words)
