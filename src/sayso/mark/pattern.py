"""The pattern: which cell of time and frequency carries what, and with which sign.

The sound is cut, on a clock of its own (24 kHz whatever the rate of the file), into frames of 256 samples and bands of
two FFT bins. 288 frames (3.072 s) by 74 bands make one period of 21,312 cells. Each cell belongs to the public pilot,
to the private pilot or to one of the 240 coded bits, and has a secret sign: the level of the cell is moved up or down.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.mark.code import RATE
from sayso.mark.mark import MarkKeys, keyed_bytes
from sayso.mark.payload import MESSAGE_BITS

CLOCK_HZ: Final = 24_000
FRAME_LENGTH: Final = 512
HOP_LENGTH: Final = 256
PERIOD_FRAMES: Final = 288
FIRST_BIN: Final = 6  # 281 Hz
BAND_BINS: Final = 2
BANDS: Final = 74  # up to 7.2 kHz, so that files of 16 kHz carry all of it

CODED_BITS: Final = RATE * MESSAGE_BITS
PILOT_BLOCK_FRAMES: Final = 3
PILOT_BLOCKS: Final = PERIOD_FRAMES // PILOT_BLOCK_FRAMES
GROUPS: Final = CODED_BITS + PILOT_BLOCKS
"""Groups 0..239 are the coded bits, the rest are blocks of pilot cells, so that no moment lacks a pilot."""

_PUBLIC_FRAMES: Final = 64  # of 288 in each band
_PRIVATE_FRAMES: Final = 32
_LABEL: Final = "pattern v1 "


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """The signs (int8, +1, -1, or 0 where the key is not held) and groups of a period, shape (frames, bands).

    ``pilot`` tells where a mark lies. ``secret_pilot`` is the part that presence is judged on: the private pilot alone
    where its key is held, since whoever holds the published key can write the public one.
    """

    pilot: NDArray[np.int8]
    secret_pilot: NDArray[np.int8]
    data: NDArray[np.int8]
    group: NDArray[np.int16]
    pilot_spectrum: NDArray[np.complex128]
    pilot_mask_spectrum: NDArray[np.complex128]

    @property
    def has_secrets(self) -> bool:
        """Return whether the private pilot is held: presence is judged on other cells than place."""
        return self.secret_pilot is not self.pilot

    def data_of(self, code_word: NDArray[np.int8]) -> NDArray[np.int8]:
        """Return the signs of the data cells when ``code_word`` (+1, -1; shape (240,)) is written, 0 elsewhere."""
        of_group = np.concatenate([code_word, np.zeros(PILOT_BLOCKS, dtype=np.int8)])
        return np.asarray(self.data * of_group[self.group])

    def written(self, code_word: NDArray[np.int8]) -> NDArray[np.int8]:
        """Return the sign of each cell when ``code_word`` (+1, -1; shape (240,)) is written."""
        return self.pilot + self.data_of(code_word)


@lru_cache(maxsize=64)
def pattern_of(keys: MarkKeys) -> Pattern:
    """Return the pattern of ``keys``; the same keys give the same pattern for ever."""
    order = _order(keys.public_pilot)
    is_public = order < _PUBLIC_FRAMES
    is_private = ~is_public & (order < _PUBLIC_FRAMES + _PRIVATE_FRAMES)
    is_data = order >= _PUBLIC_FRAMES + _PRIVATE_FRAMES
    pilot = np.where(is_public, _signs(keys.public_pilot, "pilot"), np.int8(0))
    secret = pilot
    if keys.private_pilot is not None:
        pilot = np.where(is_private, _signs(keys.private_pilot, "pilot"), pilot)
        secret = np.where(is_private, pilot, np.int8(0))
    data = np.zeros_like(pilot)
    if keys.data is not None:
        data = np.where(is_data, _signs(keys.data, "data"), data)
    block = CODED_BITS + np.arange(PERIOD_FRAMES) // PILOT_BLOCK_FRAMES
    group = np.where(is_data, _bits(keys.public_pilot, is_data, order), block[:, None]).astype(np.int16)
    return Pattern(
        pilot=pilot,
        secret_pilot=secret,
        data=data.astype(np.int8),
        group=group,
        pilot_spectrum=np.fft.rfft(pilot.astype(np.float64), axis=0),
        pilot_mask_spectrum=np.fft.rfft(np.abs(pilot).astype(np.float64), axis=0),
    )


def _order(key: bytes) -> NDArray[np.intp]:
    """Return, band by band, a secret permutation of the frames."""
    draws = np.frombuffer(keyed_bytes(key, _LABEL + "order", 8 * PERIOD_FRAMES * BANDS), dtype="<u8")
    return np.argsort(np.argsort(draws.reshape(PERIOD_FRAMES, BANDS), axis=0), axis=0)


def _bits(key: bytes, is_data: NDArray[np.bool_], order: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return which coded bit each data cell belongs to: every bit has as many cells in each stretch of bands."""
    rounds = -(-is_data.size // CODED_BITS)
    draws = np.frombuffer(keyed_bytes(key, _LABEL + "bits", 8 * rounds * CODED_BITS), dtype="<u8")
    deal = np.argsort(draws.reshape(rounds, CODED_BITS), axis=1).reshape(-1)
    bits = np.zeros(is_data.shape, dtype=np.intp)
    rank = order - _PUBLIC_FRAMES - _PRIVATE_FRAMES
    data_frames = PERIOD_FRAMES - _PUBLIC_FRAMES - _PRIVATE_FRAMES
    place = np.arange(BANDS) * data_frames + rank
    bits[is_data] = deal[place[is_data]]
    return bits


def _signs(key: bytes, label: str) -> NDArray[np.int8]:
    count = PERIOD_FRAMES * BANDS
    bits = np.unpackbits(np.frombuffer(keyed_bytes(key, _LABEL + label, -(-count // 8)), dtype=np.uint8))[:count]
    return (2 * bits.astype(np.int8) - 1).reshape(PERIOD_FRAMES, BANDS)
