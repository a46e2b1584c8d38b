"""Containers: what a file of sound is, told by its name when writing and by its bytes when reading."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

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
    W64 = "w64"
    AU = "au"
    CAF = "caf"
    AC3 = "ac3"
    EAC3 = "eac3"
    WMA = "asf"
    AVI = "avi"
    MPEG_TS = "mpegts"
    WAVPACK = "wv"
    TTA = "tta"
    AMR = "amr"
    FLV = "flv"
    VOC = "voc"


_BY_SUFFIX: Final = {
    ".wav": Container.WAV,
    ".flac": Container.FLAC,
    ".mp3": Container.MP3,
    ".m4a": Container.M4A,
    ".opus": Container.OPUS,
    ".ogg": Container.OPUS,
}
READ: Final = "WAV, W64, AIFF, AU, CAF, FLAC, MP3, AAC, AC-3, M4A, MP4, Ogg, Opus, WebM, WMA, WavPack, TTA, AMR or AVI"
_ID3_HEADER: Final = 10
_SNIFFED: Final = 256
_WRITTEN: Final = {
    AudioFormat.WAV: Container.WAV,
    AudioFormat.FLAC: Container.FLAC,
    AudioFormat.MP3: Container.MP3,
    AudioFormat.MP4: Container.M4A,
    AudioFormat.OGG: Container.OPUS,
}

# MPEG transport streams have packets of 188 bytes (ISO/IEC 13818-1 section 2.4.3); AC-3 frames say in bsid whether they
# are enhanced (ETSI TS 102 366 annex E). MPEG audio frames start with eleven set bits (ISO/IEC 13818-3); ADTS has layer
# 00 there (13818-7).
_MAGIC: Final = tuple(
    (form, re.compile(magic, re.DOTALL))
    for form, magic in (
        (AudioFormat.WAV, rb"(?:RIFF|RF64)....WAVE"),
        (AudioFormat.AVI, rb"RIFF....AVI "),
        (AudioFormat.AIFF, rb"FORM....AIF[FC]"),
        (AudioFormat.MP4, rb"....ftyp"),
        (AudioFormat.FLAC, rb"fLaC"),
        (AudioFormat.OGG, rb"OggS"),
        (AudioFormat.WEBM, rb"\x1a\x45\xdf\xa3"),
        (AudioFormat.W64, rb"riff\x2e\x91\xcf\x11"),
        (AudioFormat.AU, rb"\.snd\x00\x00"),
        (AudioFormat.CAF, rb"caff\x00"),
        (AudioFormat.WMA, rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
        (AudioFormat.WAVPACK, rb"wvpk.{4}[\x02-\x10]\x04"),
        (AudioFormat.TTA, rb"TTA[12]"),
        (AudioFormat.AMR, rb"#!AMR"),
        (AudioFormat.FLV, rb"FLV\x01"),
        (AudioFormat.VOC, rb"Creative Voice File\x1a"),
        (AudioFormat.MPEG_TS, rb"G.{187}G"),
        (AudioFormat.EAC3, rb"\x0b\x77...[\x58-\x87]"),
        (AudioFormat.AC3, rb"\x0b\x77"),
        (AudioFormat.AAC, rb"\xff[\xe0\xe1\xe8\xe9\xf0\xf1\xf8\xf9]"),
        (AudioFormat.MP3, rb"\xff[\xe0-\xff]"),
    )
)


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


def container_in(file: BinaryIO) -> Container | None:
    """Return the container that an open file is, by its bytes; None for a format that Sayso does not write."""
    file.seek(0)
    head = file.read(_SNIFFED)
    if size := id3_size(head):
        file.seek(size)
        head = file.read(_SNIFFED)
    try:
        return _WRITTEN.get(sniff(head))
    except UnknownFormat:
        return None
    finally:
        file.seek(0)


def sniff(head: bytes) -> AudioFormat:
    """Return the format of a file by its first bytes (after any ID3v2 tag); raise `UnknownFormat` for any other."""
    for form, magic in _MAGIC:
        if magic.match(head):
            return form
    raise UnknownFormat(f"got a file that begins like none that is read here, expected {READ}")
