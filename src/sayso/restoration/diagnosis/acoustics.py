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
