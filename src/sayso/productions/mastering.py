"""Mastering: the levels of a chapter, and the report that is measured on the decoded file, rule by rule.

ACX: RMS -23 to -18 dB, peak at most -3 dB, noise floor at most -60 dB, room tone of 0.5 to 1 s at the head and 1 to 5 s
at the tail (help.acx.com, submission requirements). Podcasts: -19 LUFS in mono, true peak at most -1 dB (AES TD1008).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.loudness import integrated_loudness, true_peak_dbtp
from sayso.audio.mastering import noise_floor_dbfs, peak_dbfs, rms_dbfs
from sayso.audio.signal import Signal
from sayso.errors import Invalid

_COMMON_LUFS: Final = -20.0
"""The loudness that every voice is brought to before a chapter is brought to its target."""

_MOST_GAIN_DB: Final = 24.0
_SHARP_DB: Final = 3.0
"""Above its voice: hiss of ordinary recordings, read and synthetic, seldom comes so high (docs/measurements.md)."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a kind of delivery asks for: levels in dB, lengths in seconds; a loudness of None is not asked for."""

    name: str
    rms_dbfs: float | None
    loudness_lufs: float | None
    ceiling_dbfs: float
    tone_dbfs: float = -68.0
    head_s: float = 0.75
    tail_s: float = 2.0
    sample_rate: int = 44_100
    bit_rate: int = 192_000


ACX: Final = Target("acx", rms_dbfs=-20.5, loudness_lufs=None, ceiling_dbfs=-4.0)
PODCAST: Final = Target("podcast", rms_dbfs=None, loudness_lufs=-19.0, ceiling_dbfs=-2.5)
TARGETS: Final[Mapping[str, Target]] = {target.name: target for target in (ACX, PODCAST)}


def target_named(name: str) -> Target:
    """Return the target of this name; raise `Invalid`."""
    if name not in TARGETS:
        raise Invalid(f"target: got {name[:40]!r}, expected one of {', '.join(TARGETS)}")
    return TARGETS[name]


@dataclass(frozen=True, slots=True)
class LevelRule:
    """One rule, what was measured, and whether it holds."""

    name: str
    value: float
    least: float | None
    most: float | None

    @property
    def holds(self) -> bool:
        """Return whether the value lies within the bounds."""
        above = self.least is None or self.value >= self.least
        return above and (self.most is None or self.value <= self.most)


def voice_gains(spoken: Mapping[str, Sequence[Signal]]) -> dict[str, float]:
    """Return the gain (dB) of each voice that brings all its lines together to one loudness."""
    return {voice: _gain(_COMMON_LUFS - _loudness(signals)) for voice, signals in spoken.items()}


def most_hiss_dbfs(gain_db: float) -> float:
    """Return the level at which hiss is sharp, for a voice that ``gain_db`` brings to the common loudness."""
    return _COMMON_LUFS + _SHARP_DB - gain_db


def trim(signals: Sequence[tuple[Signal, float]], num_samples: int, target: Target) -> float:
    """Return the gain (dB) that brings signals with gains of their own, in ``num_samples`` in all, to the target."""
    if target.rms_dbfs is None:
        return 0.0 if target.loudness_lufs is None else target.loudness_lufs - _COMMON_LUFS
    power = sum(
        10 ** (gain / 10) * float(np.sum(np.square(signal.mixed(), dtype=np.float64))) for signal, gain in signals
    )
    return _gain(target.rms_dbfs - 10 * math.log10(power / num_samples)) if power > 0 else 0.0


def missed_by(mixed: Signal, target: Target) -> float:
    """Return how much louder a chapter is to be, in dB, where its target asks for a loudness; 0 where it does not."""
    if target.loudness_lufs is None:
        return 0.0
    found = integrated_loudness(mixed)
    return round(target.loudness_lufs - found, 3) if math.isfinite(found) else 0.0


def rules(decoded: Signal, target: Target) -> tuple[LevelRule, ...]:
    """Return every rule of the target, measured on the file as a listener's player decodes it."""
    samples = decoded.mixed()
    found = [LevelRule("noise floor, dBFS", _rounded(noise_floor_dbfs(samples, decoded.sample_rate)), None, -60.0)]
    if target.rms_dbfs is not None:
        found += [
            LevelRule("RMS, dBFS", _rounded(rms_dbfs(samples)), -23.0, -18.0),
            LevelRule("peak, dBFS", _rounded(peak_dbfs(samples)), None, -3.0),
            LevelRule("true peak, dBTP", _rounded(true_peak_dbtp(decoded)), None, -3.0),
        ]
    if target.loudness_lufs is not None:
        low, high = target.loudness_lufs - 0.5, target.loudness_lufs + 0.5
        found += [
            LevelRule("loudness, LUFS", _rounded(integrated_loudness(decoded)), low, high),
            LevelRule("true peak, dBTP", _rounded(true_peak_dbtp(decoded)), None, -1.0),
        ]
    head, tail = _quiet(samples, decoded.sample_rate)
    return (
        *found,
        LevelRule("room tone at the head, s", head, 0.5, 1.0),
        LevelRule("room tone at the tail, s", tail, 1.0, 5.0),
    )


def _quiet(samples: NDArray[np.float32], sample_rate: int) -> tuple[float, float]:
    """Return the seconds before the first and after the last sound above -50 dBFS."""
    limit = 10 ** (-50 / 20)
    loud = (samples > limit) | (samples < -limit)
    if not loud.any():
        return samples.size / sample_rate, samples.size / sample_rate
    return round(int(loud.argmax()) / sample_rate, 3), round(int(loud[::-1].argmax()) / sample_rate, 3)


def _loudness(signals: Sequence[Signal]) -> float:
    samples = np.concatenate([signal.mixed() for signal in signals])
    found = integrated_loudness(Signal.mono(samples, signals[0].sample_rate))
    return found if math.isfinite(found) else _COMMON_LUFS


def _gain(gain_db: float) -> float:
    return round(min(_MOST_GAIN_DB, max(-_MOST_GAIN_DB, gain_db)), 3)


def _rounded(value: float) -> float:
    return round(float(value), 2) if math.isfinite(value) else -200.0
