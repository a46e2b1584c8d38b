"""Cleaning: a segment is kept as it is, repaired where that measures better, or rejected, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sayso.audio.container import Container
from sayso.audio.encode import encode
from sayso.audio.quality import dnsmos
from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.errors import Invalid, SaysoError
from sayso.recognition.registry import recogniser
from sayso.restoration.repair import restore
from sayso.voices.campplus import embed_speech, embed_voice

VERSION: Final = 1

_REPAIR_BELOW: Final = 3.2
"""The DNSMOS overall score below which a repair is tried."""

_LEAST_OVRL: Final = 2.7
"""The score that a segment needs, after repair. Fixed before anything was judged with it: people on poorer microphones
are repaired and let in, where a bar of 3.0 on the sound as it came would drop them (docs/corpus.md)."""

_LEAST_SNR_DB: Final = 5.0
_MOST_CLIPPED: Final = 0.01
_LEAST_BANDWIDTH_HZ: Final = 2_500.0
_HEARD_S: Final = 6.0
_SCORED: Final = 3
"""Windows of 9 s that are scored, as in a repair, which takes the score over; segments have two at most."""

_RATE: Final = 16_000


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
        return _kept(signal, "kept", [], None, how, language)
    score = dnsmos(signal, at_most=_SCORED)
    if score.ovr >= _REPAIR_BELOW and not _mendable(told):
        return _kept(signal, "kept", [], score.ovr, how, language)
    done = restore(signal, identity=embed_voice, scored=score)
    if done.after.ovr < _LEAST_OVRL:
        tried = [f"repair-tried:{name}" for name in (*done.repaired, *done.refused)]
        return Cleaned({"decision": "rejected", "reasons": ["quality", *tried], "ovrl": round(done.after.ovr, 3)}, None)
    if not done.steps:
        return _kept(signal, "kept", [], done.after.ovr, how, language)
    steps = [f"repaired:{name}" for name in done.repaired]
    return _kept(done.signal, "repaired", steps, done.after.ovr, how, language)


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
    signal: Signal, decision: str, reasons: list[str], score: float | None, how: Cleaning, language: str
) -> Cleaned:
    record: dict[str, Any] = {
        "decision": decision,
        "reasons": reasons,
        "ovrl": None if score is None else round(score, 3),
        "embedding": _embedding(signal) if how.scores else None,
        "text": _text(signal, how.recogniser, language),
    }
    return Cleaned(record, encode(signal, Container.FLAC))


def _embedding(signal: Signal) -> list[float] | None:
    """Return the embedding of the middle six seconds: segments hold speech only, and more tells little more."""
    low = resample(signal, _RATE).mixed()
    size = round(_HEARD_S * _RATE)
    first = max(0, (low.size - size) // 2)
    try:
        return [round(value, 6) for value in embed_speech(low[first : first + size]).tolist()]
    except SaysoError:
        return None


def _text(signal: Signal, name: str, language: str) -> str:
    if not name:
        return ""
    heard = recogniser(name).hear(signal, language[:2] or "en")
    return " ".join(word.word.strip() for word in heard.words)
