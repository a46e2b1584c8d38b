"""Bounds on requests before anything reads them: size, and the time in which a body arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sayso.doors.api.errors import BodyInvalid, KeyMissingHere, RequestSlow, TooLarge
from sayso.doors.api.problems import answer
from sayso.errors import SaysoError

BODY_BYTES: Final = 256 * 1024

OPEN: Final = frozenset({"/healthz", "/readyz", "/openapi.json"})
"""The paths that are answered without a key and ask for nothing."""

PUBLIC: Final = ("/matches/", "/manifests/", "/services/", "/detector/", "/add-checkpoint")
"""What the paths begin with that anybody may ask; none of them makes sound."""

FAULT: Final = "sayso.fault"
"""Where a request's scope holds why its body was refused."""

_NO_KEY: Final = "got a request without a key, expected the header Authorization: Bearer KEY"


@dataclass(frozen=True)
class Bounded:
    """The application behind bounds: ``larger`` names the paths whose bodies may be larger, and how large.

    ``body_s`` is how long a body may take to arrive. A body that is too large is refused by its declared length, or
    where it passes the bound; nothing is kept of it.
    """

    app: ASGIApp
    body_s: float = 30.0
    larger: Mapping[str, int] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on within its bounds."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if "\0" in scope["path"] or b"%00" in scope.get("query_string", b""):
            await answer(BodyInvalid("path: got a character that no name has"), scope["path"])(scope, receive, send)
            return
        headers = dict(scope["headers"])
        has_key = headers.get(b"authorization", b"").lower().startswith(b"bearer ") or b"xi-api-key" in headers
        if not has_key and not is_open(scope["path"]):
            await answer(KeyMissingHere(_NO_KEY), scope["path"])(scope, receive, send)
            return
        most = next((size for path, size in self.larger.items() if scope["path"].startswith(path)), BODY_BYTES)
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > 12 or int(length) > most:
            await _refused(scope, receive, send, most)
            return
        body = _Body(scope, receive, most, asyncio.get_running_loop().time() + self.body_s)
        await self.app(scope, body.receive, send)


def is_open(path: str) -> bool:
    """Return whether a path is answered without a key."""
    return path in OPEN or path.startswith(PUBLIC)


class _Body:
    """The messages of one request, counted until its body has arrived."""

    def __init__(self, scope: Scope, receive: Receive, most: int, ends: float) -> None:
        self._scope, self._receive, self._most, self._ends = scope, receive, most, ends
        self._got, self._is_here = 0, False

    async def receive(self) -> Message:
        """Return the next message; raise `TooLarge` or `RequestSlow` while the body arrives."""
        if self._is_here:
            return await self._receive()
        left = self._ends - asyncio.get_running_loop().time()
        try:
            message = await asyncio.wait_for(self._receive(), max(left, 0.001))
        except TimeoutError:
            raise self._fault(RequestSlow()) from None
        self._got += len(message.get("body", b""))
        self._is_here = not message.get("more_body", False)
        if self._got > self._most:
            raise self._fault(TooLarge(_too_large(self._most)))
        return message

    def _fault(self, error: SaysoError) -> SaysoError:
        """Return the error, kept where the answer is made: whatever reads the body may raise another in its place."""
        self._scope[FAULT] = error
        return error


async def _refused(scope: Scope, receive: Receive, send: Send, most: int) -> None:
    response = answer(TooLarge(_too_large(most)), scope["path"])
    response.headers["Connection"] = "close"
    await response(scope, receive, send)


def _too_large(most: int) -> str:
    return f"got a larger body than is taken here, expected at most {most} bytes"
