"""Taking noise away with GTCRN (Rong et al., ICASSP 2024), at any sample rate."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.models import session

_RATE: Final = 16_000
_FRAME: Final = 512
_HOP: Final = 256
_CACHES: Final = ("conv_cache", "tra_cache", "inter_cache")
_LEVEL: Final = 0.05  # the root mean square that the model hears, -26 dB below full scale: the middle of its training

_EDGE_HZ: Final = (5_000, 7_500)  # the band whose attenuation the sound above 8,000 Hz follows
_SMOOTHING: Final = np.array([0.25, 0.5, 0.25])


def denoise(signal: Signal) -> Signal:
    """Return ``signal`` without its noise: same rate, channels and length, not shifted in time. Deterministic.

    GTCRN works at 16,000 Hz, frame by frame, causally. What lies above 8,000 Hz in a signal of a higher rate is kept
    and turned down frame by frame as much as the model turned down 5,000 to 7,500 Hz, so that noise goes and the edge
    of fricatives stays. A channel equal to the first is not computed again.
    """
    first = _denoised(signal.samples[0], signal.sample_rate)
    channels = [first]
    for channel in signal.samples[1:]:
        same = np.array_equal(channel, signal.samples[0])
        channels.append(first if same else _denoised(channel, signal.sample_rate))
    return Signal(np.stack(channels), signal.sample_rate)


def _denoised(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    whole = Signal.mono(samples, sample_rate)
    low = resample(whole, _RATE)
    level = float(np.sqrt(np.mean(np.square(low.samples, dtype=np.float64))))
    if level == 0:
        return samples
    spectrum = analysis(low.samples[0] * np.float32(_LEVEL / level))
    cleaned = _gtcrn(spectrum)
    clean_low = synthesis(cleaned, low.num_samples) * np.float32(level / _LEVEL)
    clean = _fitted(resample(Signal.mono(clean_low, _RATE), sample_rate), samples.size)
    if sample_rate <= _RATE:
        return clean
    high = samples - _fitted(resample(low, sample_rate), samples.size)
    return np.asarray(clean + high * _edge_gain(spectrum, cleaned, samples.size), dtype=np.float32)


def _fitted(signal: Signal, num_samples: int) -> NDArray[np.float32]:
    """Return the samples cut or filled to ``num_samples``: two roundings may differ by a sample."""
    fitted = np.zeros(num_samples, dtype=np.float32)
    common = min(num_samples, signal.num_samples)
    fitted[:common] = signal.samples[0, :common]
    return fitted


def _window() -> NDArray[np.float32]:
    # The square root of a periodic Hann window: used twice it adds up to one at half overlap.
    return np.sin(np.pi * np.arange(_FRAME) / _FRAME).astype(np.float32)


def analysis(samples: NDArray[np.float32]) -> NDArray[np.complex64]:
    """Return the spectrum, shape (frames, bins), the first frame centred on the first sample."""
    num_frames = -(-samples.size // _HOP) + 1
    padded = np.zeros((num_frames + 1) * _HOP, dtype=np.float32)
    padded[_HOP : _HOP + samples.size] = samples
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP]
    return np.fft.rfft(frames * _window(), axis=1).astype(np.complex64)


def synthesis(spectrum: NDArray[np.complex64], num_samples: int) -> NDArray[np.float32]:
    """Return the sound of ``spectrum`` by overlap and add: the inverse of `analysis`."""
    frames = np.fft.irfft(spectrum, n=_FRAME, axis=1) * _window()
    sound = np.zeros((frames.shape[0] + 1, _HOP))
    sound[:-1] += frames[:, :_HOP]
    sound[1:] += frames[:, _HOP:]
    return sound.reshape(-1)[_HOP : _HOP + num_samples].astype(np.float32)


def _gtcrn(spectrum: NDArray[np.complex64]) -> NDArray[np.complex64]:
    """Return the enhanced spectrum: one frame at a time, the caches carried along."""
    model = session("gtcrn")
    run = model.run
    shapes = {each.name: each.shape for each in model.get_inputs()}
    caches = [np.zeros(shapes[name], dtype=np.float32) for name in _CACHES]
    frames = np.ascontiguousarray(spectrum).view(np.float32).reshape(-1, 1, spectrum.shape[1], 1, 2)
    enhanced = np.empty_like(frames)
    for place, frame in enumerate(frames):
        enhanced[place], *caches = run(None, {"mix": frame, **dict(zip(_CACHES, caches, strict=True))})
    return enhanced.reshape(spectrum.shape[0], -1).view(np.complex64)


def _edge_gain(before: NDArray[np.complex64], after: NDArray[np.complex64], num_samples: int) -> NDArray[np.float32]:
    """Return the gain of the model in the band at its edge, 0 to 1, for each sample of the signal."""
    band = slice(*(frequency * _FRAME // _RATE for frequency in _EDGE_HZ))
    power_before = np.square(np.abs(before[:, band])).sum(axis=1)
    power_after = np.square(np.abs(after[:, band])).sum(axis=1)
    gain = np.sqrt(power_after / np.maximum(power_before, 1e-12)).clip(0.0, 1.0)
    gain = np.convolve(np.pad(gain, 1, mode="edge"), _SMOOTHING, mode="valid")
    seconds_a_frame = _HOP / _RATE
    frame_times = np.arange(gain.size) * seconds_a_frame
    duration_s = max(gain.size - 1, 1) * seconds_a_frame
    return np.interp(np.linspace(0, duration_s, num_samples), frame_times, gain).astype(np.float32)
