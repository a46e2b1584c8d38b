"""Tags: short texts by name in the files that Sayso writes, put there between encoding and signing.

Which field of a container is used is what its other readers look at: ID3v2.4 ``TXXX`` frames in MP3 and, in an ``id3 ``
chunk, in WAV; Vorbis comments in FLAC and Ogg Opus; iTunes free-form atoms in M4A. The sound stays as it is.
"""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from sayso.audio.container import Container
from sayso.audio.errors import CorruptAudio, TagMalformed
from sayso.audio.tags import flac, id3, mp4, ogg, wav

MAX_TEXT_BYTES: Final = 16_384


class _Form(Protocol):
    """How one container holds tags: the functions of a module."""

    def write(self, data: bytes, tags: Mapping[str, str]) -> bytes: ...

    def read(self, data: bytes) -> dict[str, str]: ...

    def carried(self, source: bytes, data: bytes) -> bytes: ...


_FORMS: Final[Mapping[Container, _Form]] = {
    Container.WAV: wav,
    Container.FLAC: flac,
    Container.MP3: id3,
    Container.M4A: mp4,
    Container.OPUS: ogg,
}
_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{1,63}")


def tagged(data: bytes, container: Container, tags: Mapping[str, str]) -> bytes:
    """Return the file ``data`` of ``container`` with ``tags`` added; one of the same name is replaced, others stay.

    ``data`` is a file as `encode` made it: what was signed since must be signed again.

    Raises
    ------
    TagMalformed : a name that is not 2 to 64 characters A-Z0-9_, a text that is empty, over 16 KiB or holds a NUL
    CorruptAudio : ``data`` is no whole file of ``container``
    """
    for name, text in tags.items():
        if not _NAME.fullmatch(name):
            raise TagMalformed(f"got the tag name {name[:40]!r}, expected 2 to 64 characters A-Z0-9_")
        if not text or "\0" in text or len(text.encode()) > MAX_TEXT_BYTES:
            raise TagMalformed(
                f"tag {name}: got {len(text)} characters, expected 1 to {MAX_TEXT_BYTES} bytes without NUL"
            )
    if not tags:
        return data
    with _parsing():
        return _FORMS[container].write(data, tags)


def carried(source: bytes, data: bytes, container: Container) -> bytes:
    """Return the file ``data`` of ``container`` with what ``source`` says about the sound: tags, cover, cues.

    Content credentials are left out: they are those of other sound. A ``source`` of another kind, or whose tags cannot
    be parsed, gives nothing.
    """
    if not source:
        return data
    try:
        with _parsing():
            return _FORMS[container].carried(source, data)
    except CorruptAudio:
        return data


def read_tags(data: bytes, container: Container) -> dict[str, str]:
    """Return the tags in the file ``data``: any text by any name; raise `CorruptAudio` where it is not whole."""
    with _parsing():
        return _FORMS[container].read(data)


@contextlib.contextmanager
def _parsing() -> Iterator[None]:
    try:
        yield
    except (IndexError, ValueError, KeyError, struct.error) as error:
        raise CorruptAudio("got a file whose tags cannot be parsed; encode the sound again") from error
