"""Noise and room, told from the speech alone by a small network.

The network (trained by tools/models/train_acoustics.py on simulated rooms and noises) hears log-mel bands and tells
every 64 ms the ratio of speech to noise, the reverberation time, the clarity C50 and the ratio of direct to
reverberant sound (ISO 3382-1), each with the scale of a Laplace distribution for its error; after Lavechin et
al., "Brouhaha", ASRU 2023.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.models import session
from sayso.restoration.diagnosis.finding import Finding, places_of

RATE: Final = 16_000
HOP: Final = 256
FRAME: Final = 512
BANDS: Final = 40
STRIDE: Final = 4
STEP_S: Final = STRIDE * HOP / RATE
"""Seconds between two values of the network."""

WINDOW_S: Final = 10.24
TOLD: Final = ("snr_db", "rt60_s", "c50_db", "drr_db")
CENTRES: Final = (12.0, 0.5, 12.0, 3.0)
SCALES: Final = (12.0, 0.3, 10.0, 8.0)

_NOISY_DB: Final = 20.0
_LIVE_S: Final = 0.6
_UNCLEAR_DB: Final = 8.0
_FAR_DB: Final = -3.0
_OVER_S: Final = 2.0  # a moment is judged by what is around it
_GAP_S: Final = 1.0

_QUIET_PERCENT: Final = 10
_SMOOTH: Final = 5  # frames: pauses, not the ends of words
_LEAST_FRAMES: Final = 16  # a quarter of a second
_FIRST_BIN: Final = 2  # a constant offset is another fault

_LIKELY: Final = {"snr_db": 3.0, "rt60_s": 0.12, "c50_db": 3.0, "drr_db": 3.0}
"""The errors at which a value counts as half sure."""

_NAMES: Final = (("snr", "dB"), ("rt60", "s"), ("c50", "dB"), ("drr", "dB"))

_FLOOR: Final = 1e-9
_LOWEST_HZ: Final = 60.0

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Acoustics:
    """What the network tells each 64 ms: ``values`` and likely ``errors``, both (frames, 4) in the order of `TOLD`."""

    values: Floats
    errors: Floats


def acoustics(power: Floats) -> Acoustics:
    """Return what the network tells of a sound by its ``power``, shape (frames, bins), of 32 ms each 16 ms."""
    told = [_told(window) for window in _windows(power)]
    return Acoustics(np.concatenate([values for values, _ in told]), np.concatenate([errors for _, errors in told]))


def bands(power: Floats) -> Floats:
    """Return log power in `BANDS` mel bands for each frame of ``power``, the mean over all taken off."""
    peak = max(float(power.max(initial=0.0)), 1e-12)
    logs = np.log(power @ _filters() + np.float32(_FLOOR * peak))
    return np.asarray((logs - logs.mean()) / 3.0, np.float32)


@cache
def _filters() -> Floats:
    """Return triangular mel filters, shape (bins, bands)."""
    mel = np.linspace(_mel(_LOWEST_HZ), _mel(RATE / 2), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    at = np.fft.rfftfreq(FRAME, 1 / RATE)[:, None]
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    filters = np.clip(np.minimum(rising, falling), 0, None)
    return np.asarray(filters / np.maximum(filters.sum(axis=0), 1e-9), np.float32)


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))


def _windows(power: Floats) -> Iterator[Floats]:
    count = max(1, round(len(power) * HOP / RATE / WINDOW_S))
    for window in np.array_split(power, count):
        lacking = max(0, 2 * STRIDE - len(window))
        yield np.pad(window, ((0, lacking), (0, 0)))


def _told(window: Floats) -> tuple[Floats, Floats]:
    made = session("acoustics").run(None, {"bands": bands(window).T[None, None]})[0][0]
    scales = np.array(SCALES, np.float32)
    values = made[: len(TOLD)].T * scales + np.array(CENTRES, np.float32)
    errors = np.exp(np.clip(made[len(TOLD) :].T, -5, 2)) * scales
    return np.asarray(values, np.float32), np.asarray(errors, np.float32)


def room_findings(power: Floats, speech: NDArray[np.float32]) -> tuple[Finding, ...]:
    """Return noise, reverberation time, C50 and DRR by ``power``, as `acoustics` hears it; none where nobody speaks.

    ``speech`` is the probability of speech over the same time, at any steps. The network hears little of noise that
    lies deep below the voice, so the ratio is at most that of speech to the quietest tenth of the time.
    """
    told = acoustics(power)
    weights = _weights(speech, len(told.values))
    if weights.sum() < 1.0 / STEP_S * 0.3:
        return tuple(Finding(name, None, unit, 0.0) for name, unit in _NAMES)
    values = weights @ told.values / weights.sum()
    errors = weights @ told.errors / weights.sum()
    sure = {name: float(0.5 ** (errors[place] / _LIKELY[name])) for place, name in enumerate(TOLD)}
    snr, rt60, c50, drr = (float(value) for value in values)
    snr = min(snr, _above_floor_db(power, speech))
    noisy = _places(told.values[:, 0] < _NOISY_DB)
    unclear = _places(told.values[:, 2] < _UNCLEAR_DB)
    return (
        Finding("snr", snr, "dB", sure["snr_db"], noisy if snr < _NOISY_DB else (), is_fault=snr < _NOISY_DB),
        Finding("rt60", max(rt60, 0.05), "s", sure["rt60_s"], is_fault=rt60 > _LIVE_S and c50 < 2 * _UNCLEAR_DB),
        Finding("c50", c50, "dB", sure["c50_db"], unclear if c50 < _UNCLEAR_DB else (), is_fault=c50 < _UNCLEAR_DB),
        Finding("drr", drr, "dB", sure["drr_db"], is_fault=drr < _FAR_DB),
    )


def _above_floor_db(power: Floats, speech: NDArray[np.float32]) -> float:
    """Return by how much speech is above the quietest tenth of the time; infinity where there is too little of it."""
    levels = power[:, _FIRST_BIN:].sum(axis=1)
    at = np.minimum(np.arange(levels.size) * speech.size // max(levels.size, 1), speech.size - 1)
    spoken = levels[speech[at] >= 0.5]
    if spoken.size < _LEAST_FRAMES:
        return float("inf")
    smooth = np.convolve(levels, np.full(_SMOOTH, 1 / _SMOOTH), mode="valid")
    floor = max(float(np.percentile(smooth, _QUIET_PERCENT)), 1e-12)
    return float(10 * np.log10(max(float(spoken.mean()) / floor - 1, 1e-3)))


def _weights(speech: NDArray[np.float32], count: int) -> NDArray[np.float64]:
    if not speech.size or not count:
        return np.zeros(count)
    at = np.minimum(np.arange(count) * speech.size // count, speech.size - 1)
    width = max(1, round(1.0 / STEP_S))  # the tail of a word tells of the room, the pause after it of the noise
    near = np.convolve(speech[at] >= 0.5, np.ones(width))[width // 2 :][:count] > 0
    return near.astype(np.float64)


def _places(holds: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    width = max(1, round(_OVER_S / STEP_S))
    mostly = np.convolve(holds, np.ones(width) / width, mode="same") > 0.5
    return places_of(mostly[: holds.size], STEP_S, gap_s=_GAP_S)
