"""Tags of FLAC files: the metadata block VORBIS_COMMENT (RFC 9639 section 8.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sayso.audio.container import id3_size
from sayso.audio.tags import vorbis

_COMMENT: Final = 4
_LAST: Final = 0x80
_CARRIED: Final = (2, 4, 5, 6)  # application, comments, cues, picture


def write(data: bytes, tags: Mapping[str, str]) -> bytes:
    """Return ``data`` with ``tags`` among its comments."""
    blocks, frames = _split(data)
    comments = next((body for kind, body in blocks if kind == _COMMENT), b"")
    blocks = [(kind, body) for kind, body in blocks if kind != _COMMENT]
    blocks.insert(1, (_COMMENT, vorbis.extended(comments, tags)))  # behind STREAMINFO, which comes first
    return _joined(blocks, frames)


def read(data: bytes) -> dict[str, str]:
    """Return the comments."""
    blocks, _ = _split(data[id3_size(data) :])  # content credentials lie in an ID3 tag before the stream
    return next((vorbis.texts(body) for kind, body in blocks if kind == _COMMENT), {})


def _split(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Return the metadata blocks and what follows them."""
    if data[:4] != b"fLaC":
        raise ValueError("a FLAC stream is expected")
    at, blocks, last = 4, [], 0
    while not last:
        last, kind, size = data[at] & _LAST, data[at] & ~_LAST, int.from_bytes(data[at + 1 : at + 4], "big")
        blocks.append((kind, data[at + 4 : at + 4 + size]))
        at += 4 + size
    return blocks, data[at:]


def carried(source: bytes, data: bytes) -> bytes:
    """Return ``data`` with the comments, pictures, cues and application blocks of ``source``."""
    blocks, _ = _split(source[id3_size(source) :])
    kept = [(kind, body) for kind, body in blocks if kind in _CARRIED]
    own, frames = _split(data)
    known = {kind for kind, _ in kept}
    return _joined([*(one for one in own if one[0] not in known), *kept], frames)


def _joined(blocks: list[tuple[int, bytes]], frames: bytes) -> bytes:
    heads = [kind | (_LAST if place == len(blocks) - 1 else 0) for place, (kind, _) in enumerate(blocks)]
    packed = [bytes([h]) + len(body).to_bytes(3, "big") + body for h, (_, body) in zip(heads, blocks, strict=True)]
    return b"fLaC" + b"".join(packed) + frames
