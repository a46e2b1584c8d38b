"""ID3v2 tags at the head of MP3 files (ID3v2.4 main structure and native frames; 2.3 is read as well)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sayso.audio.container import id3_size

_HEADER: Final = 10
_USER_TEXT: Final = b"TXXX"
_LATIN, _UTF8 = 0, 3  # text encodings of ID3v2.4, section 4
_VERSIONS: Final = (3, 4)
_V1_BYTES: Final = 128
_CREDENTIALS: Final = b"c2pa"


def write(data: bytes, tags: Mapping[str, str]) -> bytes:
    """Return ``data`` with ``tags`` in the ID3v2.4 tag at its head; raise ValueError at one that cannot be extended."""
    size = id3_size(data)
    return tag(tags, kept=_kept(data[:size], tags)) + data[size:]


def read(data: bytes) -> dict[str, str]:
    """Return the user texts of the ID3v2 tag at the head of ``data``, none where there is no tag."""
    if not id3_size(data):
        return {}
    return dict(user for name, body in _frames(data) if name == _USER_TEXT for user in _user_text(body))


def tag(tags: Mapping[str, str], *, kept: bytes = b"") -> bytes:
    """Return an ID3v2.4 tag of ``tags`` behind the frames ``kept``."""
    frames = kept + b"".join(_frame(_USER_TEXT, _encoded(name, text)) for name, text in tags.items())
    return b"ID3\x04\x00\x00" + _syncsafe(len(frames)) + frames


def _kept(head: bytes, tags: Mapping[str, str]) -> bytes:
    """Return the frames of the tag ``head`` but those that are written anew."""
    if not head:
        return b""
    if head[3] != 4 or head[5]:
        raise ValueError("an ID3v2.4 tag without flags is expected")
    return b"".join(
        _frame(name, body)
        for name, body in _frames(head)
        if name != _USER_TEXT or not any(found in tags for found, _ in _user_text(body))
    )


def _frames(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and body of each frame, up to the padding."""
    version, end, at = data[3], id3_size(data), _HEADER
    if version not in _VERSIONS or end > len(data):
        raise ValueError("a whole tag of ID3v2.3 or 2.4 is expected")
    while at + _HEADER <= end and data[at]:
        size = data[at + 4 : at + 8]
        length = int.from_bytes(size, "big") if version == 3 else sum(b << 7 * (3 - i) for i, b in enumerate(size))
        yield data[at : at + 4], data[at + _HEADER : at + _HEADER + length]
        at += _HEADER + length


def _user_text(body: bytes) -> Iterator[tuple[str, str]]:
    if body[:1] in {bytes([_LATIN]), bytes([_UTF8])} and b"\0" in body[1:]:
        name, text = body[1:].split(b"\0", 1)
        encoding = "utf-8" if body[0] == _UTF8 else "latin-1"
        yield name.decode(encoding), text.rstrip(b"\0").decode(encoding)


def _encoded(name: str, text: str) -> bytes:
    return bytes([_UTF8]) + name.encode() + b"\0" + text.encode()


def _frame(name: bytes, body: bytes) -> bytes:
    return name + _syncsafe(len(body)) + b"\0\0" + body


def _syncsafe(size: int) -> bytes:
    """Return ``size`` in four bytes of seven bits (ID3v2.4 section 6.2)."""
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def carried(source: bytes, data: bytes) -> bytes:
    """Return ``data`` with the ID3v2 tag of ``source``, and its ID3v1 tag at the end."""
    head, tail = source[: id3_size(source)], source[-_V1_BYTES:]
    if len(head) < id3_size(source):
        raise ValueError("a whole tag is expected")
    kept = without_credentials(head) + data[id3_size(data) :] if head else data
    return kept + (tail if tail[:3] == b"TAG" else b"")


def without_credentials(head: bytes) -> bytes:
    """Return the tag ``head`` without the frame of content credentials, which are those of other sound."""
    if _CREDENTIALS not in head.lower():
        return head
    kept = [(name, body) for name, body in _frames(head) if not (name == b"GEOB" and _CREDENTIALS in body.lower())]
    size = (lambda length: length.to_bytes(4, "big")) if head[3] == 3 else _syncsafe
    frames = b"".join(name + size(len(body)) + bytes(2) + body for name, body in kept)
    return head[:5] + bytes(1) + _syncsafe(len(frames)) + frames
