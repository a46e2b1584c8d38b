"""Tags of Ogg Opus files: the packet OpusTags, alone on the second page (RFC 7845 section 5.2, RFC 3533 section 6)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Final

from sayso.audio.tags import vorbis

_MAGIC: Final = b"OpusTags"
_HEAD: Final = 27
_CRC_AT: Final = 22
_SEGMENT: Final = 255
_POLYNOMIAL: Final = 0x04C1_1DB7


def write(data: bytes, tags: Mapping[str, str]) -> bytes:
    """Return ``data`` with ``tags`` among its comments; raise ValueError where they do not fit on one page."""
    start, end, packet = _tags_page(data)
    packet = _MAGIC + vorbis.extended(packet[len(_MAGIC) :], tags)
    count = len(packet) // _SEGMENT + 1
    if count > _SEGMENT:
        raise ValueError("the comments do not fit on one page")
    lacing = bytes([_SEGMENT] * (count - 1) + [len(packet) % _SEGMENT])
    head = data[start : start + _CRC_AT] + bytes(4) + bytes([count])
    page = head + lacing + packet
    checked = page[:_CRC_AT] + struct.pack("<I", _crc(page)) + page[_CRC_AT + 4 :]
    return data[:start] + checked + data[end:]


def read(data: bytes) -> dict[str, str]:
    """Return the comments."""
    return vorbis.texts(_tags_page(data)[2][len(_MAGIC) :])


def _tags_page(data: bytes) -> tuple[int, int, bytes]:
    """Return where the second page starts and ends, and the packet on it."""
    _, start = _page(data, 0)
    body, end = _page(data, start)
    if data[body : body + len(_MAGIC)] != _MAGIC or data[body - 1] == _SEGMENT:
        raise ValueError("the packet OpusTags is expected, whole, on the second page")
    return start, end, data[body:end]


def _page(data: bytes, start: int) -> tuple[int, int]:
    """Return where the body of the page at ``start`` begins and ends."""
    if data[start : start + 4] != b"OggS":
        raise ValueError("an Ogg page is expected")
    body = start + _HEAD + data[start + _HEAD - 1]
    return body, body + sum(data[start + _HEAD : body])


def _crc(page: bytes) -> int:
    """Return the checksum of a page (RFC 3533 section 6: polynomial 0x04c11db7, nothing reflected, starting from 0)."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ _POLYNOMIAL if crc & 0x8000_0000 else crc << 1) & 0xFFFF_FFFF
    return crc
