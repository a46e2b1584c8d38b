"""Pictures inside a page: a PNG of 8-bit greys as a data address (W3C PNG, third edition)."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray


def data_address(greys: NDArray[np.uint8]) -> str:
    """Return ``greys``, shape (rows, columns), as a ``data:image/png`` address."""
    rows, columns = greys.shape
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), greys], axis=1).tobytes()
    head = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(lines, 9)) + _chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
