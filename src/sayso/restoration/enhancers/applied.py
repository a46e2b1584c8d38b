"""An enhancer on a whole signal of any rate and number of channels."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.restoration.enhancers.protocol import Enhancer

_LEVEL: Final = 0.05  # the root mean square that the model hears, -26 dB below full scale
_EDGE: Final = (0.625, 0.9375)  # the band, beside half the rate, whose attenuation the sound above follows
_FRAME_S: Final = 0.032
_SMOOTHING: Final = np.array([0.25, 0.5, 0.25])

Floats = NDArray[np.float32]


def enhanced(signal: Signal, enhancer: Enhancer) -> Signal:
    """Return ``signal`` enhanced: same rate, channels and length, not shifted in time. Deterministic.

    What lies above the band of the enhancer in a signal of a higher rate is kept and turned down moment by moment as
    much as the upper end of that band was turned down, so that noise goes and the edge of fricatives stays. A channel
    equal to the first is not computed again.
    """
    first = _channel(signal.samples[0], signal.sample_rate, enhancer)
    channels = [first]
    for channel in signal.samples[1:]:
        same = np.array_equal(channel, signal.samples[0])
        channels.append(first if same else _channel(channel, signal.sample_rate, enhancer))
    return Signal(np.stack(channels), signal.sample_rate)


def _channel(samples: Floats, sample_rate: int, enhancer: Enhancer) -> Floats:
    rate = enhancer.sample_rate
    low = resample(Signal.mono(samples, sample_rate), rate)
    level = float(np.sqrt(np.mean(np.square(low.samples, dtype=np.float64)))) if low.num_samples else 0.0
    if level == 0:
        return samples
    made = run_whole(enhancer, low.samples[0] * np.float32(_LEVEL / level)) * np.float32(level / _LEVEL)
    clean = _fitted(resample(Signal.mono(made, rate), sample_rate), samples.size)
    if sample_rate <= rate:
        return clean
    high = samples - _fitted(resample(low, sample_rate), samples.size)
    return np.asarray(clean + high * _edge_gain(low.samples[0], made, rate, samples.size), np.float32)


def run_whole(enhancer: Enhancer, samples: Floats) -> Floats:
    """Return ``samples``, mono at the rate of ``enhancer``, enhanced and not shifted in time."""
    run = enhancer.stream()
    filled = -(-(samples.size + run.delay) // run.hop) * run.hop
    made = run.push(np.pad(samples, (0, filled - samples.size)))
    return np.asarray(made[run.delay : run.delay + samples.size], np.float32)


def _fitted(signal: Signal, num_samples: int) -> Floats:
    """Return the samples cut or filled to ``num_samples``: two roundings may differ by a sample."""
    fitted = np.zeros(num_samples, dtype=np.float32)
    common = min(num_samples, signal.num_samples)
    fitted[:common] = signal.samples[0, :common]
    return fitted


def _edge_gain(before: Floats, after: Floats, rate: int, num_samples: int) -> Floats:
    """Return the gain of the enhancer in the band at its edge, 0 to 1, for each sample of the signal."""
    gain = np.sqrt(_edge_power(after, rate) / np.maximum(_edge_power(before, rate), 1e-12)).clip(0.0, 1.0)
    gain = np.convolve(np.pad(gain, 1, mode="edge"), _SMOOTHING, mode="valid")
    at = np.linspace(0, gain.size - 1, num_samples)
    return np.asarray(np.interp(at, np.arange(gain.size), gain), np.float32)


def _edge_power(samples: Floats, rate: int) -> NDArray[np.float64]:
    frame = round(_FRAME_S * rate) // 2 * 2
    padded = np.pad(samples, (frame // 2, frame))
    frames = np.lib.stride_tricks.sliding_window_view(padded, frame)[:: frame // 2]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(frame), axis=1)))
    first, last = (round(share * frame / 2) for share in _EDGE)
    return np.asarray(power[:, first:last].sum(axis=1), np.float64)
