"""What the servers share: places for so many connections, and so many seconds for a request to arrive.

Slow clients cannot keep others out: when all places are taken, whoever has been sending the same request for longest
loses theirs. A handler that is at work is never interrupted.
"""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

_FREED_S: Final = 0.5
"""How long a place that was taken away may need to be free."""


class BoundedServer(ThreadingHTTPServer):
    """A server with places for so many connections at once."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type[BoundedHandler], *, connections: int) -> None:
        """Listen; ``connections`` are open at once, at most."""
        self._places = threading.BoundedSemaphore(connections)
        self._arriving: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        self._grace_s = handler.grace_s
        super().__init__(address, handler)

    @property
    def url(self) -> str:
        """The address as a prefix of what is asked for."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own; where there is no place, take that of the slowest, or hang up."""
        has_place = self._places.acquire(blocking=False)
        if has_place or (self._hang_up_on_slowest() and self._places.acquire(timeout=_FREED_S)):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one connection, and give its place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.note_arrived(request)
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up is no news, and its address nobody's business."""

    def note_arriving(self, connection: socket.socket) -> None:
        """Note that a request is awaited on ``connection`` from now on."""
        with self._lock:
            self._arriving[connection] = time.monotonic()

    def note_arrived(self, connection: socket.socket) -> None:
        """Note that the request on ``connection`` is here: it is being answered."""
        with self._lock:
            self._arriving.pop(connection, None)

    def _hang_up_on_slowest(self) -> bool:
        """Close the connection that has been sending for longest; return whether one was old enough for that."""
        with self._lock:
            slowest = min(self._arriving, key=self._arriving.__getitem__, default=None)
            if slowest is None or time.monotonic() - self._arriving[slowest] < self._grace_s:
                return False
            del self._arriving[slowest]
            with contextlib.suppress(OSError):
                slowest.shutdown(socket.SHUT_RDWR)
        return True


class BoundedHandler(BaseHTTPRequestHandler):
    """Reads requests that arrive in time; those that do not end their connection."""

    protocol_version = "HTTP/1.1"
    sys_version = ""
    server: BoundedServer
    connection: socket.socket

    grace_s = 1.0
    """How long every client may take, however many wait for a place."""
    quiet_s = 10.0
    """How long a client may send nothing."""
    head_s = 10.0
    """How long the head of a request may take, or the next request to come."""
    body_s = 30.0
    """How long a body may take."""

    def setup(self) -> None:
        """Read the connection through a clock."""
        super().setup()
        self._clock = _Clock(self.connection, self.quiet_s)
        self.rfile = io.BufferedReader(self._clock)

    def handle_one_request(self) -> None:
        """Await a request, and answer it."""
        self.server.note_arriving(self.connection)
        self._clock.start(self.head_s)
        super().handle_one_request()

    def read_body(self, length: int) -> bytes:
        """Return ``length`` bytes, or fewer where they do not come in time."""
        self._clock.start(self.body_s)
        blocks = []
        while length and not self._clock.is_over():
            try:
                block = self.rfile.read1(min(length, 1 << 16))
            except OSError:
                break
            if not block:
                break
            blocks.append(block)
            length -= len(block)
        return b"".join(blocks)

    def parse_request(self) -> bool:
        """Parse the head, which is here."""
        is_good = super().parse_request()
        if is_good and not self.has_body():
            self.server.note_arrived(self.connection)
        return is_good

    def has_body(self) -> bool:
        """Return whether the head says that a body follows."""
        return self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers

    def log_message(self, *_: object) -> None:
        """Say nothing: who asked about what is nobody's business."""


class _Clock(io.RawIOBase):
    """The bytes of a socket until a time is over."""

    def __init__(self, connection: socket.socket, quiet_s: float) -> None:
        self._connection, self._quiet_s = connection, quiet_s
        self._ends = time.monotonic() + quiet_s

    def start(self, seconds: float) -> None:
        """Allow ``seconds`` from now."""
        self._ends = time.monotonic() + seconds

    def is_over(self) -> bool:
        """Return whether the time is over."""
        return time.monotonic() >= self._ends

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is there; raise `TimeoutError` after the time, or where nothing comes for long."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the request took too long")
        self._connection.settimeout(min(left, self._quiet_s))
        received = self._connection.recv_into(buffer)
        self._connection.settimeout(self._quiet_s)
        return received
