"""Mending: clicks taken out of speech, and hiss that is louder than its voice turned down to it.

Clicks are bends of the wave that stand alone: over within a millisecond, with nothing like it near. The release of a
stop is followed by its hiss, and a glottal pulse by the next one: so each bend (third difference, which a voice has
little of) is held against the greatest of the 12 ms before it and of the 12 ms after it. What a click hides is told
from around it: Janssen, Veldhuis and Vries, "Adaptive interpolation of discrete-time signals that can be modeled as
autoregressive processes", IEEE Trans. ASSP 34, 1986.

Hiss of "s" and "sh" is what lies between 5 and 9 kHz. That band is taken out by a filter without phase and put back
quieter, block by block, only where it is too loud: everywhere else the samples stay as they are, and so does what is
below the band.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

_ALONE_S: Final = (0.0008, 0.012)
_ABOVE: Final = 9.0
_SMALLEST: Final = 0.01
_STILL: Final = 0.15
"""Of its greatest bend: what still belongs to a click; what is around it has less than a ninth."""

_ORDER: Final = 32
_FRAME_S: Final = 0.032
_ROUNDS: Final = 3
_MAX_SHARE: Final = 0.4
_RIDGE: Final = 1e-6

_BAND_HZ: Final = (5000.0, 9000.0)
_LEAST_BAND_HZ: Final = 1000.0
_TOP: Final = 0.45
"""Of the sample rate: what the band goes up to at the most."""

_BLOCK_S: Final = 0.004
_MOST_DB: Final = 12.0

_Floats = NDArray[np.float32]
_Samples = NDArray[np.float64]
_Marks = NDArray[np.bool_]


def without_clicks(samples: _Floats, sample_rate: int) -> tuple[_Floats, int]:
    """Return ``samples``, shape (samples,), without the clicks that stand alone, and how many there were.

    Where there is none, it is ``samples`` itself; otherwise it differs in the samples of the clicks, and no others.
    """
    clicks = lone_clicks(samples, sample_rate)
    if clicks.size == 0:
        return samples, 0
    hidden = np.zeros(samples.size, np.bool_)
    for start, stop in clicks.tolist():
        hidden[start:stop] = True
    return told_anew(samples, hidden, sample_rate), len(clicks)


def lone_clicks(samples: _Floats, sample_rate: int) -> NDArray[np.int64]:
    """Return where in ``samples`` each click that stands alone starts and stops, shape (clicks, 2), in order."""
    inner, outer = (round(part * sample_rate) for part in _ALONE_S)
    bend = np.abs(np.diff(samples, 3))
    found: list[int] = []
    for place in _candidates(bend, inner, outer).tolist() if bend.size > 2 * outer else ():
        if not _stands_alone(bend, place, inner, outer):
            continue
        if found and place - found[-1] <= inner:  # one click on both sides of the end of a block
            found[-1] = max(found[-1], place, key=lambda one: float(bend[one]))
        else:
            found.append(place)
    return np.array([_extent(bend, place, inner) for place in found], np.int64).reshape(-1, 2)


def _stands_alone(bend: _Floats, place: int, inner: int, outer: int) -> bool:
    before = bend[max(place - outer, 0) : max(place - inner, 0)]
    after = bend[place + inner + 1 : place + outer + 1]
    return bool(bend[place] > _ABOVE * max(before.max(initial=0.0), after.max(initial=0.0)))


def _extent(bend: _Floats, place: int, inner: int) -> tuple[int, int]:
    """Return where a click starts and stops, one sample more on each side: a bend is made of four samples."""
    first = max(place - inner, 0)
    (high,) = np.nonzero(bend[first : place + inner + 1] > _STILL * bend[place])
    return first + int(high[0]) + 2, first + int(high[-1]) + 2


def _candidates(bend: _Floats, inner: int, outer: int) -> NDArray[np.int64]:
    """Return where a bend is greatest within its block and far above the blocks two away: few, and all that count."""
    size = (outer - inner) // 3
    count = bend.size // size
    blocks = bend[: count * size].reshape(count, size)
    peaks = np.pad(blocks.max(axis=1), 2)
    away = np.maximum(peaks[:-4], peaks[4:])
    (high,) = np.nonzero((peaks[2:-2] > _SMALLEST) & (peaks[2:-2] > _ABOVE * away))
    return np.asarray(high * size + blocks[high].argmax(axis=1), np.int64)


def told_anew(samples: _Floats, hidden: _Marks, sample_rate: int) -> _Floats:
    """Return ``samples``, shape (samples,), those that are ``hidden`` told from the others, which stay as they are."""
    whole = samples.astype(np.float64)
    for start, stop in _frames(hidden, round(_FRAME_S * sample_rate)):
        frame, marks = whole[start:stop], hidden[start:stop]
        if marks.mean() <= _MAX_SHARE:
            frame[marks] = _told(frame, marks)
    return whole.astype(np.float32)


def _frames(hidden: _Marks, size: int) -> Iterator[tuple[int, int]]:
    """Yield frames of about ``size`` that hold all that is hidden, with sound before and after it."""
    at = np.flatnonzero(hidden)
    place = 0
    while place < at.size:
        first = int(at[place])
        inside = int(np.searchsorted(at, first + size // 2))
        yield max(first - size // 4, 0), min(int(at[inside - 1]) + size // 4 + 1, hidden.size)
        place = inside


def _told(frame: _Samples, marks: _Marks) -> _Samples:
    guess = frame.copy()
    guess[marks] = np.interp(np.flatnonzero(marks), np.flatnonzero(~marks), frame[~marks])
    for _ in range(_ROUNDS):
        guess[marks] = _least(guess, marks, _predictor(guess))
    limit = 2 * float(np.abs(frame[~marks]).max(initial=0.0))
    return np.clip(guess[marks], -limit, limit)


def _predictor(frame: _Samples) -> _Samples:
    """Return the coefficients (1, a1, ...) of linear prediction, by the method of autocorrelation."""
    from scipy.linalg import solve_toeplitz  # noqa: PLC0415 - slow to import

    order = min(_ORDER, frame.size // 4)
    lags = np.correlate(frame, frame, "full")[frame.size - 1 : frame.size + order]
    lags = lags + np.concatenate([[lags[0] * _RIDGE + 1e-12], np.zeros(order)])
    return np.concatenate([[1.0], -solve_toeplitz(lags[:-1], lags[1:])])


def _least(frame: _Samples, marks: _Marks, predictor: _Samples) -> _Samples:
    """Return the hidden samples that make the squared prediction error of ``frame`` least."""
    rows = np.lib.stride_tricks.sliding_window_view(np.eye(frame.size), predictor.size, axis=1)
    matrix = (rows @ predictor[::-1]).T
    unknown = matrix[:, marks]
    error = matrix[:, ~marks] @ frame[~marks]
    return np.asarray(np.linalg.lstsq(unknown, -error, rcond=None)[0], np.float64)


def softened(samples: _Floats, sample_rate: int, *, most_dbfs: float) -> tuple[_Floats, float]:
    """Return ``samples``, shape (samples,), hiss above ``most_dbfs`` turned down to it, and the seconds of it.

    It is turned down by 12 dB at the most, a block of 4 ms at a time, with straight lines between. Where none is too
    loud, or the rate has no such band, it is ``samples`` itself.
    """
    high = min(_BAND_HZ[1], _TOP * sample_rate)
    block = round(_BLOCK_S * sample_rate)
    if high - _BAND_HZ[0] < _LEAST_BAND_HZ or samples.size < 4 * block:
        return samples, 0.0
    band = _band(samples, sample_rate, high)
    gains_db = _gains_db(band, block, most_dbfs)
    if not gains_db.any():
        return samples, 0.0
    around = np.minimum(gains_db, np.minimum(np.append(gains_db[1:], 0.0), np.insert(gains_db[:-1], 0, 0.0)))
    middles = (np.arange(around.size) + 0.5) * block
    curve = np.interp(np.arange(samples.size), middles, around)
    (turned,) = np.nonzero(curve)
    made = samples.copy()
    made[turned] += ((10 ** (curve[turned] / 20) - 1) * band[turned]).astype(np.float32)
    return made, round(float(np.count_nonzero(gains_db)) * block / sample_rate, 3)


def _band(samples: _Floats, sample_rate: int, high_hz: float) -> NDArray[np.float64]:
    from scipy.signal import butter, sosfiltfilt  # noqa: PLC0415 - slow to import

    sections = butter(3, (_BAND_HZ[0], high_hz), "bandpass", fs=sample_rate, output="sos")
    return np.asarray(sosfiltfilt(sections, samples), np.float64)


def _gains_db(band: NDArray[np.float64], block: int, most_dbfs: float) -> NDArray[np.float64]:
    """Return how much each block of ``band`` is to be turned down (dB, at most 0), by its level and its neighbours'."""
    count = -(-band.size // block)
    padded = np.zeros(count * block)
    padded[: band.size] = band
    power = np.square(padded).reshape(count, block).mean(axis=1)
    smooth = np.convolve(np.pad(power, 1, mode="edge"), (0.25, 0.5, 0.25), mode="valid")
    over_db = 10 * np.log10(np.maximum(smooth, 1e-20)) - most_dbfs
    return -np.clip(over_db, 0.0, _MOST_DB)
