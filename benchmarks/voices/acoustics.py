"""What of a voice can be said in hertz and decibels: formants, and the spectrum over a long time."""

from __future__ import annotations

import numpy as np
import soxr

RATE = 16_000
_ORDER = 10
_CEILING_HZ = {"F": 5_500, "M": 5_000}
_VOICED = 0.5


def formants(speech: np.ndarray, sex: str) -> np.ndarray:
    """Return the medians of F1, F2, F3 in Hz over the voiced frames of ``speech`` (16 kHz).

    By the roots of a linear prediction of order 10 (Burg's cousin, the autocorrelation) below the usual ceilings of
    5,000 Hz for men and 5,500 Hz for women, as Praat does; frames of 25 ms, the loud and periodic ones.
    """
    rate = 2 * _CEILING_HZ[sex]
    sound = soxr.resample(speech.astype(np.float64), RATE, rate)
    sound = np.append(sound[0], sound[1:] - 0.97 * sound[:-1])
    size, hop = int(0.025 * rate), int(0.010 * rate)
    frames = np.lib.stride_tricks.sliding_window_view(sound, size)[::hop] * np.hamming(size)
    energy = (frames**2).sum(axis=1)
    found = [_resonances(frame, rate) for frame in frames[energy > np.quantile(energy, _VOICED)]]
    rows = np.array([one[:3] for one in found if len(one) >= 3])
    return np.median(rows, axis=0)


def _resonances(frame: np.ndarray, rate: int) -> list[float]:
    lags = np.correlate(frame, frame, "full")[len(frame) - 1 : len(frame) + _ORDER]
    matrix = lags[np.abs(np.subtract.outer(np.arange(_ORDER), np.arange(_ORDER)))]
    poles = np.roots(np.append(1.0, -np.linalg.solve(matrix + 1e-9 * lags[0] * np.eye(_ORDER), lags[1:])))
    hertz = np.angle(poles) * rate / (2 * np.pi)
    width = -np.log(np.abs(poles) + 1e-12) * rate / np.pi
    return sorted(hertz[(hertz > 150) & (hertz < rate / 2 - 100) & (width < 500)].tolist())


def long_spectrum(speech: np.ndarray) -> np.ndarray:
    """Return the mean level in third octaves, 100 Hz to 6.3 kHz, in dB about their mean: of the louder half."""
    frames = np.lib.stride_tricks.sliding_window_view(speech.astype(np.float64), 1024)[::512] * np.hanning(1024)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    total = power.sum(axis=1)
    mean = power[total >= np.median(total)].mean(axis=0)
    hertz = np.fft.rfftfreq(1024, 1 / RATE)
    centres = 100 * 2 ** (np.arange(19) / 3)
    inside = [(hertz >= low) & (hertz < low * 2 ** (1 / 3)) for low in centres * 2 ** (-1 / 6)]
    levels = np.array([10 * np.log10(mean[one].mean() + 1e-12) if one.any() else np.nan for one in inside])
    return levels - np.nanmean(levels)


def spectrum_db(one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean distance of two long spectra in dB."""
    return float(np.nanmean(np.abs(long_spectrum(one) - long_spectrum(other))))


def telephone(speech: np.ndarray) -> np.ndarray:
    """Return ``speech`` through the band of a telephone, 300 to 3,400 Hz at 8 kHz, back at 16 kHz."""
    from scipy.signal import butter, sosfiltfilt

    narrow = soxr.resample(speech.astype(np.float64), RATE, 8_000)
    passed = sosfiltfilt(butter(4, (300, 3_400), "band", fs=8_000, output="sos"), narrow)
    return soxr.resample(passed, 8_000, RATE).astype(np.float32)
