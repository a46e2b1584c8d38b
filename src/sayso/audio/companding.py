"""Companding: what the mu-law of telephones (ITU-T G.711) leaves of a sound, without a codec."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

_BIAS: Final = 132
_FULL_SCALE: Final = 32768
_CODES: Final = 128  # for each sign: 8 segments of 16 steps


def companded(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``samples`` (any shape, full scale 1) as they come out of a line of 8 bits a sample, mu-law."""
    linear = np.clip(np.rint(samples * np.float32(_FULL_SCALE)), -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)
    return np.asarray(_heard()[(linear >> 2).astype(np.intp)])


@cache
def _heard() -> NDArray[np.float32]:
    """Return what is heard for each value of 14 bits, those below zero from the end, as Python counts."""
    code = np.arange(_CODES)
    level = ((((code & 15) << 3) + _BIAS) << (code >> 4)) - _BIAS
    edges = (level[:-1] + level[1:] + 4) >> 3  # of 14 bits, halfway between two levels
    size = _FULL_SCALE >> 2
    below = level[np.searchsorted(edges, np.arange(size, 0, -1), side="right")]
    above = level[np.searchsorted(edges, np.arange(size), side="right")]
    return np.concatenate([above, -below]).astype(np.float32) / np.float32(_FULL_SCALE)
