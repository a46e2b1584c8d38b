"""Vorbis comments (xiph.org, Vorbis I specification section 5), as FLAC and Ogg Opus hold them: no framing bit."""

from __future__ import annotations

import struct
from collections.abc import Mapping


def extended(comments: bytes, tags: Mapping[str, str]) -> bytes:
    """Return the block ``comments`` with ``tags``; fields of the same name are replaced, b"" is an empty block."""
    vendor, fields = _parsed(comments) if comments else (b"", [])
    kept = [field for field in fields if field.partition(b"=")[0].upper().decode("latin-1") not in tags]
    kept += [f"{name}={text}".encode() for name, text in tags.items()]
    head = struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(kept))
    return head + b"".join(struct.pack("<I", len(field)) + field for field in kept)


def texts(comments: bytes) -> dict[str, str]:
    """Return the fields of a block by name, the names in capitals."""
    pairs = (field.partition(b"=") for field in _parsed(comments)[1])
    return {name.decode("ascii").upper(): text.decode() for name, _, text in pairs}


def _parsed(comments: bytes) -> tuple[bytes, list[bytes]]:
    vendor, at = _counted(comments, 0)
    count = int.from_bytes(comments[at : at + 4], "little")
    at, fields = at + 4, []
    for _ in range(count):
        field, at = _counted(comments, at)
        fields.append(field)
    return vendor, fields


def _counted(data: bytes, at: int) -> tuple[bytes, int]:
    end = at + 4 + int.from_bytes(data[at : at + 4], "little")
    if at + 4 > len(data) or end > len(data):
        raise ValueError("a comment is cut off")
    return data[at + 4 : end], end
