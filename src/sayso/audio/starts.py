"""Where files begin within other bytes: behind junk, or joined one after another."""

from __future__ import annotations

import io
import re
from typing import BinaryIO, Final

from sayso.audio.container import AudioFormat, id3_size, sniff
from sayso.audio.errors import UnknownFormat

_BLOCK: Final = 1 << 20
_OVERLAP: Final = 256
_FRAME_HEADER: Final = 4
_MOST_BLOCKS: Final = 1_000
_LAST_BLOCK_TYPE: Final = 6
_BOX_HEADER: Final = 16
_LEAST_BOX: Final = 8

# Each pattern is long enough that it stands by chance once in 2^40 bytes or less. RIFF, FORM and GUID: the
# specifications of Microsoft, Apple and Sony; FLAC: RFC 9639 section 8.2; Ogg: a page that begins a stream, RFC 3533
# section 6; MP4: ISO/IEC 14496-12 section 4.3; Matroska: RFC 9559 section 4.
_STARTS: Final = re.compile(
    rb"RIFF....(?:WAVE|AVI )|RF64....WAVE|FORM....AIF[FC]|fLaC[\x00\x80]\x00\x00\x22"
    rb"|OggS\x00[\x02\x03\x06\x07]|\x1a\x45\xdf\xa3.{1,60}?(?:webm|matroska)"
    rb"|\x00\x00\x00[\x10-\x60]ftyp(?:M4A|M4B|mp4|isom|iso[2-9]|qt  |dash|avc1|3gp)"
    rb"|riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb|\x30\x26\xb2\x75\x8e\x66\xcf\x11|caff\x00\x01\x00\x00"
    rb"|\.snd\x00\x00\x00[\x18-\xff]|ID3[\x02-\x04]\x00",
    re.DOTALL,
)
# MPEG audio (ISO/IEC 11172-3 section 2.4.1.3), ADTS (13818-7 section 6.2) and AC-3 (ETSI TS 102 366 section 5.3.1).
_FRAMES: Final = re.compile(rb"\xff[\xe2-\xff][^\xf0-\xff]|\x0b\x77", re.DOTALL)

_MPEG1_KBPS: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2_KBPS: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_MPEG1_HZ: Final = (44_100, 48_000, 32_000)
_AC3_HZ: Final = (48_000, 44_100, 32_000)
_AC3_KBPS: Final = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)


def next_start(file: BinaryIO, start: int) -> int | None:
    """Return where, from ``start`` on, a file of sound with a header of its own begins; None if none does."""
    while True:
        file.seek(start)
        block = file.read(_BLOCK + _OVERLAP)
        found = _STARTS.search(block)
        if found is not None and found.start() < _BLOCK:
            return start + found.start()
        if len(block) <= _BLOCK:
            return None
        start += _BLOCK


def next_frame(file: BinaryIO, start: int) -> int | None:
    """Return where, from ``start`` on, three frames of MP3, AAC or AC-3 follow each other; None if none do."""
    while True:
        file.seek(start)
        block = file.read(_BLOCK + (1 << 14))
        for found in _FRAMES.finditer(block):
            if found.start() >= _BLOCK:
                break
            if _follow(block, found.start()):
                return start + found.start()
        if len(block) <= _BLOCK:
            return None
        start += _BLOCK


def form_at(file: BinaryIO, start: int) -> AudioFormat | None:
    """Return the format that begins at ``start``, after ID3v2 tags; None where none does."""
    file.seek(behind_tags(file, start))
    try:
        return sniff(file.read(_OVERLAP))
    except UnknownFormat:
        return None


def behind_tags(file: BinaryIO, start: int) -> int:
    """Return where what follows the ID3v2 tags at ``start`` begins: ``start`` where there are none."""
    while True:
        file.seek(start)
        size = id3_size(file.read(_OVERLAP))
        if size == 0:
            return start
        start += size


def has_index(file: BinaryIO, start: int, end: int) -> bool:
    """Return whether the MP4 file in the bytes ``start`` to ``end`` has its ``moov`` box (ISO/IEC 14496-12, 8.2.1)."""
    for _ in range(_MOST_BLOCKS):
        file.seek(start)
        head = file.read(_BOX_HEADER)
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:], "big")
        if head[4:8] == b"moov":
            return True
        if size < _LEAST_BOX or start + size >= end:
            return False
        start += size
    return False


def has_flac_frames(file: BinaryIO, start: int) -> bool:
    """Return whether a frame follows the metadata blocks of the FLAC header at ``start`` (RFC 9639, section 8)."""
    place = start + len(b"fLaC")
    for _ in range(_MOST_BLOCKS):
        file.seek(place)
        head = file.read(4)
        if len(head) < 4 or head[0] & 0x7F > _LAST_BLOCK_TYPE:
            return False
        place += 4 + int.from_bytes(head[1:], "big")
        if head[0] & 0x80:
            break
    file.seek(place)
    return file.read(2) in {b"\xff\xf8", b"\xff\xf9"}


def size_of(file: BinaryIO) -> int:
    """Return how many bytes ``file`` has."""
    return file.seek(0, io.SEEK_END)


def _follow(block: bytes, place: int) -> bool:
    """Return whether three frames stand at ``place``, or as many as there is room for."""
    for number in range(3):
        length = _frame_length(block[place : place + 6])
        if length == 0:
            return number > 1 and place >= len(block) - _FRAME_HEADER
        place += length
    return True


def _frame_length(head: bytes) -> int:
    """Return the bytes of the frame that ``head`` begins; 0 where it begins none."""
    if len(head) < 6:
        return 0
    if head[0] == 0x0B:
        return _ac3_length(head)
    return _adts_length(head) if head[1] & 0xF6 == 0xF0 else _mpeg_length(head)


def _adts_length(head: bytes) -> int:
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if head[2] >> 2 & 15 < 13 and length > 7 else 0


def _mpeg_length(head: bytes) -> int:
    """Return the bytes of a frame of layer III."""
    version, layer, rate, pitch = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    if head[1] & 0xE0 != 0xE0 or version == 1 or layer != 1 or rate in {0, 15} or pitch == 3:
        return 0
    is_first = version == 3
    hz = _MPEG1_HZ[pitch] >> (0 if is_first else 1 if version == 2 else 2)
    kbps = (_MPEG1_KBPS if is_first else _MPEG2_KBPS)[rate]
    return (144 if is_first else 72) * kbps * 1000 // hz + (head[2] >> 1 & 1)


def _ac3_length(head: bytes) -> int:
    pitch, code = head[4] >> 6, head[4] & 63
    if head[1] != 0x77 or pitch == 3 or code > 37:
        return 0
    kbps = _AC3_KBPS[code >> 1]
    words = kbps * 96_000 // _AC3_HZ[pitch] + (code & 1 if pitch == 1 else 0)
    return 2 * words
