"""Listening: the address is checked and bound, uvicorn serves it, and a line tells when it is ready."""

from __future__ import annotations

import ipaddress
import json
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Response

from sayso.doors.api.app import application
from sayso.doors.api.asgi.listener import Listener
from sayso.doors.api.asgi.protocol import BoundedProtocol
from sayso.doors.api.errors import AddressExposed, AddressTaken, Busy
from sayso.doors.api.problems import PROBLEM, answer, problem
from sayso.doors.api.public import public_routes
from sayso.doors.api.service import Service
from sayso.errors import Invalid

CONNECTIONS: Final = 1024
GRACE_S: Final = 30
"""How long streams may go on after the server was told to stop."""

SWITCH_S: Final = 0.001
"""How long a thread that makes or keeps speech may go on in Python while the event loop waits for its turn."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; ``certificate`` and ``key`` are files for TLS, ``is_behind_proxy`` says that a proxy does it."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None
    is_behind_proxy: bool = False

    @property
    def is_public(self) -> bool:
        """Return whether others than this machine can reach it."""
        try:
            return not ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host != "localhost"

    def check(self, *, has_keys: bool) -> None:
        """Raise `AddressExposed` for a public address without keys, or without TLS of its own or of a stated proxy."""
        if not self.is_public:
            return
        lacks = [] if has_keys else ["a key: nobody could be told from anybody"]
        if self.certificate is None and not self.is_behind_proxy:
            lacks.append("TLS: give a certificate and its key, or state that a proxy with TLS stands in front")
        if lacks:
            raise AddressExposed(
                f"{self.host} can be reached by others; it lacks what a public address needs", reasons=lacks
            )


class _Protocol(BoundedProtocol):
    """Refuses requests in the one shape of errors where more connections are open than are taken."""

    _served: Any = None

    def on_headers_complete(self) -> None:
        self._served = self._served or self.app
        self.app = _full if max(len(self.connections), len(self.tasks)) > CONNECTIONS else self._served
        super().on_headers_complete()


async def _full(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a request in the one shape of errors: more connections are open than are taken."""
    response = answer(Busy(f"all {CONNECTIONS} connections are taken; ask again in 1 s"), scope["path"])
    response.headers["Connection"] = "close"
    await response(scope, receive, send)


class _SocketProtocol(WebSocketsSansIOProtocol):
    """Tells in the one shape of errors why a handshake opens no WebSocket."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._plain, self.conn.reject = self.conn.reject, self._rejected  # type: ignore[method-assign]

    def _rejected(self, status: int, text: str) -> Response:
        told = problem(Invalid("got a handshake that opens no WebSocket here"))
        response = self._plain(status, json.dumps({**told, "status": int(status)}) if text else "")
        if text:
            del response.headers["Content-Type"]
            response.headers["Content-Type"] = PROBLEM
        return response


def serve(service: Service, address: Address, ready: Callable[[str], None]) -> None:
    """Serve until a signal says to stop; ``ready`` is told the address once it is listened on.

    Raise `AddressTaken` where it cannot be. What is being said when the signal comes is said to its end, for
    `GRACE_S` seconds at most.
    """
    whole = application(service, public_routes(service.session, lambda: service.admission.has_room))
    try:
        listener = Listener(
            whole if service.tracing is None else service.tracing.around(whole),
            address.host,
            address.port,
            ready=lambda: ready(listener.url),
            http=partial(_Protocol, tell=lambda error: answer(error, "/")),
            ws=_SocketProtocol,
            date_header=False,
            timeout_graceful_shutdown=GRACE_S,
            ws_max_size=64 * 1024,
            ssl_certfile=address.certificate,
            ssl_keyfile=address.key,
        )
    except (OSError, OverflowError) as error:
        raise AddressTaken(f"{address.host}:{address.port} cannot be listened on ({error}); choose another") from None
    sys.setswitchinterval(SWITCH_S)
    with listener:
        _log_lines()
        listener.serve_forever()


def _log_lines() -> None:
    """Let what the server tells of itself appear on standard error, one line of JSON each."""
    log = logging.getLogger("sayso.server")
    if not log.handlers:
        log.addHandler(logging.StreamHandler())
    log.setLevel(logging.INFO)
    log.propagate = False
