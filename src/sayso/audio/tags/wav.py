"""Tags of WAV files: an ``id3 `` chunk for every reader, and a chunk named ``AIGC`` for the tag of that name.

The chunk ``AIGC`` is where readers of the Chinese label look in a WAV file (docs/disclosure.md).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Final

from sayso.audio.tags import id3

_ID3: Final = b"id3 "
_OWN: Final = ("AIGC",)
_CARRIED: Final = (b"LIST", _ID3, b"ID3 ", b"AIGC", b"bext", b"iXML", b"cue ")


def write(data: bytes, tags: Mapping[str, str]) -> bytes:
    """Return ``data`` with ``tags`` in chunks behind the sound."""
    everything = {**read(data), **tags}
    gone = {_ID3, *(name.encode() for name in _OWN)}
    if not any(name == b"data" for name, _ in _chunks(data)):
        raise ValueError("a data chunk is expected")
    kept = [(name, body) for name, body in _chunks(data) if name not in gone]
    kept += [(name.encode(), everything[name].encode()) for name in _OWN if name in everything]
    kept.append((_ID3, id3.tag(everything)))
    return _joined(kept)


def read(data: bytes) -> dict[str, str]:
    """Return the texts of both kinds of chunk."""
    found: dict[str, str] = {}
    for name, body in _chunks(data):
        if name == _ID3:
            found |= id3.read(body)
        elif name.decode("latin-1") in _OWN:
            found[name.decode()] = body.decode()
    return found


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("a RIFF file is expected")
    at = 12
    while at + 8 <= len(data):
        (size,) = struct.unpack_from("<I", data, at + 4)
        if at + 8 + size > len(data):
            raise ValueError("a chunk is cut off")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + (size & 1)


def carried(source: bytes, data: bytes) -> bytes:
    """Return ``data`` with the chunks of ``source`` that tell of the sound, behind it."""
    kept = [(name, body) for name, body in _chunks(source) if name in _CARRIED]
    kept = [(name, id3.without_credentials(body) if name in {_ID3, b"ID3 "} else body) for name, body in kept]
    return _joined([*_chunks(data), *kept])


def _joined(chunks: list[tuple[bytes, bytes]]) -> bytes:
    body = b"WAVE" + b"".join(name + struct.pack("<I", len(b)) + b + b"\0" * (len(b) & 1) for name, b in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body
