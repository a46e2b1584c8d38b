"""Cells: the level of each stretch of time and frequency, freed of what speech itself does there.

A signal's log energy moves by tens of decibels from cell to cell in step with its neighbours; what is left after the
mean of the neighbours is taken away has a standard deviation of about 4 dB, and in it a mark of 1 dB can be seen.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sayso.mark.pattern import BAND_BINS, BANDS, FIRST_BIN, FRAME_LENGTH, HOP_LENGTH

Frames = NDArray[np.float32]
"""Shape (frames, bands)."""

WINDOW: Final = np.sin(np.pi * (np.arange(FRAME_LENGTH) + 0.5) / FRAME_LENGTH).astype(np.float32)
"""Square-root Hann: applied twice at half overlap it adds up to one."""

_SCALED_WINDOW: Final = FRAME_LENGTH * WINDOW
"""The window with what `numpy.fft` divides by under ``norm="forward"``, a power of two: the spectrum is the plain one.

Without a norm NumPy 2 transforms float32 in float64, which takes three times as long.
"""

LAST_BIN: Final = FIRST_BIN + BAND_BINS * BANDS
_CLIP_DB: Final = 7.0
_SILENCE: Final = np.float32(1e-9)
_QUIET_DB: Final = -67.0  # 7 dB above the rounding noise of a 16-bit file: (2^-15)^2 / 12 * 256 * 2 bins
_RANGE_DB: Final = 80.0
_MILD: Final = np.float32(0.7)
_LEAST_MILD: Final = np.float32(0.2)
_LEAST: Final = np.float32(0.02)
_NEAR_FRAMES: Final = 3
_NEAR_BANDS: Final = 5
_FLOOR_BANDS: Final = 9
_FLOOR_SHARE: Final = np.float32(3.8)
_FLOOR_PERCENT: Final = 10


def spectra(
    samples: NDArray[np.float32], *, out: tuple[NDArray[np.float32], Any] | None = None
) -> NDArray[np.complex64]:
    """Return the windowed spectra of ``samples`` (shape (..., n)), a frame each hop from the first sample on.

    ``out``: arrays for the frames and the spectra, which are returned, where the same shape is wanted again and again.
    """
    if out is None:
        return transformed(framed(samples))
    frames, spectrum = out
    hops = samples[..., : HOP_LENGTH * (frames.shape[-2] + 1)].reshape(*frames.shape[:-2], -1, HOP_LENGTH)
    np.multiply(hops[..., :-1, :], _SCALED_WINDOW[:HOP_LENGTH], out=frames[..., :HOP_LENGTH])
    np.multiply(hops[..., 1:, :], _SCALED_WINDOW[HOP_LENGTH:], out=frames[..., HOP_LENGTH:])
    return np.asarray(np.fft.rfft(frames, norm="forward", out=spectrum), dtype=np.complex64)


def framed(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the frames of ``samples`` (shape (..., n)), each of two hops, one each hop from the first sample on."""
    count = samples.shape[-1] // HOP_LENGTH
    hops = samples[..., : count * HOP_LENGTH].reshape(*samples.shape[:-1], count, HOP_LENGTH)
    return np.concatenate([hops[..., :-1, :], hops[..., 1:, :]], axis=-1)


def transformed(frames: NDArray[np.float32]) -> NDArray[np.complex64]:
    """Return the windowed spectra of ``frames`` of shape (..., `FRAME_LENGTH`)."""
    return np.asarray(np.fft.rfft(frames * _SCALED_WINDOW, norm="forward"), dtype=np.complex64)


def energies(spectrum: NDArray[np.complex64]) -> Frames:
    """Return the energy in each cell of ``spectrum`` of shape (frames, bins)."""
    return in_bands(spectrum[:, FIRST_BIN:LAST_BIN])


def in_bands(band: NDArray[np.complex64]) -> Frames:
    """Return the same of the bins of the bands alone."""
    power = band.real**2 + band.imag**2
    return np.asarray(power[:, ::2] + power[:, 1::2])


def summed_powers(cells: NDArray[np.float32]) -> Frames:
    """Return the energy in each cell over all channels; ``cells`` (channels, frames, n): its bins, real and imaginary.

    The same sums in the same order as `in_bands`, four numbers a cell.
    """
    power = (cells * cells).reshape(*cells.shape[:-1], BANDS, 2 * BAND_BINS)
    first, second = power[..., 0] + power[..., 1], power[..., 2] + power[..., 3]
    first += second
    energy = first[0]
    for channel in first[1:]:
        energy = energy + channel
    return np.asarray(energy)


def levels(energy: Frames) -> Frames:
    """Return the level of each cell in dB."""
    return np.asarray(10 * np.log10(energy + _SILENCE), dtype=np.float32)


