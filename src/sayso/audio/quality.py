"""Quality: what a listener would say of a recording, by DNSMOS P.835."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.errors import EmptyAudio
from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.models.quality_network import quality_in_whole_numbers, quality_of

_RATE: Final = 16_000
_WINDOW: Final = 144_160  # 9.01 s
_MAX_WINDOWS: Final = 8
_BRIEF: Final = 72_000  # 4.5 s
_RISE: Final = (0.085, 0.065, 0.1)
"""By how much the scores rise where e times as much is heard: by 153 clips of 1 to 9 s, half of them in noise."""

# Reddy, Gopal, Cutler: DNSMOS P.835 (ICASSP 2022); the fit published with the model, highest power first.
OVERALL_FIT: Final = (-0.06766283, 1.11546468, 0.04602535)
"""Turns what the network tells of both speech and noise into the overall score; highest power first."""

_FIT: Final = ((-0.08397278, 1.22083953, 0.0052439), (-0.13166888, 1.60915514, -0.39604546), OVERALL_FIT)


@dataclass(frozen=True, slots=True)
class Dnsmos:
    """Mean opinion scores, about 1 (bad) to 5 (excellent): the speech, the background, both together."""

    sig: float
    bak: float
    ovr: float


def dnsmos(signal: Signal, *, at_most: int = _MAX_WINDOWS) -> Dnsmos:
    """Return the DNSMOS P.835 scores of ``signal``; raise `EmptyAudio` for no samples. Deterministic.

    The mean of the channels at 16,000 Hz, repeated until it fills 9.01 s, is scored in windows of 9.01 s and the scores
    averaged, as published, but for the hop: instead of one window a second, as many as cover the signal once are laid
    evenly over it, ``at_most`` so many. A signal of up to 10 s gets the very score of the published procedure.
    """
    if signal.num_samples == 0:
        raise EmptyAudio
    return _mean([quality_of(window) for window in _windows(resample(signal, _RATE).mixed(), at_most)])


def dnsmos_brief(signal: Signal, *, at_most: int = _MAX_WINDOWS) -> Dnsmos:
    """Return about what `dnsmos` does, in half its time, and down to a quarter for under 9 s; for many clips.

    It is heard once, and repeated until it fills 4.5 s, not 9.01 s, by the network in whole numbers. Repetitions fall
    on other frames of the network, and the more there are, the higher its scores: that is made up for. The overall
    score then is nearly as sure as that of `dnsmos`, which differs by 0.07 when another moment of the clip is put first
    (docs/measurements.md). The memory of the network is kept for the next call. Raise `EmptyAudio` for no samples.
    Deterministic.
    """
    if signal.num_samples == 0:
        raise EmptyAudio
    samples = resample(signal, _RATE).mixed()
    if samples.size >= _WINDOW:
        return _mean([quality_in_whole_numbers(window) for window in _windows(samples, at_most)])
    if samples.size < _BRIEF:
        samples = np.tile(samples, -(-_BRIEF // samples.size))[:_BRIEF]
    told = _mean([quality_in_whole_numbers(samples)])
    more = _more(samples.size)
    return Dnsmos(*(score + more * rise for score, rise in zip((told.sig, told.bak, told.ovr), _RISE, strict=True)))


def risen(overall: float, count: int) -> float:
    """Return what an ``overall`` score of ``count`` samples, heard once, would be in 9.01 s."""
    return overall + _more(count) * _RISE[2]


def _more(count: int) -> float:
    return float(np.log(_WINDOW / count))


def _mean(raw: list[NDArray[np.float32]]) -> Dnsmos:
    scores = np.mean([[np.polyval(fit, value) for fit, value in zip(_FIT, row, strict=True)] for row in raw], axis=0)
    return Dnsmos(*(float(score) for score in scores))


def _windows(samples: NDArray[np.float32], at_most: int) -> list[NDArray[np.float32]]:
    if samples.size < _WINDOW:
        samples = np.tile(samples, -(-_WINDOW // samples.size))
        # Doubled until it is long enough, the published procedure scores the first window only.
        return [samples[:_WINDOW]]
    count = min(max(1, round(samples.size / _WINDOW)), at_most)
    last = samples.size - _WINDOW if count > 1 else 0
    return [samples[start : start + _WINDOW] for start in np.linspace(0, last, count).round().astype(int).tolist()]
