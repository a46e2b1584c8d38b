"""HTTP/1.1 within bounds: uvicorn parses it; how long and how large a head may be, and who has a place, is told here.

Slow clients cannot keep others out: where all places are taken, whoever is waited for longest loses theirs. A request
that is being answered is never interrupted.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from httptools import HttpParserError
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sayso.doors.api.errors import HeadTooLarge, LengthMissing, TargetTooLong, TooLarge
from sayso.errors import Invalid, SaysoError

HEAD_BYTES: Final = 64 * 1024
"""How long the head of a request may be in all."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a client has: for a head, or until the next request; for a body; and before it may lose its place.

    Whoever reads a body gives it less than ``body_s``, and answers; here the connection ends.
    """

    head_s: float = 10.0
    body_s: float = 40.0
    grace_s: float = 1.0


class Seats:
    """Seats for so many connections at once."""

    def __init__(self, number: int) -> None:
        """Have ``number`` of them."""
        self._number = number
        self._taken: set[BoundedProtocol] = set()

    def take(self, one: BoundedProtocol) -> bool:
        """Return whether there is a place for ``one``, be it that of the slowest, who is hung up on."""
        if len(self._taken) >= self._number:
            slowest = min((each for each in self._taken if each.is_slow), key=lambda each: each.since, default=None)
            if slowest is None:
                return False
            self._taken.discard(slowest)
            slowest.transport.abort()
        self._taken.add(one)
        return True

    def give_back(self, one: BoundedProtocol) -> None:
        """Take the place of ``one`` back, if it has one."""
        self._taken.discard(one)


class BoundedProtocol(HttpToolsProtocol):
    """One connection: it ends where its client keeps it waiting, and tells what is no request in the server's shape."""

    def __init__(
        self,
        *given: Any,
        tell: Callable[[SaysoError], Response],
        times: Patience | None = None,
        places: Seats | None = None,
        **named: Any,
    ) -> None:
        """Take what uvicorn gives, how an error is told, and the bounds."""
        super().__init__(*given, **named)
        self._tell, self._times, self._places = tell, times or Patience(), places
        self._timer: Any = None
        self._head_bytes, self._is_in_head = 0, False
        self._fault: SaysoError | None = None
        self.since = 0.0

    @property
    def is_slow(self) -> bool:
        """Return whether the client has been waited for so long that it may lose its place."""
        return self._timer is not None and time.monotonic() - self.since > self._times.grace_s

    def connection_made(self, transport: Any) -> None:
        """Take a place, or hang up where there is none."""
        super().connection_made(transport)
        self._watch()
        if self._places is not None and not self._places.take(self):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Read on, but no longer head than `HEAD_BYTES`."""
        was_in_head = self._is_in_head
        super().data_received(data)
        if was_in_head and self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
                self._fault = self._too_long()
                self.send_400_response("")

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._head_bytes, self._is_in_head = 0, True

    def on_headers_complete(self) -> None:
        """Begin a request, unless its head is too long."""
        self._is_in_head = False
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._fault = self._too_long()
            raise self._fault  # the parser ends with it
        super().on_headers_complete()
        self._watch()

    def on_message_complete(self) -> None:
        """Wait for the client no longer: its request is here."""
        super().on_message_complete()
        self._watch()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._watch()

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the protocol of WebSockets."""
        self._leave()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        self._leave()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - as uvicorn calls it
        """Tell in the server's shape that what came is no request; ``msg`` tells nothing more.

        Where an answer is on its way it goes on, and ends the connection.
        """
        if not self._is_idle and (self.cycle.response_started or not self.cycle.more_body):
            self.cycle.keep_alive = False
            return
        told = self._tell(self._fault or _fault(sys.exception()))
        lines = [(b"connection", b"close"), *self.server_state.default_headers, *told.raw_headers]
        head = b"".join(b"%b: %b\r\n" % pair for pair in lines)
        status = HTTPStatus(told.status_code)
        self.transport.write(
            f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() + head + b"\r\n" + bytes(told.body)
        )
        self.transport.close()

    @property
    def _is_idle(self) -> bool:
        """Return whether no request is here that was not answered."""
        return self.cycle is None or self.cycle.response_complete

    def _watch(self) -> None:
        """Wait for the client, for a head or the rest of a body, so long; or not, while it waits for us."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._is_idle and not self.cycle.more_body:
            return
        seconds = self._times.head_s if self._is_idle else self._times.body_s
        self.since = time.monotonic()
        self._timer = self.loop.call_later(seconds, self.transport.close)

    def _leave(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._places is not None:
            self._places.give_back(self)

    def _too_long(self) -> SaysoError:
        return TargetTooLong() if len(self.url) > HEAD_BYTES // 2 else HeadTooLarge()


def _fault(error: BaseException | None) -> SaysoError:
    """Return what is wrong with bytes that the parser refused."""
    said = str(error) if isinstance(error, HttpParserError) else ""
    if "Content-Length overflow" in said:
        return TooLarge("got a body of a length beyond all bounds")
    if "Content-Length" in said:
        return LengthMissing("got a Content-Length that is no one number")
    return Invalid("got bytes that are no request of HTTP/1.1")
