"""Rates: to the clock of the pattern and back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

_HALF_LENGTH: Final = 16  # of the kernel, in samples of the lower rate: 1 ms at 16 kHz, 2 ms at 8 kHz
_KAISER_BETA: Final = 5.65  # images and aliases 60 dB down
_CUTOFF: Final = 0.96  # of half the lower rate: at 16 kHz, where the pattern's bands end at 7.2 kHz, 7.7 kHz


def resampled(samples: NDArray[np.float32], rate: int, new_rate: int) -> NDArray[np.float32]:
    """Return ``samples`` (channels, n) at ``new_rate``, band-limited to the lower of the two rates."""
    if rate == new_rate or samples.shape[1] == 0:
        return samples
    import soxr  # noqa: PLC0415 - loaded when first needed: `sayso --help` does without

    return np.ascontiguousarray(soxr.resample(samples.T, rate, new_rate, quality="HQ").T, dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Conversion:
    """From one rate to another, sample by sample, with no more delay than half its kernel.

    Sample m of the new rate lies at ``m * up / down`` samples of the old one, and is a sum over ``reach`` samples on
    either side (a sinc under a Kaiser window; one row of ``kernels`` for each of the ``down`` fractions).
    """

    up: int
    down: int
    reach: int
    kernels: NDArray[np.float32]

    def needed(self, stop: int) -> int:
        """Return how many samples of the old rate are needed for the first ``stop`` of the new one."""
        return (stop - 1) * self.up // self.down + self.reach + 1

    def first_needed(self, first: int) -> int:
        """Return where in the old rate begins what counts for sample ``first`` of the new one; may be negative."""
        return first * self.up // self.down - self.reach

    def ready(self, known: int) -> int:
        """Return how many samples of the new rate the first ``known`` of the old one are enough for."""
        return max(0, -(-(known - self.reach) * self.down // self.up))

    def between(self, samples: NDArray[np.float32], origin: int, *, first: int, stop: int) -> NDArray[np.float32]:
        """Return samples ``first`` to ``stop`` of the new rate; ``samples`` (channels, n) begin at ``origin``."""
        if self.up == self.down:
            return samples[:, first - origin : stop - origin]
        base, phase = np.divmod(np.arange(first, stop) * self.up, self.down)
        index = base[:, None] + np.arange(1 - self.reach - origin, self.reach + 1 - origin)
        return np.asarray(np.einsum("cnk,nk->cn", samples[:, index], self.kernels[phase]), dtype=np.float32)


@lru_cache(maxsize=16)
def conversion(rate: int, new_rate: int) -> Conversion:
    """Return the conversion from ``rate`` to ``new_rate``, in Hz."""
    up, down = rate // math.gcd(rate, new_rate), new_rate // math.gcd(rate, new_rate)
    if up == down:
        return Conversion(1, 1, 0, np.zeros((1, 0), dtype=np.float32))
    scale = min(1.0, new_rate / rate)
    half = _HALF_LENGTH / scale
    reach = math.ceil(half)
    away = np.arange(1 - reach, reach + 1) - np.arange(down)[:, None] / down
    kernels = np.sinc(_CUTOFF * scale * away) * np.i0(_KAISER_BETA * np.sqrt(np.maximum(1 - (away / half) ** 2, 0)))
    kernels[np.abs(away) > half] = 0
    return Conversion(up, down, reach, (kernels / kernels.sum(axis=1, keepdims=True)).astype(np.float32))
