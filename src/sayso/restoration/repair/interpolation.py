"""Clicks taken out: the samples that they hide, told from those around them.

Janssen, Veldhuis and Vries, "Adaptive interpolation of discrete-time signals that can be modeled as autoregressive
processes", IEEE Trans. ASSP 34, 1986: the missing samples are those that make the linear prediction error least.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal
from sayso.restoration.diagnosis.breaks import clicks_at

_ORDER: Final = 32
_FRAME_S: Final = 0.032
_ROUNDS: Final = 3
_MAX_SHARE: Final = 0.4
_CLICK_S: Final = 0.0008
_RIDGE: Final = 1e-6

Samples = NDArray[np.float64]
Marks = NDArray[np.bool_]


def declicked(signal: Signal) -> Signal:
    """Return ``signal`` without clicks: 0.8 ms around each told from the sound before and after."""
    reach = round(_CLICK_S * signal.sample_rate)
    made = []
    for channel in signal.samples:
        marks = np.zeros(channel.size, np.bool_)
        for place in clicks_at(channel, signal.sample_rate).tolist():
            marks[max(place - reach, 0) : place + reach] = True
        made.append(_filled(channel, marks, signal.sample_rate))
    return Signal(np.stack(made), signal.sample_rate)


def _filled(samples: NDArray[np.float32], missing: Marks, sample_rate: int) -> NDArray[np.float32]:
    """Return ``samples`` with those ``missing`` told from the rest."""
    whole = samples.astype(np.float64)
    for start, stop in _frames(missing, round(_FRAME_S * sample_rate)):
        frame, marks = whole[start:stop], missing[start:stop]
        if marks.mean() <= _MAX_SHARE:
            frame[marks] = _told(frame, marks)
    return whole.astype(np.float32)


def _frames(missing: Marks, size: int) -> Iterator[tuple[int, int]]:
    """Yield frames of about ``size`` that hold all that is missing, with sound before and after it."""
    at = np.flatnonzero(missing)
    place = 0
    while place < at.size:
        first = int(at[place])
        inside = int(np.searchsorted(at, first + size // 2))
        yield max(first - size // 4, 0), min(int(at[inside - 1]) + size // 4 + 1, missing.size)
        place = inside


def _told(frame: Samples, marks: Marks) -> Samples:
    guess = frame.copy()
    guess[marks] = np.interp(np.flatnonzero(marks), np.flatnonzero(~marks), frame[~marks])
    for _ in range(_ROUNDS):
        guess[marks] = _least(guess, marks, _predictor(guess))
    limit = 2 * float(np.abs(frame[~marks]).max(initial=0.0))
    return np.clip(guess[marks], -limit, limit)


def _predictor(frame: Samples) -> Samples:
    """Return the coefficients (1, a1, ...) of linear prediction, by the method of autocorrelation."""
    from scipy.linalg import solve_toeplitz  # noqa: PLC0415 - slow to import

    order = min(_ORDER, frame.size // 4)
    lags = np.correlate(frame, frame, "full")[frame.size - 1 : frame.size + order]
    lags = lags + np.concatenate([[lags[0] * _RIDGE + 1e-12], np.zeros(order)])
    return np.concatenate([[1.0], -solve_toeplitz(lags[:-1], lags[1:])])


def _least(frame: Samples, marks: Marks, predictor: Samples) -> Samples:
    """Return the missing samples that make the squared prediction error of ``frame`` least."""
    rows = np.lib.stride_tricks.sliding_window_view(np.eye(frame.size), predictor.size, axis=1)
    matrix = (rows @ predictor[::-1]).T
    unknown = matrix[:, marks]
    error = matrix[:, ~marks] @ frame[~marks]
    return np.asarray(np.linalg.lstsq(unknown, -error, rcond=None)[0], np.float64)
