"""What the network of acoustics tells, as findings: noise, reverberation time, clarity, direct sound."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.restoration.diagnosis.acoustics import STEP_S, TOLD, Acoustics
from sayso.restoration.diagnosis.finding import Finding, places_of

_NOISY_DB: Final = 20.0
_LIVE_S: Final = 0.6
_UNCLEAR_DB: Final = 8.0
_FAR_DB: Final = -3.0
_OVER_S: Final = 2.0  # a moment is judged by what is around it
_GAP_S: Final = 1.0

_LIKELY: Final = {"snr_db": 3.0, "rt60_s": 0.12, "c50_db": 3.0, "drr_db": 3.0}
"""The errors at which a value counts as half sure."""


def room_findings(told: Acoustics, speech: NDArray[np.float32]) -> tuple[Finding, ...]:
    """Return noise, reverberation time, C50 and DRR; nothing can be told of them where nobody speaks.

    ``speech`` is the probability of speech over the same time, at any steps.
    """
    weights = _weights(speech, len(told.values))
    if weights.sum() < 1.0 / STEP_S * 0.3:
        return tuple(Finding(name, None, unit, 0.0) for name, unit in _NAMES)
    values = weights @ told.values / weights.sum()
    errors = weights @ told.errors / weights.sum()
    sure = {name: float(0.5 ** (errors[place] / _LIKELY[name])) for place, name in enumerate(TOLD)}
    snr, rt60, c50, drr = (float(value) for value in values)
    noisy = _places(told.values[:, 0] < _NOISY_DB)
    unclear = _places(told.values[:, 2] < _UNCLEAR_DB)
    return (
        Finding("snr", snr, "dB", sure["snr_db"], noisy if snr < _NOISY_DB else (), is_fault=snr < _NOISY_DB),
        Finding("rt60", max(rt60, 0.05), "s", sure["rt60_s"], is_fault=rt60 > _LIVE_S and c50 < 2 * _UNCLEAR_DB),
        Finding("c50", c50, "dB", sure["c50_db"], unclear if c50 < _UNCLEAR_DB else (), is_fault=c50 < _UNCLEAR_DB),
        Finding("drr", drr, "dB", sure["drr_db"], is_fault=drr < _FAR_DB),
    )


_NAMES: Final = (("snr", "dB"), ("rt60", "s"), ("c50", "dB"), ("drr", "dB"))


def _weights(speech: NDArray[np.float32], count: int) -> NDArray[np.float64]:
    if not speech.size or not count:
        return np.zeros(count)
    at = np.minimum(np.arange(count) * speech.size // count, speech.size - 1)
    width = max(1, round(1.0 / STEP_S))  # the tail of a word tells of the room, the pause after it of the noise
    near = np.convolve(speech[at] >= 0.5, np.ones(width), mode="same") > 0
    return near.astype(np.float64)


def _places(holds: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    width = max(1, round(_OVER_S / STEP_S))
    mostly = np.convolve(holds, np.ones(width) / width, mode="same") > 0.5
    return places_of(mostly[: holds.size], STEP_S, gap_s=_GAP_S)