def residuals(level: Frames, *, frames_apart: int = 1) -> Frames:
    """Return what is left of each level when a mean of its neighbours is taken away, clipped.

    Two neighbours in time and four in frequency, weighted 0.2 and 0.15: among the kernels tried, the one with which a
    mark came best through Opus, noise and reverberation (a better predictor of speech takes away more of the mark).
    ``frames_apart``: how many frames off the neighbours in time are, where frames lie closer than a hop.
    """
    if frames_apart == 1:
        return _freed(level, level[:1])
    apart = frames_apart
    around = np.pad(level, ((apart, apart), (2, 2)), mode="edge")
    in_time = around[: -2 * apart, 2:-2] + around[2 * apart :, 2:-2]
    around = around[apart:-apart]
    in_band = around[:, 1:-3] + around[:, 3:-1] + around[:, :-4] + around[:, 4:]
    left = level - np.float32(0.2) * in_time - np.float32(0.15) * in_band
    return np.asarray(np.clip(left, -_CLIP_DB, _CLIP_DB))


def residuals_after(level: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `residuals` of each row of ``level`` (..., frames, bands) but the first, which comes before the others."""
    return _freed(level[..., 1:, :], level[..., :1, :])


def _freed(middle: NDArray[np.float32], before: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the residuals of ``middle``, the row ``before`` which comes before it; the rim is continued."""
    in_time = np.empty(middle.shape, dtype=np.float32)
    in_time[..., :1, :], in_time[..., 1:, :] = before, middle[..., :-1, :]
    in_time[..., :-1, :] += middle[..., 1:, :]
    in_time[..., -1, :] += middle[..., -1, :]
    in_time *= np.float32(0.2)
    around = np.empty((*middle.shape[:-1], middle.shape[-1] + 4), dtype=np.float32)
    around[..., 2:-2] = middle
    around[..., :2], around[..., -2:] = middle[..., :1], middle[..., -1:]
    in_band = around[..., 1:-3] + around[..., 3:-1]
    in_band += around[..., :-4]
    in_band += around[..., 4:]
    in_band *= np.float32(0.15)
    left = np.subtract(middle, in_time, out=in_time)
    left -= in_band
    np.maximum(left, np.float32(-_CLIP_DB), out=left)
    return np.minimum(left, np.float32(_CLIP_DB), out=left)


def weights(level: Frames, *, strictly: bool = False) -> Frames:
    """Return how much each cell is worth, 0 to 1: less near the noise floor, nothing in silence.

    A mark moves what the speech holds; of a cell that is half later noise only half its energy was moved. Noise that
    was there before carries the mark like speech, so that a cell at the floor is still worth something. ``strictly``
    takes the floor for later noise, and for 5.8 dB more than its tenth percentile (that of white noise in a cell of
    two bins): best for a noisy copy. There a cell's own level says little of what it held before, so its neighbours
    are asked as well, and the worth is that of Wiener's filter.
    """
    floor = np.percentile(level, _FLOOR_PERCENT, axis=0).astype(np.float32)
    if strictly:
        noise = _smoothed(_FLOOR_SHARE * _energy(floor), _FLOOR_BANDS)
        energy = _energy(level)
        for axis, width in ((0, _NEAR_FRAMES), (1, _NEAR_BANDS)):
            energy = _smoothed(energy, width, axis=axis)
        over = np.maximum(energy / noise - 1, 0)
        worth = np.maximum(over / (1 + over), _LEAST)
        return np.asarray(worth * (level > _silent_db(float(level.max()))), dtype=np.float32)
    return worth_over(level, floor, float(level.max()))


def worth_over(level: Frames, floor: NDArray[np.float32], loudest: float) -> Frames:
    """Return how much each cell is worth (not strictly) above the noise ``floor`` of its band, in dB.

    ``loudest`` is the level of the loudest cell: what lies 80 dB below is silence.
    """
    worth = np.clip(1 - _MILD * _energy(floor - level), _LEAST_MILD, 1)
    return np.asarray(worth * (level > _silent_db(loudest)), dtype=np.float32)


def _silent_db(loudest: float) -> float:
    return max(loudest - _RANGE_DB, _QUIET_DB)


def _energy(level: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.float32(10) ** (level / 10), dtype=np.float32)


def _smoothed(values: NDArray[np.float32], width: int, *, axis: int = 0) -> NDArray[np.float32]:
    """Return the mean of each ``width`` (odd) values along ``axis``, the edges continued."""
    ends = [(0, 0)] * values.ndim
    ends[axis] = (width // 2, width // 2)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(values, ends, mode="edge"), width, axis=axis)
    total = windows[..., 0] + windows[..., 1]  # one shift after the other: a mean over so short an axis takes 8 times
    for shift in range(2, width):
        total += windows[..., shift]
    return np.asarray(total / np.float32(width), dtype=np.float32)
