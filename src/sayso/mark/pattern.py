"""The pattern: which cell of time and frequency carries what, and with which sign.

The sound is cut, on a clock of its own (24 kHz whatever the rate of the file), into frames of 256 samples and bands of
two FFT bins. 288 frames (3.072 s) by 74 bands make one period of 21,312 cells. Each cell belongs to the public pilot,
to the private pilot or to one of the 240 coded bits, and has a secret sign: the level of the cell is moved up or down.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

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
GROUPS: Final = CODED_BITS + 2 * PILOT_BLOCKS
"""Groups 0..239 are the coded bits, the rest are blocks of public and of private pilot cells.

So no moment lacks a pilot, and what the sound does against each pilot is made up for in that pilot itself.
"""

_PUBLIC_FRAMES: Final = 48  # of 288 in each band
_PRIVATE_FRAMES: Final = 64
_LABEL: Final = "pattern v1 "


@dataclass(frozen=True, slots=True, eq=False)
class Spectra:
    """Signs, and which cells have one, as spectra along the period, shape (places / 2 + 1, bands)."""

    signs: NDArray[np.complex128]
    cells: NDArray[np.complex128]

    @classmethod
    def of(cls, signs: NDArray[np.int8]) -> Self:
        """Return the spectra of ``signs`` of shape (frames, bands)."""
        return cls(*(np.fft.rfft(plane.astype(np.float64), axis=0) for plane in (signs, np.abs(signs))))


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """The signs (int8, +1, -1, or 0 where the key is not held) and groups of a period, shape (frames, bands).

    ``pilot`` is all pilot cells whose key is held: the ``public_pilot``, and the ``private_pilot``, which is 0 without
    its key. Whoever holds the published key can write the public one: it tells where a mark may lie, not that it does.
    """

    public_pilot: NDArray[np.int8]
    private_pilot: NDArray[np.int8]
    data: NDArray[np.int8]
    group: NDArray[np.int16]
    pilot: NDArray[np.int8]
    has_secrets: bool
    """Whether the private pilot is held: then presence is judged on that alone."""

    public_spectra: Spectra
    private_spectra: Spectra

    def data_of(self, code_word: NDArray[np.int8]) -> NDArray[np.int8]:
        """Return the signs of the data cells when ``code_word`` (+1, -1; shape (240,)) is written, 0 elsewhere."""
        of_group = np.concatenate([code_word, np.zeros(GROUPS - CODED_BITS, dtype=np.int8)])
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
    public = _signs_of(keys.public_pilot, "pilot", is_public)
    private = _signs_of(keys.private_pilot, "pilot", is_private)
    block = CODED_BITS + np.arange(PERIOD_FRAMES)[:, None] // PILOT_BLOCK_FRAMES + PILOT_BLOCKS * is_private
    group = np.where(is_data, _bits(keys.public_pilot, is_data, order), block).astype(np.int16)
    return Pattern(
        public_pilot=public,
        private_pilot=private,
        data=_signs_of(keys.data, "data", is_data),
        group=group,
        pilot=public + private,
        has_secrets=keys.private_pilot is not None,
        public_spectra=Spectra.of(public),
        private_spectra=Spectra.of(private),
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


def _signs_of(key: bytes | None, label: str, cells: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Return the signs of ``cells``, 0 elsewhere and where the key is not held."""
    if key is None:
        return np.zeros(cells.shape, dtype=np.int8)
    count = PERIOD_FRAMES * BANDS
    bits = np.unpackbits(np.frombuffer(keyed_bytes(key, _LABEL + label, -(-count // 8)), dtype=np.uint8))[:count]
    return (2 * bits.astype(np.int8) - 1).reshape(PERIOD_FRAMES, BANDS) * cells
