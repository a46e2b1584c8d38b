"""Shaping: how far each cell may be moved before an ear notices.

A simplified masking model after ISO/IEC 11172-3 annex D and Schroeder, Atal and Hall 1979: the energy of each band
spreads over its neighbours on the Bark scale and over the next frames; a change that stays below the spread energy
less an offset is masked. The offset is larger for tones, which mask less, than for noise.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.mark.cells import Frames
from sayso.mark.pattern import BAND_BINS, BANDS, CLOCK_HZ, FIRST_BIN, FRAME_LENGTH

LARGEST_DB: Final = 5.0
"""No cell is moved further than this, and in the lower bands (below 1.7 kHz) by 3 dB at most: see `ceilings`."""

_LARGEST_LOW_DB: Final = 3.0
_LOW_HZ: Final = (1_700, 3_600)
_TELEPHONE_HZ: Final = 3_400
SMALLEST_DB: Final = 0.1
_OFFSET_DB: Final = 12.0
_EXPONENT: Final = 0.6  # of masker over masked energy; 0.5 would be the plain model
_DECAY: Final = np.float32(10 ** (-8 / 10))  # forward masking falls by about 8 dB in one hop of 10.7 ms
_DB_PER_RATIO: Final = 20 / np.log(10)
_FAINT: Final = 1e-12
_BLOCK_FRAMES: Final = 40  # so few that BLAS multiplies them at once, and wakes no thread for it
_TILT_HZ: Final = (300, 600, 1000, 2500, 5000, 7200)
_TILT: Final = (0.2, 0.5, 1.0, 1.3, 1.6, 1.8)
"""Found by trial against PESQ: strong low harmonics are heard first, the top bands last."""


def allowances(energy: Frames) -> Frames:
    """Return by how many dB each cell may be moved, at which the change lies at the masked threshold."""
    blocks = [energy[first : first + _BLOCK_FRAMES] @ _spreading() for first in range(0, len(energy), _BLOCK_FRAMES)]
    masker = np.concatenate(blocks or [energy])
    masker[1:] = np.maximum(masker[1:], _DECAY * masker[:-1])
    over = (masker + np.float32(_FAINT)) / (energy + np.float32(_FAINT))
    return np.asarray(np.clip(_tilt() * over ** np.float32(_EXPONENT), SMALLEST_DB, LARGEST_DB))


@cache
def ceilings() -> NDArray[np.float32]:
    """Return the most that any cell of each band may be moved by, in dB, shape (bands,)."""
    return np.asarray(np.interp(_centres_hz(), _LOW_HZ, (_LARGEST_LOW_DB, LARGEST_DB)), dtype=np.float32)


@cache
def emphasis(high_share: float) -> NDArray[np.float32]:
    """Return how much the cells of each band count, shape (bands,): 1 up to 3.4 kHz, ``high_share`` above."""
    return np.where(_centres_hz() < _TELEPHONE_HZ, 1, high_share).astype(np.float32)


@cache
def _tilt() -> NDArray[np.float32]:
    """Return what a cell as loud as its masker may be moved by, in dB, band by band."""
    scale = _DB_PER_RATIO * 10 ** (-_OFFSET_DB / 20)
    return np.asarray(scale * np.interp(_centres_hz(), _TILT_HZ, _TILT), dtype=np.float32)


@cache
def _spreading() -> NDArray[np.float32]:
    """Return the spreading matrix from band to band, columns scaled so that white noise is left as it is."""
    centre_hz = _centres_hz()
    bark = 13 * np.arctan(0.00076 * centre_hz) + 3.5 * np.arctan((centre_hz / 7500) ** 2)  # Zwicker, Terhardt 1980
    step = bark[None, :] - bark[:, None] + 0.474
    level = 15.81 + 7.5 * step - 17.5 * np.sqrt(1 + step**2)  # Schroeder 1979, equation 3
    spread = 10 ** (level / 10)
    return np.asarray(spread / spread.sum(axis=0), dtype=np.float32)


def _centres_hz() -> NDArray[np.float64]:
    return (FIRST_BIN + BAND_BINS * (np.arange(BANDS) + 0.5)) * CLOCK_HZ / FRAME_LENGTH
