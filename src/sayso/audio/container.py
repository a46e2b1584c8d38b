"""Containers: what a file of sound is, told by its name when writing and by its bytes when reading."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Final

from sayso.audio.errors import UnknownFormat


class Container(StrEnum):
    """A container that Sayso writes."""

    WAV = "wav"
    FLAC = "flac"
    MP3 = "mp3"
    M4A = "m4a"
    OPUS = "opus"


class AudioFormat(StrEnum):
    """A format that Sayso reads, as FFmpeg names its demuxer.

    The demuxer is always named, never guessed: formats that point to other files, such as playlists, stay out of reach.
    """

    WAV = "wav"
    FLAC = "flac"
    AIFF = "aiff"
    OGG = "ogg"
    MP3 = "mp3"
    AAC = "aac"
    MP4 = "mp4"
    WEBM = "matroska"


_BY_SUFFIX: Final = {
    ".wav": Container.WAV,
    ".flac": Container.FLAC,
    ".mp3": Container.MP3,
    ".m4a": Container.M4A,
    ".opus": Container.OPUS,
    ".ogg": Container.OPUS,
}
_READ: Final = "WAV, AIFF, FLAC, MP3, AAC, M4A, MP4, Ogg, Opus or WebM"
_ID3_HEADER: Final = 10


def container_of(path: Path) -> Container:
    """Return the container that the suffix of ``path`` asks for; raise `UnknownFormat` naming the known ones."""
    container = _BY_SUFFIX.get(path.suffix.lower())
    if container is None:
        raise UnknownFormat(f"got the file name {path.name[-80:]!r}, expected one that ends in {', '.join(_BY_SUFFIX)}")
    return container


def id3_size(head: bytes) -> int:
    """Return the length in bytes of the ID3v2 tag at the start of ``head``, 0 without one (ID3v2.4 section 3.1)."""
    if len(head) < _ID3_HEADER or head[:3] != b"ID3":
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return size + _ID3_HEADER


def sniff(head: bytes) -> AudioFormat:
    """Return the format of a file by its first bytes (after any ID3v2 tag); raise `UnknownFormat` for any other."""
    if head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE":
        return AudioFormat.WAV
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return AudioFormat.AIFF
    if head[4:8] == b"ftyp":
        return AudioFormat.MP4
    for magic, form in (
        (b"fLaC", AudioFormat.FLAC),
        (b"OggS", AudioFormat.OGG),
        (b"\x1a\x45\xdf\xa3", AudioFormat.WEBM),
    ):
        if head.startswith(magic):
            return form
    # MPEG audio frames start with eleven set bits (ISO/IEC 13818-3); ADTS has layer 00 there (13818-7).
    if len(head) >= 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return AudioFormat.AAC if head[1] & 0x06 == 0 else AudioFormat.MP3
    raise UnknownFormat(f"got bytes that start with {head[:8]!r}, expected {_READ}")
