"""Listening: the address is checked and bound, uvicorn serves it, and a line tells when it is ready."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Response

from sayso.doors.api.app import application
from sayso.doors.api.errors import AddressExposed, AddressTaken, Busy
from sayso.doors.api.problems import PROBLEM, answer, problem
from sayso.doors.api.service import Service
from sayso.errors import Invalid

HEAD_S: Final = 10.0
"""How long the head of a request may take to arrive, and a connection may say nothing."""
CONNECTIONS: Final = 1024
GRACE_S: Final = 30
"""How long streams may go on after the server was told to stop."""


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


class _Protocol(HttpToolsProtocol):
    """Hangs up on who connects and does not send the head of a request in time."""

    _waiting: Any = None
    _served: Any = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._served = self.app
        self._waiting = self.loop.call_later(HEAD_S, transport.close)

    def on_headers_complete(self) -> None:
        self._arrived()
        self.app = _full if max(len(self.connections), len(self.tasks)) > CONNECTIONS else self._served
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._waiting = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - as uvicorn calls it
        """Tell in the one shape of errors that what came is no HTTP; ``msg`` tells nothing more."""
        told = answer(Invalid("got bytes that are no request of HTTP/1.1"), "/")
        head = b"".join(b"%b: %b\r\n" % pair for pair in told.raw_headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n" + head + b"connection: close\r\n\r\n" + bytes(told.body))
        self.transport.close()

    def _arrived(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None


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


class _Server(uvicorn.Server):
    """Tells when it listens, and ends without raising the signal that stopped it."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            yield
            self._captured_signals.clear()


def serve(service: Service, address: Address, ready: Callable[[str], None]) -> None:
    """Serve until a signal says to stop; ``ready`` is told the address once it is listened on.

    Raise `AddressTaken` where it cannot be. What is being said when the signal comes is said to its end, for
    `GRACE_S` seconds at most.
    """
    bound = _bound(address)
    scheme = "http" if address.certificate is None else "https"
    host, port = bound.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    whole = application(service)
    config = uvicorn.Config(
        whole if service.tracing is None else service.tracing.around(whole),
        http=_Protocol,
        ws=_SocketProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=int(HEAD_S),
        timeout_graceful_shutdown=GRACE_S,
        ws_max_size=64 * 1024,
        ssl_certfile=address.certificate,
        ssl_keyfile=address.key,
    )
    for talkative in ("uvicorn.error", "python_multipart", "python_multipart.multipart"):
        logging.getLogger(talkative).disabled = True  # what they say could hold what somebody said
    _log_lines()
    _Server(config, lambda: ready(f"{scheme}://{name}:{port}")).run(sockets=[bound])


def _log_lines() -> None:
    """Let what the server tells of itself appear on standard error, one line of JSON each."""
    log = logging.getLogger("sayso.server")
    if not log.handlers:
        log.addHandler(logging.StreamHandler())
    log.setLevel(logging.INFO)
    log.propagate = False


def _bound(address: Address) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in address.host else socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address.host, address.port))
    except (OSError, OverflowError) as error:
        bound.close()
        raise AddressTaken(f"{address.host}:{address.port} cannot be listened on ({error}); choose another") from None
    bound.setblocking(False)
    return bound
