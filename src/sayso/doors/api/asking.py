"""What every route with a key takes: who asks, and the threads in which workflows run."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse

from sayso.doors.api.callers import Caller
from sayso.doors.api.service import Service
from sayso.workflows.installation.session import Session

T = TypeVar("T")


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

    async def once(
        self, request: Request, work: Callable[[], dict[str, Any]], *, sent: Iterable[bytes] | None = None
    ) -> JSONResponse:
        """Return what ``work`` creates (status 201): with the header ``Idempotency-Key``, once for the same body.

        ``sent`` is what was sent, by default the body; of a form it is its parts, as each client sets other borders.
        """
        token = request.headers.get("idempotency-key")
        if token is None:
            return JSONResponse(await self.run(work), 201)
        parts = [await request.body()] if sent is None else sent
        whole = b"".join(hashlib.sha256(part).digest() for part in (request.url.path.encode(), *parts))
        digest = hashlib.sha256(whole).hexdigest()
        shown = await self.service.repeats.once((self.caller.credential, token), digest, lambda: self.run(work))
        return JSONResponse(shown, 201)


async def asking(
    request: Request,
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
    xi_api_key: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Asking:
    """Return who asks, by OpenAI's header or ElevenLabs'; raise `KeyMissingHere` or `CredentialRefused`."""
    service: Service = request.app.state.service
    came_s = time.perf_counter()
    if authorization is None and xi_api_key is not None:
        authorization = f"Bearer {xi_api_key}"
    return Asking(service, await service.caller(authorization), came_s)


Asked = Annotated[Asking, Depends(asking)]
Known = Depends(asking)
