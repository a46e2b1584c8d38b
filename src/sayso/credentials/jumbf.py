"""JUMBF (ISO/IEC 19566-5), as much as is needed to take one manifest out of a C2PA manifest store."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from sayso.credentials.errors import ManifestMalformed

_HEAD: Final = struct.Struct(">I4s")
_SUPERBOX: Final = b"jumb"


def active_only(store: bytes) -> bytes:
    """Return the manifest store with its active manifest alone: the last of its superboxes (C2PA 2.2, section 11.1.4).

    Raise `ManifestMalformed` unless ``store`` is one box that holds a description and at least one manifest.
    """
    boxes = list(_boxes(store))
    inside = list(_boxes(boxes[0][_HEAD.size :])) if len(boxes) == 1 else []
    manifests = [box for box in inside[1:] if box[4 : _HEAD.size] == _SUPERBOX]
    if not manifests:
        raise ManifestMalformed(f"got {len(store)} bytes that are no C2PA manifest store (JUMBF)")
    body = inside[0] + manifests[-1]
    return _HEAD.pack(_HEAD.size + len(body), _SUPERBOX) + body


def _boxes(data: bytes) -> Iterator[bytes]:
    """Yield the boxes that ``data`` is made of, none longer than it (lengths of 0 and 1 are not used in C2PA)."""
    place = 0
    while place < len(data):
        length = _HEAD.unpack_from(data, place)[0] if place + _HEAD.size <= len(data) else 0
        if not _HEAD.size <= length <= len(data) - place:
            raise ManifestMalformed("got a manifest store (JUMBF) whose boxes do not fit into it")
        yield data[place : place + length]
        place += length
