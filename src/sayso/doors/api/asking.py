"""What every route with a key takes: who asks, and the threads in which workflows run."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar, cast

from fastapi import Depends, Request
from fastapi.responses import JSONResponse

from sayso.doors.api.callers import Caller
from sayso.doors.api.service import Service
from sayso.workflows.installation.session import Session

T = TypeVar("T")
Labour = Callable[[Callable[[], Any]], Awaitable[Any]]

REPEAT: Final = "idempotency-key"
"""The header that names a request which may be sent again."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One request of somebody who is known."""

    service: Service
    caller: Caller
    came_s: float

    @property
    def session(self) -> Session:
        """Return the session of who asks."""
        return self.caller.session

    async def run(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, done in a thread."""
        return await self.service.run(work)

    async def labour(self, work: Callable[[], T]) -> T:
        """Return what ``work``, which takes long, returns; raise `WorkbenchBusy` where it cannot begin soon."""
        return await self.service.bench.run(self.caller.credential, work)

    async def once(
        self,
        request: Request,
        work: Callable[[], dict[str, Any]],
        *,
        sent: Iterable[bytes] | None = None,
        by: Labour | None = None,
        status: int = 201,
    ) -> JSONResponse:
        """Return what ``work`` creates, as an answer of this status; done as `done_once` does it."""
        return JSONResponse(await self.done_once(request, work, sent=sent, by=by), status)

    async def done_once(
        self,
        request: Request,
        work: Callable[[], T],
        *,
        sent: Iterable[bytes] | None = None,
        by: Labour | None = None,
    ) -> T:
        """Return what ``work`` returns: with the header ``Idempotency-Key``, done once for the same body.

        ``sent`` is what was sent, by default the body; of a form it is its parts, as each client sets other borders.
        ``by`` does the work, by default `run`. What is returned is remembered: nothing personal is in it, and no sound
        in clear.
        """
        token, by = request.headers.get(REPEAT), by or self.run
        if token is None:
            return cast(T, await by(work))
        parts = [await request.body()] if sent is None else sent
        whole = b"".join(hashlib.sha256(part).digest() for part in (request.url.path.encode(), *parts))
        digest = hashlib.sha256(whole).hexdigest()
        key = self.caller.credential, token
        return cast(T, await self.service.repeats.once(key, digest, lambda: by(work)))


async def asking(request: Request) -> Asking:
    """Return who asks, by OpenAI's header or ElevenLabs'; raise `KeyMissingHere` or `CredentialRefused`.

    The headers are read here: as parameters they would be built anew for each route, which half of the time went into
    that the server took to begin.
    """
    service: Service = request.app.state.service
    came_s = time.perf_counter()
    authorization, xi_api_key = request.headers.get("authorization"), request.headers.get("xi-api-key")
    if authorization is None and xi_api_key is not None:
        authorization = f"Bearer {xi_api_key}"
    return Asking(service, await service.caller(authorization), came_s)


Asked = Annotated[Asking, Depends(asking)]
Known = Depends(asking)
