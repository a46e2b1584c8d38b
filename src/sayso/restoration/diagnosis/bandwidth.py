"""Up to which frequency a recording holds sound, and what a steep edge there tells of its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.restoration.diagnosis.finding import Finding

_FRAME_S: Final = 0.032
_SMOOTH_HZ: Final = 200.0
_LOUD_PERCENTILE: Final = 95.0
_DEPTH_DB: Final = 80.0
_STEP_16_BIT: Final = 1 / 32_768
_MAX_FRAMES: Final = 1_500

_NARROW_HZ: Final = 7_000.0
_EDGE_HZ: Final = (150.0, 550.0)
_STEEP_DB: Final = 18.0
_TELEPHONE_HZ: Final = 4_100.0


@dataclass(frozen=True, slots=True, eq=False)
class LoudSpectrum:
    """The power that one frame in twenty exceeds, by bin, and the power below which a bin counts as empty."""

    power: NDArray[np.float64]
    empty: float
    bin_hz: float

    @property
    def bandwidth_hz(self) -> float:
        """Return the highest frequency that holds sound."""
        sounding = np.flatnonzero(self.power > self.empty)
        return float(sounding[-1] * self.bin_hz) if sounding.size else 0.0

    def drop_db(self, edge_hz: float) -> float:
        """Return by how much the sound falls from below ``edge_hz`` to above it."""
        near, far = (round(each / self.bin_hz) for each in _EDGE_HZ)
        edge = round(edge_hz / self.bin_hz)
        below, above = self.power[max(edge - far, 0) : edge - near], self.power[edge + near : edge + far]
        if not below.size or not above.size:
            return 0.0
        return float(10 * np.log10(max(below.mean(), 1e-20) / max(above.mean(), self.empty * 1e-2, 1e-20)))


def loud_spectrum(samples: NDArray[np.float32], sample_rate: int) -> LoudSpectrum:
    """Return the loud spectrum of ``samples``, shape (samples,), smoothed over 200 Hz."""
    frame = round(_FRAME_S * sample_rate)
    bin_hz = sample_rate / frame
    if samples.size < frame or not samples.any():
        return LoudSpectrum(np.zeros(frame // 2 + 1), 1.0, bin_hz)
    frames = np.lib.stride_tricks.sliding_window_view(samples, frame)[:: frame // 2]
    frames = frames[np.linspace(0, len(frames) - 1, min(len(frames), _MAX_FRAMES)).astype(int)]
    window = np.blackman(frame).astype(np.float32)
    made = np.fft.rfft(frames * window, axis=1).astype(np.complex64)
    power = made.real**2 + made.imag**2
    place = min(int(len(power) * _LOUD_PERCENTILE / 100), len(power) - 1)
    loud = np.partition(power, place, axis=0)[place]
    width = max(1, round(_SMOOTH_HZ / bin_hz))
    smooth = np.convolve(loud, np.ones(width) / width, mode="same")
    # White rounding noise of variance step^2/12, four times over to stay clear of it.
    rounding = 4 * float(np.square(window).sum()) * _STEP_16_BIT**2 / 12
    return LoudSpectrum(smooth, max(rounding, float(smooth.max()) * 10 ** (-_DEPTH_DB / 10)), bin_hz)


def bandwidth_hz(samples: NDArray[np.float32], sample_rate: int) -> float:
    """Return the highest frequency in Hz that holds sound, at most half of ``sample_rate``; 0 for silence.

    The spectrum that one frame of 32 ms in twenty exceeds counts as sound where it is above the rounding of 16-bit
    samples and no more than 80 dB below its peak: telephones and MP3 encoders leave nothing there.
    """
    return loud_spectrum(samples, sample_rate).bandwidth_hz


def bandwidth_finding(spectrum: LoudSpectrum) -> Finding:
    """Return the highest frequency that holds sound."""
    highest = spectrum.bandwidth_hz
    return Finding("bandwidth", highest, "Hz", 0.9 if highest else 0.0, is_fault=0 < highest < _NARROW_HZ)


def codec_finding(spectrum: LoudSpectrum, sample_rate: int) -> Finding:
    """Return at which frequency the sound was cut off before it came here; None where nothing tells of that.

    A voice fades towards high frequencies; an encoder, a telephone or a lower sample rate cuts it off steeply.
    """
    edge = spectrum.bandwidth_hz
    drop = spectrum.drop_db(edge)
    if edge == 0 or edge > 0.47 * sample_rate or drop < _STEEP_DB:
        return Finding("codec", None, "Hz", 0.5)
    kind = "a telephone" if edge <= _TELEPHONE_HZ else "a lossy codec or a lower sample rate"
    return Finding("codec", edge, "Hz", float(min(1.0, drop / 40)), note=f"cut off as by {kind}")
