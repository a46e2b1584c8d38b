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
_FULL_PAGE: Final = 255 * 255
_POLYNOMIAL: Final = 0x04C1_1DB7


def _of_byte(byte: int) -> int:
    crc = byte << 24
    for _ in range(8):
        crc = (crc << 1 ^ _POLYNOMIAL if crc & 0x8000_0000 else crc << 1) & 0xFFFF_FFFF
    return crc


_TABLE: Final = tuple(_of_byte(byte) for byte in range(256))


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
    checked = page[:_CRC_AT] + struct.pack("<I", checksum(page)) + page[_CRC_AT + 4 :]
    return data[:start] + checked + data[end:]


def read(data: bytes) -> dict[str, str]:
    """Return the comments."""
    return vorbis.texts(_packet(data)[len(_MAGIC) :])


def _tags_page(data: bytes) -> tuple[int, int, bytes]:
    """Return where the second page starts and ends, and the packet on it."""
    _, start = page_bounds(data, 0)
    body, end = page_bounds(data, start)
    if data[body : body + len(_MAGIC)] != _MAGIC or data[body - 1] == _SEGMENT:
        raise ValueError("the packet OpusTags is expected, whole, on the second page")
    return start, end, data[body:end]


def page_bounds(data: bytes, start: int) -> tuple[int, int]:
    """Return where the body of the page at ``start`` begins and ends."""
    if data[start : start + 4] != b"OggS":
        raise ValueError("an Ogg page is expected")
    body = start + _HEAD + data[start + _HEAD - 1]
    return body, body + sum(data[start + _HEAD : body])


def checksum(page: bytes) -> int:
    """Return the checksum of a page (RFC 3533 section 6: polynomial 0x04c11db7, nothing reflected, starting from 0)."""
    crc = 0
    for byte in page:
        crc = (crc << 8) & 0xFFFF_FFFF ^ _TABLE[crc >> 24 ^ byte]
    return crc


def carried(source: bytes, data: bytes) -> bytes:
    """Return ``data`` with the comments of ``source``, pictures among them, on as many pages as they need."""
    packet, (start, end, own) = _packet(source), _tags_page(data)
    if own == packet:
        return data
    bodies = [packet[at : at + _FULL_PAGE] for at in range(0, len(packet), _FULL_PAGE)] or [b""]
    if len(bodies[-1]) == _FULL_PAGE:
        bodies.append(b"")  # a page of full segments alone goes on: an empty segment ends the packet
    head = data[start : start + _CRC_AT]
    last = len(bodies) - 1
    heads = [_numbered(head, place + 1, goes_on=place > 0, ends=place == last) for place in range(len(bodies))]
    pages = [_sealed(*page) for page in zip(heads, bodies, strict=True)]
    rest = _renumbered(data[end:], last) if last else data[end:]
    return data[:start] + b"".join(pages) + rest


def _packet(data: bytes) -> bytes:
    """Return the packet OpusTags, which may take several pages."""
    _, at = page_bounds(data, 0)
    packet, is_whole = b"", False
    while not is_whole:
        lacing_end, end = page_bounds(data, at)
        count = data[at + _HEAD - 1]
        lacing = data[lacing_end - count : lacing_end]
        stop = next((place + 1 for place, size in enumerate(lacing) if size < _SEGMENT), None)
        is_whole = stop is not None
        packet += data[lacing_end : lacing_end + sum(lacing[:stop])]
        at = end
    if packet[: len(_MAGIC)] != _MAGIC:
        raise ValueError("the packet OpusTags is expected behind the first page")
    return packet


def _numbered(head: bytes, number: int, *, goes_on: bool, ends: bool) -> bytes:
    """Return the head of a page with its number, and whether its packet began on the page before and ends on it."""
    place = bytes(8) if ends else b"\xff" * 8  # no place in the sound where no packet ends
    return head[:5] + bytes([int(goes_on)]) + place + head[14:18] + struct.pack("<I", number)


def _sealed(head: bytes, body: bytes) -> bytes:
    """Return a page of one packet, or of part of one."""
    full, left = divmod(len(body), _SEGMENT)
    lacing = bytes([_SEGMENT] * full + ([left] if full < _SEGMENT else []))
    page = head + bytes(4) + bytes([len(lacing)]) + lacing + body
    return page[:_CRC_AT] + struct.pack("<I", checksum(page)) + page[_CRC_AT + 4 :]


def _renumbered(pages: bytes, more: int) -> bytes:
    """Return pages with numbers that are higher by ``more``."""
    out, at = [], 0
    while at < len(pages):
        _, end = page_bounds(pages, at)
        (number,) = struct.unpack_from("<I", pages, at + 18)
        page = pages[at : at + 18] + struct.pack("<I", number + more) + bytes(4) + pages[at + _CRC_AT + 4 : end]
        out.append(page[:_CRC_AT] + struct.pack("<I", checksum(page)) + page[_CRC_AT + 4 :])
        at = end
    return b"".join(out)
