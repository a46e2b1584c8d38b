"""What the headers of a file declare, as far as the decoders do not check it themselves."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from sayso.audio.errors import CorruptAudio

# Writers to a pipe cannot know the length: they leave the largest number there is, or one a little below 2 GiB.
_UNKNOWN_SIZE: Final = 0x7FFF_F000
_OGG_TAIL: Final = 65_307  # the largest page (RFC 3533 section 6)
_OGG_HEADER: Final = 27


def check_wav_whole(file: BinaryIO) -> None:
    """Raise `CorruptAudio` if the data chunk of a WAV or RF64 file declares more bytes than there are."""
    available = file.seek(0, io.SEEK_END)
    declared_64 = None
    for name, size, start in _chunks(file):
        if name == b"ds64":
            # EBU Tech 3306: RIFF size, then data size, 64 bits each.
            declared_64 = struct.unpack("<8xQ", file.read(16).ljust(16, b"\0"))[0]
        if name != b"data":
            continue
        declared = declared_64 if declared_64 is not None and size == 0xFFFF_FFFF else size
        if start + declared > available and (declared_64 is not None or declared < _UNKNOWN_SIZE):
            raise CorruptAudio(
                f"got a WAV file cut off: it declares {declared} bytes of sound and holds {available - start}; "
                "copy or record it again"
            )
        return
    raise CorruptAudio("got a WAV file without a data chunk, expected one; copy or record it again")


def is_plain_wav(file: BinaryIO) -> bool:
    """Return whether a file is a WAV of whole samples as integers, with nothing before, behind or beside its chunks."""
    available = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE" or int.from_bytes(head[4:8], "little") + 8 != available:
        return False
    chunks = {name: (size, start) for name, size, start in _chunks(file)}
    if b"fmt " not in chunks or chunks.get(b"data", (0, 0))[0] == 0:
        return False
    file.seek(chunks[b"fmt "][1])
    is_integer = file.read(2) == b"\x01\x00"
    return is_integer and all(start + size <= available for size, start in chunks.values())


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, declared size and start of each RIFF chunk."""
    start = 12
    while True:
        file.seek(start)
        head = file.read(8)
        if len(head) < 8:
            return
        name, size = struct.unpack("<4sI", head)
        yield name, size, start + 8
        start += 8 + size + (size & 1)


def check_ogg_whole(file: BinaryIO) -> None:
    """Raise `CorruptAudio` if the last page of an Ogg file is cut off (RFC 3533 section 6).

    A missing end-of-stream flag alone is let pass: recordings of live streams lack it.
    """
    file.seek(max(0, file.seek(0, io.SEEK_END) - 2 * _OGG_TAIL))
    tail = file.read()
    start = tail.rfind(b"OggS")
    lacing = tail[start + _OGG_HEADER :]
    count = tail[start + _OGG_HEADER - 1] if len(tail) >= start + _OGG_HEADER else 256
    if start < 0 or len(lacing) < count or len(lacing) < count + sum(lacing[:count]):
        raise CorruptAudio("got an Ogg file cut off in the middle of a page; copy or record it again")


def declares_length(mp3_frame: bytes) -> bool:
    """Return whether the first frame of an MP3 file carries the number of frames (Xing, Info or VBRI header).

    Without it FFmpeg only guesses the duration from the bit rate, which says nothing about a cut.
    """
    return any(tag in mp3_frame[:200] for tag in (b"Xing", b"Info", b"VBRI"))


def is_endless_flac(head: bytes) -> bool:
    """Return whether a FLAC file was written while its sound was made: it tells no length (RFC 9639 section 8.2)."""
    return head[:4] == b"fLaC" and len(head) >= 26 and head[21] & 0x0F == 0 and head[22:26] == bytes(4)
