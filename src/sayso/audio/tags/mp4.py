"""Tags of M4A files: free-form items of the item list in ``moov/udta/meta/ilst``, as iTunes writes them.

Boxes are those of ISO/IEC 14496-12. The movie box must lie behind the sound, where `encode` puts it: it alone grows.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

_MEAN: Final = b"com.apple.iTunes"
_FREE_FORM: Final = b"----"
_COVER: Final = b"covr"
_JPEG, _PNG = 13, 14  # well-known types
_TEXT: Final = 1  # well-known type: UTF-8
_PATH: Final = (b"moov", b"udta", b"meta", b"ilst")
_FULL: Final = 4  # version and flags of a full box, such as meta


def write(data: bytes, tags: Mapping[str, str]) -> bytes:
    """Return ``data`` with ``tags`` as free-form items; raise ValueError where the item list cannot grow."""
    path = list(_boxes_to(data))
    start, end = path[-1]
    kept = [data[a:b] for a, b, name in _boxes(data, start + 8, end) if not _is_one_of(data[a:b], name, tags)]
    return _with_items(data, b"".join(kept) + b"".join(_item(name, text) for name, text in tags.items()))


def _with_items(data: bytes, items: bytes) -> bytes:
    path = list(_boxes_to(data))
    start, end = path[-1]
    if any(name == b"mdat" for a, _, name in _boxes(data, 0, len(data)) if a > path[0][0]):
        raise ValueError("the movie box is expected behind the sound")
    grown = len(items) - (end - start - 8)
    out = bytearray(data)
    out[start + 8 : end] = items
    for at, stop in path:
        out[at : at + 4] = struct.pack(">I", stop - at + grown)
    return bytes(out)


def put_cover(file: BinaryIO, cover: bytes, *, is_png: bool) -> None:
    """Put a cover into an open file in place of any other; raise ValueError where the item list cannot grow.

    Only what lies behind the sound is read and written again.
    """
    place = _behind_sound(file)
    data = file.read()
    start, end = list(_boxes_to(data))[-1]
    kept = b"".join(data[a:b] for a, b, name in _boxes(data, start + 8, end) if name != _COVER)
    body = struct.pack(">II", _PNG if is_png else _JPEG, 0) + cover
    item = struct.pack(">I4s", len(body) + 8, b"data") + body
    data = _with_items(data, kept + struct.pack(">I4s", len(item) + 8, _COVER) + item)
    file.seek(place)
    file.write(data)
    file.truncate()


def _behind_sound(file: BinaryIO) -> int:
    """Seek where the sound of an open file ends; raise ValueError where it has none."""
    whole = file.seek(0, os.SEEK_END)
    place, found = 0, -1
    while place < whole:
        file.seek(place)
        size, name = struct.unpack(">I4s", file.read(8))
        if size == 1:  # a size of 64 bits follows the name
            (size,) = struct.unpack(">Q", file.read(8))
        if size < 8 or place + size > whole:
            raise ValueError("a box is cut off")
        place += size
        found = place if name == b"mdat" else found
    if found < 0:
        raise ValueError("a box b'mdat' is expected")
    return file.seek(found)


def read(data: bytes) -> dict[str, str]:
    """Return the free-form items."""
    start, end = list(_boxes_to(data))[-1]
    items = (_named(data[a:b]) for a, b, name in _boxes(data, start + 8, end) if name == _FREE_FORM)
    return dict(item for item in items if item is not None)


def _boxes_to(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of each box on the path to the item list."""
    first, end = 0, len(data)
    for wanted in _PATH:
        start, end = next(((a, b) for a, b, name in _boxes(data, first, end) if name == wanted), (-1, -1))
        if start < 0:
            raise ValueError(f"a box {wanted!r} is expected")
        yield start, end
        first = start + 8 + (_FULL if wanted == b"meta" else 0)


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield start, end and name of each box between ``at`` and ``end``."""
    while at + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, at)
        if size == 1:  # a size of 64 bits follows the name
            (size,) = struct.unpack_from(">Q", data, at + 8)
        if size < 8 or at + size > end:
            raise ValueError("a box is cut off")
        yield at, at + size, name
        at += size


def _is_one_of(item: bytes, name: bytes, tags: Mapping[str, str]) -> bool:
    named = _named(item) if name == _FREE_FORM else None
    return named is not None and named[0] in tags


def _named(item: bytes) -> tuple[str, str] | None:
    """Return name and text of a free-form item of iTunes' own kind."""
    parts = {name: item[a + 8 : b] for a, b, name in _boxes(item, 8, len(item))}
    if parts.get(b"mean", b"")[_FULL:] != _MEAN:
        return None
    return parts[b"name"][_FULL:].decode(), parts[b"data"][2 * _FULL :].decode()


def _item(name: str, text: str) -> bytes:
    data = struct.pack(">II", _TEXT, 0) + text.encode()
    parts = ((b"mean", bytes(_FULL) + _MEAN), (b"name", bytes(_FULL) + name.encode()), (b"data", data))
    body = b"".join(struct.pack(">I", len(part) + 8) + kind + part for kind, part in parts)
    return struct.pack(">I", len(body) + 8) + _FREE_FORM + body


def carried(source: bytes, data: bytes) -> bytes:
    """Return ``data`` with the items of ``source``, the cover among them, in place of its own."""
    start, end = list(_boxes_to(source))[-1]
    return _with_items(data, source[start + 8 : end])
