"""Loudness and true peak by ITU-R BS.1770-4."""

from __future__ import annotations

import math
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal

_OFFSET_DB: Final = -0.691  # Annex 1, equation 2: makes a 997 Hz sine of full scale in one channel -3.01 LKFS
_STANDARD_RATE: Final = 48_000
_BLOCK_S: Final = 0.4
_STEPS_A_BLOCK: Final = 4  # blocks overlap by 75 %
_ABSOLUTE_GATE_LUFS: Final = -70.0
_RELATIVE_GATE_DB: Final = -10.0
_SURROUND: Final = 1.41
_WEIGHTS: Final = {
    # Annex 1, table 3: L R C Ls Rs; with six channels the fourth is the low-frequency one, which does not count.
    5: (1.0, 1.0, 1.0, _SURROUND, _SURROUND),
    6: (1.0, 1.0, 1.0, 0.0, _SURROUND, _SURROUND),
}
_OVERSAMPLED_HZ: Final = 192_000  # Annex 2: at least four times 48,000 Hz
_MIN_FACTOR: Final = 4
_PEAK_BLOCK: Final = 1 << 11
_PEAKS_AT_ONCE: Final = 64
_PEAK_CONTEXT: Final = 64  # more than half the length of the interpolator, in samples of the signal
_MOST_BETWEEN: Final = 2.3
"""The magnitudes of the interpolator's coefficients of one phase add up to 2.25: no level between is further above."""

_STEPS_AT_ONCE: Final = 256


def integrated_loudness(signal: Signal) -> float:
    """Return the gated loudness of ``signal`` in LUFS, ``-inf`` for silence (ITU-R BS.1770-4, Annex 1).

    400 ms blocks, three quarters overlapping, count where they pass -70 LUFS and then 10 LU below the mean of those.
    A signal shorter than one block is measured as a whole, gated at -70 LUFS alone. Channels beyond six weigh 1.
    """
    if signal.num_samples == 0:
        return -math.inf
    step = round(signal.sample_rate * _BLOCK_S / _STEPS_A_BLOCK)
    power = _block_power(signal, step)
    loud = power[_lufs(power) > _ABSOLUTE_GATE_LUFS]
    if loud.size == 0:
        return -math.inf
    loud = loud[_lufs(loud) > _lufs(loud.mean()) + _RELATIVE_GATE_DB]
    return float(_lufs(loud.mean()))


