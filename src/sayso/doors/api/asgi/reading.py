"""Reading a body: as long as it says that it is, no longer than is taken, and in time."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from starlette.requests import Request

from sayso.doors.api.errors import LengthMissing, RequestSlow, TooLarge

_DIGITS: Final = 12


async def read_body(request: Request, most: int, *, body_s: float = 30.0, quiet_s: float = 10.0) -> bytes:
    """Return the body, of ``most`` bytes at most, in ``body_s`` seconds, none of them silent for ``quiet_s``.

    Raise `LengthMissing` where the head does not say how long it is, `TooLarge`, or `RequestSlow`.
    """
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdecimal()) or "transfer-encoding" in request.headers:
        raise LengthMissing
    if len(length) > _DIGITS or int(length) > most:
        raise TooLarge(f"got a body of {length[:20]} bytes, expected at most {most}")
    ends, blocks, is_here = time.monotonic() + body_s, [], False
    while not is_here:
        left = min(ends - time.monotonic(), quiet_s)
        try:
            if left <= 0:
                raise TimeoutError
            message = await asyncio.wait_for(request.receive(), left)
        except TimeoutError:
            raise RequestSlow("got a part of the body only, expected all of it in time") from None
        if message["type"] == "http.disconnect":
            raise RequestSlow("the client has hung up")
        blocks.append(message.get("body", b""))
        is_here = not message.get("more_body", False)
    return b"".join(blocks)
