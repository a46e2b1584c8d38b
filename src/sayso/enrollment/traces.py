"""What a synthesiser leaves in speech: statistics of a recording that do not hang on microphone, level or words.

Movement of the linear cepstrum (Sahidullah et al., "A comparison of features for synthetic speech detection", 2015),
depth of the fine structure and spread of the phase by band, modulation of the bands, and peaks of the linear
prediction's residual. Means over time, which a room or a microphone changes, are left out where they tell of the
envelope.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE: Final = 16_000
LEAST_S: Final = 2.0
"""Speech below which the statistics say more of the words than of how the sound was made."""

_FFT: Final = 512
_HOP: Final = 160
_BANDS: Final = 40
_TOP_HZ: Final = 7_000.0  # above it what a codec or a resampler took away differs from recording to recording
_CEPSTRA: Final = 20
_WIDE: Final = 8
_SMOOTH: Final = 24  # cepstral coefficients that are envelope; the rest is fine structure
_BLOCK: Final = 64  # frames, 0.64 s
_ORDER: Final = 16
_QUIET: Final = 1e-3  # of the loud frames' power: below, a frame is pause

Floats = NDArray[np.float32]


def traces(speech: Floats) -> Floats:
    """Return the statistics of ``speech`` (16 kHz mono without pauses, `LEAST_S` or more): float32 (numbers,)."""
    frames = _frames(speech)
    spectrum = np.fft.rfft(frames * np.hanning(_FFT).astype(np.float32), axis=1).astype(np.complex64)
    size = np.asarray(np.abs(spectrum) + 1e-6, np.float32)
    bands = np.log(size**2 @ _filters().T + 1e-9)
    parts = (
        _movement(bands),
        _fine_structure(size[::2]),
        _phase(spectrum, size),
        _modulation(bands),
        _residual(frames[::4], size[::4]),
    )
    return np.nan_to_num(np.concatenate(parts)).astype(np.float32)


def _frames(speech: Floats) -> Floats:
    """Return the frames (n, 512) that are loud enough, in their order."""
    frames = np.lib.stride_tricks.sliding_window_view(speech.astype(np.float32), _FFT)[::_HOP]
    power = np.mean(frames**2, axis=1)
    kept = frames[power >= np.quantile(power, 0.9) * _QUIET]
    return np.asarray(kept / np.sqrt(np.mean(kept**2) + 1e-12), np.float32)


def _movement(bands: Floats) -> Floats:
    """Return spread, skew and kurtosis of the cepstra, of their first and of their second differences."""
    cepstra = bands @ _cosines().T
    first, second = cepstra[2:] - cepstra[:-2], cepstra[2:] - 2 * cepstra[1:-1] + cepstra[:-2]
    spreads = [np.log(one.std(axis=0) + 1e-6) for one in (cepstra, first, second)]
    centred = (first - first.mean(axis=0)) / (first.std(axis=0) + 1e-6)
    return np.concatenate([*spreads, spreads[2] - spreads[0], np.log(np.mean(centred**4, axis=0) + 1e-9)])


def _fine_structure(size: Floats) -> Floats:
    """Return, by band, how deep the fine structure of the spectrum is, how it spreads and leans, over time."""
    logs = np.log(size)
    cepstrum = np.fft.irfft(logs, axis=1)
    cepstrum[:, _SMOOTH : _FFT - _SMOOTH + 1] = 0
    fine = logs - np.fft.rfft(cepstrum, axis=1).real
    found = []
    for band in _wide():
        part = fine[:, band]
        depth = part.std(axis=1)
        skew = np.mean(part**3, axis=1) / (depth**3 + 1e-6)
        found += [depth.mean(), depth.std(), skew.mean(), skew.std(), np.quantile(depth, 0.1), np.quantile(depth, 0.9)]
    return np.asarray(found, np.float32)


def _phase(spectrum: NDArray[np.complex64], size: Floats) -> Floats:
    """Return, by band, how alike neighbours in frequency and in time turn: group delay, and steadiness of partials."""
    unit = spectrum / size
    across = unit[:, 1:] * unit[:, :-1].conj()
    bend = across[:, 1:] * across[:, :-1].conj()
    along = unit[2:] * unit[:-2] * unit[1:-1].conj() ** 2
    found = []
    for band in _wide():
        delay = np.abs(across[:, band[:-1]].mean(axis=1))
        bent = bend[:, band[:-2]].mean(axis=1)
        steady = np.abs(along[:, band].mean(axis=1))
        found += [delay.mean(), delay.std(), bent.real.mean(), np.abs(bent).std(), steady.mean(), steady.std()]
        found += [along[:, band].real.mean(), across[:, band[:-1]].real.mean()]
    return np.asarray(found, np.float32)


def _modulation(bands: Floats) -> Floats:
    """Return, by band, how the power of its envelope parts over rates of change from 1.6 to 50 Hz."""
    count = len(bands) // _BLOCK
    grouped = bands[: count * _BLOCK].reshape(count, _BLOCK, _WIDE, -1).mean(axis=3)
    blocks = (grouped - grouped.mean(axis=1, keepdims=True)) * np.hanning(_BLOCK)[None, :, None]
    power = np.mean(np.abs(np.fft.rfft(blocks, axis=1)) ** 2, axis=0)
    rates = np.stack([power[first:last].sum(axis=0) for first, last in ((1, 4), (4, 8), (8, 14), (14, 22), (22, 33))])
    return np.asarray(np.log(rates[1:] / (rates[:1] + 1e-9) + 1e-9).ravel(), np.float32)


def _residual(frames: Floats, size: Floats) -> Floats:
    """Return how much linear prediction leaves, and how peaked and lopsided that is."""
    energy = np.fft.irfft(size**2, axis=1)[:, : _ORDER + 1]
    energy[:, 0] *= 1.0001
    lags = np.abs(np.arange(_ORDER)[:, None] - np.arange(_ORDER))
    weights = np.linalg.solve(energy[:, lags], energy[:, 1:, None])[..., 0]
    ahead = np.lib.stride_tricks.sliding_window_view(frames, _ORDER, axis=1)[:, :-1, ::-1]
    left = frames[:, _ORDER:] - np.einsum("fsk,fk->fs", ahead, weights.astype(np.float32))
    gain = np.log(np.mean(left**2, axis=1) / (np.mean(frames**2, axis=1) + 1e-9) + 1e-9)
    scaled = left / (left.std(axis=1, keepdims=True) + 1e-9)
    peaked, lopsided = np.log(np.mean(scaled**4, axis=1) + 1e-9), np.mean(scaled**3, axis=1)
    found = [*_five(gain), *_five(peaked), np.abs(lopsided).mean(), lopsided.std(), abs(lopsided.mean())]
    return np.asarray(found, np.float32)


def _five(values: Floats) -> list[float]:
    return [float(values.mean()), float(values.std()), *(float(one) for one in np.quantile(values, (0.1, 0.5, 0.9)))]


@cache
def _filters() -> Floats:
    """Return triangles of one width up to 7 kHz: (40, 257)."""
    hz = np.arange(_FFT // 2 + 1) * SAMPLE_RATE / _FFT
    edges = np.linspace(0.0, _TOP_HZ, _BANDS + 2)[:, None]
    width = edges[1] - edges[0]
    return np.asarray(np.maximum(0.0, 1.0 - np.abs(hz - edges[1:-1]) / width), np.float32)


@cache
def _cosines() -> Floats:
    """Return the cosine transform of the bands to cepstra 1 to 20: (20, 40)."""
    places = (np.arange(_BANDS) + 0.5) * np.pi / _BANDS
    return np.asarray(np.cos(np.arange(1, _CEPSTRA + 1)[:, None] * places) * np.sqrt(2.0 / _BANDS), np.float32)


@cache
def _wide() -> tuple[NDArray[np.intp], ...]:
    """Return the bins of 8 bands from 100 Hz to 7 kHz."""
    top = round(_TOP_HZ * _FFT / SAMPLE_RATE)
    edges = np.linspace(3, top, _WIDE + 1).astype(int)
    return tuple(np.arange(first, last) for first, last in pairwise(edges))
