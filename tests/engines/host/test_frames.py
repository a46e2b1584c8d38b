"""Frames: what is sent arrives; what is no frame is refused before it is read."""

from __future__ import annotations

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.engines.host import frames
from sayso.engines.host.errors import FrameMalformed


@given(st.dictionaries(st.text(max_size=5), st.text() | st.integers()), st.binary(max_size=2000))
def test_what_is_sent_arrives(header, body):
    here, there = socket.socketpair()
    with here, there:
        frames.send(here, header, body)
        assert frames.receive(there) == (header, body)


@pytest.mark.parametrize(
    "data",
    [
        struct.pack(">II", 2**31, 0),
        struct.pack(">II", 2, 2**31),
        struct.pack(">II", 2, 0) + b"[]",
        struct.pack(">II", 2, 0) + b"{x",
        struct.pack(">II", 100_000, 0) + b"[" * 100_000,
        struct.pack(">II", 1, 0) + b"\xff",
    ],
)
def test_what_is_no_frame_is_refused(data):
    here, there = socket.socketpair()
    with here, there:
        here.sendall(data)
        with pytest.raises(FrameMalformed):
            frames.receive(there)


def test_an_end_inside_a_frame_is_an_end():
    here, there = socket.socketpair()
    with there:
        here.sendall(struct.pack(">II", 10, 10) + b"{}")
        here.close()
        assert frames.receive(there) is None


def test_a_header_too_long_is_not_sent():
    here, there = socket.socketpair()
    with here, there, pytest.raises(FrameMalformed):
        frames.send(here, {"text": "x" * (frames.MAX_HEADER + 1)})
