"""What sound goes through before it is judged in a climb: another rate, a crop, a tone, noise, a telephone.

Each is linear but for the noise, so its gradient is its transpose.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_RATE: Final = 16_000
_CROP: Final = 0.25  # of the samples, at most left out
_POINTS: Final = 14  # of the tone
_TONE_DB: Final = 5.0
_NOISE_DB: Final = (22.0, 40.0)
_TELEPHONE_SHARE: Final = 0.2
_TELEPHONE_HZ: Final = (250.0, 3_600.0)
_TELEPHONE_GAIN: Final = 0.01

Floats = NDArray[np.float32]


def narrowed(samples: Floats) -> Floats:
    """Return ``samples`` of 24 kHz at 16 kHz, less what is over a multiple of three, by the Fourier transform."""
    count = len(samples) // 3 * 3
    bins = np.fft.rfft(samples[:count].astype(np.float64))[: count // 3 + 1]
    bins[-1] = 0.0
    return (np.fft.irfft(bins, count // 3 * 2) * (2.0 / 3.0)).astype(np.float32)


def widened(by_narrow: Floats, count: int) -> Floats:
    """Return the gradient by ``count`` samples of 24 kHz, given that by what `narrowed` made of them."""
    whole = count // 3 * 3
    bins = np.fft.rfft(by_narrow.astype(np.float64))
    bins[-1] = 0.0
    wide = np.zeros(whole // 2 + 1, np.complex128)
    wide[: len(bins)] = bins
    out = np.zeros(count, np.float32)
    out[:whole] = np.fft.irfft(wide, whole)
    return out


class Disturbance:
    """One disturbance of ``count`` samples at 16 kHz, drawn at random."""

    def __init__(self, count: int, random: np.random.Generator) -> None:
        left_out = int(random.uniform(0.0, _CROP) * count)
        self.first = int(random.integers(0, left_out + 1))
        self._count, self.size = count, count - left_out
        hertz = np.fft.rfftfreq(self.size, 1.0 / _RATE)
        points = random.uniform(-_TONE_DB, _TONE_DB, _POINTS)
        self._gains = 10.0 ** (np.interp(hertz, np.linspace(0.0, _RATE / 2, _POINTS), points) / 20.0)
        if random.random() < _TELEPHONE_SHARE:
            self._gains[(hertz < _TELEPHONE_HZ[0]) | (hertz > _TELEPHONE_HZ[1])] *= _TELEPHONE_GAIN
        self.noise = random.standard_normal(self.size) * 10.0 ** (-random.uniform(*_NOISE_DB) / 20.0)

    def applied(self, samples: Floats) -> Floats:
        """Return ``samples``, disturbed."""
        heard = self.toned(samples[self.first : self.first + self.size])
        return np.asarray(heard + self.noise * heard.std(), np.float32)

    def gradient(self, by_disturbed: Floats) -> Floats:
        """Return the gradient by the samples, given that by what was made of them; the noise counts as given."""
        out = np.zeros(self._count, np.float32)
        out[self.first : self.first + self.size] = self.toned(by_disturbed)
        return out

    def toned(self, samples: Floats) -> NDArray[np.float64]:
        """Return ``samples``, shape (size,), through the equaliser."""
        return np.asarray(np.fft.irfft(np.fft.rfft(samples.astype(np.float64)) * self._gains, self.size))
