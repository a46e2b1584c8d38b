"""The payload: 64 bits of id and a checksum, as bits and back."""

from __future__ import annotations

import binascii
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.mark.mark import ID_BITS, Mark

CHECK_BITS: Final = 16
MESSAGE_BITS: Final = ID_BITS + CHECK_BITS

_START: Final = 0x5359  # not zero, so that a mark of zeros does not check; a new payload layout takes a new value


def message_bits(mark: Mark) -> NDArray[np.uint8]:
    """Return the 80 bits (0 or 1, most significant first) that ``mark`` is written as."""
    word = (mark.id << CHECK_BITS) | checksum(mark.id)
    return np.array([(word >> shift) & 1 for shift in range(MESSAGE_BITS - 1, -1, -1)], dtype=np.uint8)


def read_message(bits: NDArray[np.uint8]) -> Mark | None:
    """Return the mark of 80 bits, or None where the checksum disagrees."""
    word = int.from_bytes(np.packbits(bits).tobytes(), "big")
    mark_id = word >> CHECK_BITS
    return Mark(mark_id) if checksum(mark_id) == word & ((1 << CHECK_BITS) - 1) else None


def checksum(mark_id: int) -> int:
    """Return the CRC-16/CCITT (polynomial 0x1021) of the eight bytes of ``mark_id``."""
    return binascii.crc_hqx(mark_id.to_bytes(ID_BITS // 8, "big"), _START)
