"""Frames: what the host and a worker say to each other over a socket pair. A header in JSON, and bytes.

A frame is the length of the header and the length of the body (two unsigned 32-bit numbers, big-endian), the header,
the body. Sound is float32, little-endian, in the body. Nothing is ever unpickled or evaluated.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping
from typing import Any, Final

from sayso.engines.host.errors import FrameMalformed

MAX_HEADER: Final = 1 << 20
MAX_BODY: Final = 1 << 28
"""Bytes: a text with its pronounced words; a voice or a recording of 10 minutes."""

_LENGTHS: Final = struct.Struct(">II")

Header = dict[str, Any]


def send(link: socket.socket, header: Mapping[str, Any], body: bytes = b"") -> None:
    """Send one frame; raise `OSError` where the other side is gone, `FrameMalformed` for one that is too long."""
    words = json.dumps(header, ensure_ascii=False).encode()
    _check(len(words), len(body))
    link.sendall(b"".join((_LENGTHS.pack(len(words), len(body)), words, body)))


def receive(link: socket.socket) -> tuple[Header, bytearray] | None:
    """Return the next frame; None at the end; raise `FrameMalformed` for what is none."""
    start = _exactly(link, _LENGTHS.size)
    if start is None:
        return None
    sizes = _LENGTHS.unpack(start)
    _check(*sizes)
    words, body = _exactly(link, sizes[0]), _exactly(link, sizes[1])
    if words is None or body is None:
        return None
    try:
        header = json.loads(words)
    except (ValueError, RecursionError) as error:
        raise FrameMalformed(f"got a header that is no JSON ({type(error).__name__})") from None
    if not isinstance(header, dict):
        raise FrameMalformed(f"got a header that is a {type(header).__name__}, expected an object")
    return header, body


def _check(header: int, body: int) -> None:
    if header > MAX_HEADER or body > MAX_BODY:
        raise FrameMalformed(f"got a frame of {header} and {body} bytes, expected {MAX_HEADER} and {MAX_BODY} at most")


def _exactly(link: socket.socket, size: int) -> bytearray | None:
    """Return ``size`` bytes, None where the other side ended before."""
    data = bytearray(size)
    view, have = memoryview(data), 0
    while have < size:
        count = link.recv_into(view[have:])
        if not count:
            return None
        have += count
    return data
