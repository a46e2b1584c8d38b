"""By how much room, microphone and noise change within a recording, and where; or from one recording to another.

Each second and a half is told by the levels of 20 bands at six quantiles of its frames: the low ones are noise and
room, the high ones the voice through the microphone. The step from the one to the next at every quarter of a second is
held against the steps within one take and those between two: a ratio of likelihoods along the few directions that tell
them apart (a linear discriminant; Fisher, 1936), trained by benchmarks/enrollment/captured.py.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso import models

MODEL: Final = "one-capture"
SAMPLE_RATE: Final = 16_000

_FFT, _HOP = 512, 160
BANDS: Final = 20
_LOWEST_HZ: Final = 80.0
_HIGHEST_HZ: Final = 7_900.0
QUANTILES: Final = (0.05, 0.15, 0.3, 0.5, 0.7, 0.9)
_SPAN: Final = 150  # frames of 10 ms
_STEP: Final = 25
_SILENT: Final = 1e-9
_DEPTH_DB: Final = 60.0
"""How far below its loud frames a band is heard: what a gate makes of silence below it is no channel."""
_QUIET_DB: Final = 25.0
"""How far below the loud frames speech begins and ends: silence before and after it is not looked at."""

FAR: Final = 4.0
"""Standard deviations beyond which a step counts no more: a cough in a pause decides nothing alone."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class ChannelModel:
    """``directions`` (numbers, few) and along each the variance ``within`` one take and ``between`` two (few,)."""

    directions: Floats
    within: Floats
    between: Floats

    def scores(self, steps: Floats) -> Floats:
        """Return for each of ``steps`` (n, numbers) the log of how much likelier it is between two takes: (n,)."""
        apart = np.clip((steps @ self.directions) / np.sqrt(self.within), -FAR, FAR)
        gains = apart**2 * (1 - self.within / self.between) - np.log(self.between / self.within)
        return np.asarray(gains.sum(axis=1) / 2, np.float32)


def largest_step(samples: Floats) -> tuple[float, float] | None:
    """Return the highest score of a step in ``samples`` (n,), 16 kHz, and where it is in seconds.

    None where there are less than three seconds from the first to the last speech.
    """
    steps, places_s = channel_steps(samples)
    if not len(steps):
        return None
    scores = model().scores(steps)
    at = int(np.argmax(scores))
    return float(scores[at]), float(places_s[at])


def between(one: Floats, other: Floats) -> float | None:
    """Return the score of the step from the recording ``one`` (n,) to the ``other``, 16 kHz, each told as a whole.

    None where either has less than a second and a half from the first to the last speech.
    """
    first, second = (_spoken(samples)[0] for samples in (one, other))
    if min(len(first), len(second)) < _SPAN:
        return None
    step = (_quantiles(second.T) - _quantiles(first.T)).T  # quantiles first, as in the steps of a recording
    return float(model().scores(step.reshape(1, -1))[0])


def channel_steps(samples: Floats) -> tuple[Floats, Floats]:
    """Return the steps (n, `BANDS` * quantiles) of ``samples`` in dB, and where each is in seconds (n,)."""
    level, start = _spoken(samples)
    if len(level) < 2 * _SPAN:
        return np.zeros((0, BANDS * len(QUANTILES)), np.float32), np.zeros(0, np.float32)
    spans = np.lib.stride_tricks.sliding_window_view(level, _SPAN, axis=0)[::_STEP]
    told = _quantiles(spans).transpose(0, 2, 1).reshape(len(spans), -1)
    lag = _SPAN // _STEP
    steps = told[lag:] - told[:-lag]
    places_s = (np.arange(len(steps)) * _STEP + _SPAN + start) * (_HOP / SAMPLE_RATE)
    return steps, places_s.astype(np.float32)


def _quantiles(levels: Floats) -> Floats:
    """Return the `QUANTILES` of levels (..., frames) as they lie among them: (..., quantiles)."""
    places = [int(one * levels.shape[-1]) for one in QUANTILES]
    return np.asarray(np.partition(levels, places, axis=-1)[..., places], np.float32)


def _spoken(samples: Floats) -> tuple[Floats, int]:
    """Return the levels from the first to the last speech (frames, bands), none of too little, and the first frame."""
    if len(samples) < _SPAN * _HOP:
        return np.zeros((0, BANDS), np.float32), 0
    level = _levels(samples)
    spoken = np.flatnonzero(level.max(axis=1) > np.quantile(level.max(axis=1), 0.95) - _QUIET_DB)
    return level[spoken[0] : spoken[-1] + 1], int(spoken[0])


def _levels(samples: Floats) -> Floats:
    """Return the level of each band in dB, a frame each 10 ms (frames, bands), not below `_DEPTH_DB`."""
    frames = np.lib.stride_tricks.sliding_window_view(np.asarray(samples, np.float32), _FFT)[::_HOP]
    spectrum = np.fft.rfft(frames * np.hanning(_FFT).astype(np.float32), axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    edges = _edges()
    bands = np.add.reduceat(power, edges[:-1], axis=1) / np.diff(edges)
    level = (10 * np.log10(bands + _SILENT)).astype(np.float32)
    return np.asarray(np.maximum(level, np.quantile(level, 0.95, axis=0) - _DEPTH_DB), np.float32)


@cache
def _edges() -> NDArray[np.intp]:
    """Return the bins between which bands lie, evenly spaced in mels (O'Shaughnessy, 1987)."""
    lowest, highest = (2595 * np.log10(1 + hz / 700) for hz in (_LOWEST_HZ, _HIGHEST_HZ))
    hz = 700 * (10 ** (np.linspace(lowest, highest, BANDS + 1) / 2595) - 1)
    return np.round(hz * _FFT / SAMPLE_RATE).astype(np.intp)


@cache
def model() -> ChannelModel:
    """Return the model that was trained."""
    with np.load(io.BytesIO(models.weights(MODEL)), allow_pickle=False) as file:
        return ChannelModel(*(file[name] for name in ("directions", "within", "between")))
