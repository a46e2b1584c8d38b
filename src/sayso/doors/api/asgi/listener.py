"""A listener: one application on one address, served by uvicorn until it is told to stop."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, Self

import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp

from sayso.doors.api.asgi.protocol import BoundedProtocol, Patience, Seats
from sayso.errors import SaysoError

_KEEP_ALIVE_S: Final = 10
_GRACE_S: Final = 10
"""How long answers may go on after a server was told to stop, unless it says otherwise."""


class Listener:
    """Serves an application on one address; port 0 takes a free one. Clients may connect from the first moment."""

    def __init__(
        self, app: ASGIApp, host: str, port: int, *, ready: Callable[[], None] | None = None, **more: Any
    ) -> None:
        """Listen; raise `OSError` where the address cannot be had. ``more`` are options of uvicorn."""
        self._socket = _bound(host, port)
        self._is_still = threading.Event()
        self._is_still.set()
        options: dict[str, Any] = {
            "timeout_keep_alive": _KEEP_ALIVE_S,
            "timeout_graceful_shutdown": _GRACE_S,
            "log_config": None,
            "access_log": False,
            "server_header": False,
            "proxy_headers": False,
        }
        self._server = _Server(uvicorn.Config(app, **(options | more)), ready or (lambda: None))
        self.is_secure = self._server.config.is_ssl
        for talkative in ("uvicorn.error", "python_multipart", "python_multipart.multipart"):
            logging.getLogger(talkative).disabled = True  # what they say could hold what somebody said

    @property
    def server_address(self) -> tuple[str, int]:
        """The address that is listened on."""
        host, port = self._socket.getsockname()[:2]
        return host, port

    @property
    def url(self) -> str:
        """The address as a prefix of what is asked for."""
        host, port = self.server_address
        return f"{'https' if self.is_secure else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"

    def serve_forever(self) -> None:
        """Answer until a signal, or `shutdown`, says to stop."""
        self._is_still.clear()
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._is_still.set()

    def shutdown(self) -> None:
        """Let `serve_forever`, in another thread, come to its end."""
        self._server.should_exit = True
        self._is_still.wait()

    def server_close(self) -> None:
        """Listen no longer."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.server_close()


class PublicListener(Listener):
    """Serves one that has no callers with keys: places are few, and whoever is slow loses theirs."""

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        *,
        name: str,
        connections: int,
        tell: Callable[[SaysoError], Response],
        times: Patience | None = None,
    ) -> None:
        """Listen; ``name`` is the server's in its answers, ``connections`` are open at once, at most."""
        protocol = partial(BoundedProtocol, tell=tell, times=times, places=Seats(connections))
        super().__init__(app, host, port, http=protocol, ws="none", lifespan="off", headers=[("Server", name)])


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


def _bound(host: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(128)
    except (OSError, OverflowError):
        bound.close()
        raise
    bound.setblocking(False)
    return bound
