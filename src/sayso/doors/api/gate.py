"""The gate before speech: what cannot begin in time is refused before its key, its voice or its words cost anything.

A request is counted from when all of it has arrived until it has its place, or its answer. So of many that come at once
only as many are looked at as may find a place. Who sends slowly, or has no key that was good before, keeps nobody out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPMethod
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sayso.doors.api.admission import Admission
from sayso.doors.api.errors import Busy
from sayso.doors.api.problems import answer

SPEECH: Final = ("/v1/audio/speech", "/v1/text-to-speech/")
"""What the paths begin with on which a POST asks for speech."""


@dataclass(frozen=True)
class SpeechGate:
    """The application behind its places; ``refused`` is told of each refusal, and when that request came.

    ``is_known`` says whether the key of a header was good when it was last checked; what it allows is not decided here.
    """

    app: ASGIApp
    admission: Admission
    refused: Callable[[Busy, float], None]
    is_known: Callable[[str | None], bool]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; refuse one for speech that would wait too long."""
        if scope["type"] != "http" or scope["method"] != HTTPMethod.POST or not scope["path"].startswith(SPEECH):
            await self.app(scope, receive, send)
            return
        request = _Arrived(receive)
        await request.read()
        came_s = time.perf_counter()
        with self.admission.arriving(is_counted=self.is_known(_authorization(scope))) as busy:
            if busy is None:
                await self.app(scope, request.receive, send)
                return
        self.refused(busy, came_s)
        await answer(busy, scope["path"])(scope, receive, send)


def _authorization(scope: Scope) -> str | None:
    headers = dict(scope["headers"])
    key = headers.get(b"authorization") or (b"Bearer " + headers.get(b"xi-api-key", b""))
    return str(key.decode("latin-1"))


class _Arrived:
    """The messages of one request, read before anybody asks for them; what reading raises is raised there again."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._here: list[Message | Exception] = []

    async def read(self) -> None:
        """Return once the whole body is here, or nothing more comes of it."""
        is_whole = False
        while not is_whole:
            try:
                message = await self._receive()
            except Exception as error:  # noqa: BLE001 - the application answers it, as if it had read the body
                self._here.append(error)
                return
            self._here.append(message)
            is_whole = not message.get("more_body", False)

    async def receive(self) -> Message:
        """Return the next message."""
        if not self._here:
            return await self._receive()
        message = self._here.pop(0)
        if isinstance(message, Exception):
            raise message
        return message