def true_peak_dbtp(signal: Signal) -> float:
    """Return the highest level between and on the samples in dB below full scale (BS.1770-4, Annex 2); -inf for none.

    Read from the signal oversampled to at least 192,000 Hz; the error stays below 0.4 dB up to 0.45 of the sample rate.
    """
    factor = max(_MIN_FACTOR, -(-_OVERSAMPLED_HZ // signal.sample_rate))
    peak = max((_channel_peak(channel, factor) for channel in signal.samples), default=0.0)
    return 20 * math.log10(peak) if peak > 0 else -math.inf


def _channel_peak(channel: NDArray[np.float32], factor: int) -> float:
    """Return the highest level between samples; blocks that cannot hold it by their samples are not oversampled."""
    from scipy.signal import resample_poly  # noqa: PLC0415 - slow to import

    starts = np.arange(0, channel.size, _PEAK_BLOCK)
    levels = np.maximum(np.maximum.reduceat(channel, starts), -np.minimum.reduceat(channel, starts))
    order, peak = np.argsort(-levels), peak_of(channel)
    for first in range(0, order.size, _PEAKS_AT_ONCE):
        places = [place for place in order[first : first + _PEAKS_AT_ONCE] if _MOST_BETWEEN * levels[place] > peak]
        if not places:
            break
        around = np.stack([_around(channel, int(starts[place])) for place in places])
        between = resample_poly(around, factor, 1, axis=1, window=_interpolator(factor))
        peak = max(peak, peak_of(between[:, factor * _PEAK_CONTEXT : factor * (_PEAK_CONTEXT + _PEAK_BLOCK)]))
    return peak


@cache
def _interpolator(factor: int) -> Any:
    """Return the filter that `resample_poly` would make for each block again: 20 samples, Kaiser window, beta 5."""
    from scipy.signal import firwin  # noqa: PLC0415 - slow to import

    return firwin(20 * factor + 1, 1 / factor, window=("kaiser", 5.0)).astype(np.float32)


def _around(channel: NDArray[np.float32], start: int) -> NDArray[np.float32]:
    """Return a block with what the interpolator sees before and after it, silence where there is nothing."""
    first, last = start - _PEAK_CONTEXT, start + _PEAK_BLOCK + _PEAK_CONTEXT
    part = channel[max(0, first) : last]
    return np.pad(part, (max(0, -first), last - max(0, first) - part.size))


def peak_of(samples: NDArray[np.floating]) -> float:
    """Return the largest absolute value of ``samples``, 0 for none."""
    return max(float(samples.max(initial=0.0)), -float(samples.min(initial=0.0)))


def _lufs(power: Any) -> Any:
    with np.errstate(divide="ignore"):
        return _OFFSET_DB + 10 * np.log10(power)


def _block_power(signal: Signal, step: int) -> NDArray[np.float64]:
    """Return the K-weighted power, channels weighed and added, of each block (equation 3)."""
    weights = _WEIGHTS.get(signal.num_channels, (1.0,) * signal.num_channels)
    num_steps = signal.num_samples // step
    if num_steps < _STEPS_A_BLOCK:
        step, num_steps, steps_a_block = signal.num_samples, 1, 1
    else:
        steps_a_block = _STEPS_A_BLOCK
    energy = np.zeros(num_steps)
    for channel, weight in zip(signal.samples, weights, strict=True):
        if weight:
            energy += weight * _weighted_energy(channel[: num_steps * step], signal.sample_rate, step)
    sums = np.concatenate([[0.0], np.cumsum(energy)])
    blocks: NDArray[np.float64] = np.maximum(sums[steps_a_block:] - sums[:-steps_a_block], 0.0)
    return blocks / (steps_a_block * step)


def _weighted_energy(samples: NDArray[np.float32], sample_rate: int, step: int) -> NDArray[np.float64]:
    """Return the K-weighted energy of each step of whole steps, some steps at once, so that memory stays bounded."""
    from scipy.signal import sosfilt  # noqa: PLC0415 - slow to import

    sections = k_weighting(sample_rate)
    state = np.zeros((len(sections), 2))
    parts = []
    for start in range(0, samples.size, step * _STEPS_AT_ONCE):
        part = samples[start : start + step * _STEPS_AT_ONCE].astype(np.float64)
        weighted, state = sosfilt(sections, part, zi=state)
        parts.append(np.square(weighted).reshape(-1, step).sum(axis=1))
    return np.concatenate(parts)


def k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """Return the K-weighting at ``sample_rate`` as two second-order sections, shape (2, 6).

    The standard prints the coefficients for 48,000 Hz only. They are the bilinear transform of a high shelf at
    1,681.97 Hz (+4 dB, Q 0.7072) and a high pass at 38.135 Hz (Q 0.5003); at 48,000 Hz this gives tables 1 and 2.
    """
    shelf = _high_shelf(sample_rate, frequency_hz=1681.974450955533, gain_db=3.999843853973347, q=0.7071752369554196)
    high_pass = _high_pass(sample_rate, frequency_hz=38.13547087602444, q=0.5003270373238773)
    return np.array([shelf, high_pass])


def _high_shelf(sample_rate: int, *, frequency_hz: float, gain_db: float, q: float) -> list[float]:
    k = math.tan(math.pi * frequency_hz / sample_rate)
    high = 10 ** (gain_db / 20)
    middle = high**0.4996667741545416
    norm = 1 + k / q + k * k
    return [
        (high + middle * k / q + k * k) / norm,
        2 * (k * k - high) / norm,
        (high - middle * k / q + k * k) / norm,
        1.0,
        2 * (k * k - 1) / norm,
        (1 - k / q + k * k) / norm,
    ]


def _high_pass(sample_rate: int, *, frequency_hz: float, q: float) -> list[float]:
    k = math.tan(math.pi * frequency_hz / sample_rate)
    norm = 1 + k / q + k * k
    # The standard's numerator at 48,000 Hz is 1, -2, 1, which makes the pass band 0.04 dB high. The same must be so
    # at every other rate.
    k_standard = math.tan(math.pi * frequency_hz / _STANDARD_RATE)
    gain = (1 + k_standard / q + k_standard * k_standard) / norm
    return [gain, -2 * gain, gain, 1.0, 2 * (k * k - 1) / norm, (1 - k / q + k * k) / norm]
