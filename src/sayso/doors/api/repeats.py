"""Idempotency keys: a request that creates, sent again with the same key, gets the answer of the first one.

Answers are remembered for a day, in this process: a request that is repeated after a restart is a new one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sayso.doors.api.errors import BodyInvalid, RepeatDiffers

KEPT_S: Final = 24 * 3600.0
MOST: Final = 10_000
MAX_CHARS: Final = 200


@dataclass
class Repeats:
    """The answers of the last requests that had a key, by who asked and the key."""

    _kept: dict[tuple[str, str], tuple[str, float, asyncio.Future[dict[str, Any]]]] = field(default_factory=dict)

    async def once(
        self, key: tuple[str, str], digest: str, act: Callable[[], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any]:
        """Return what ``act`` returns, done once for the key; raise `RepeatDiffers` for a body of another digest.

        A request that failed leaves nothing behind: it may be tried again.
        """
        if not 0 < len(key[1]) <= MAX_CHARS:
            raise BodyInvalid(f"Idempotency-Key: got {len(key[1])} characters, expected 1 to {MAX_CHARS}")
        self._forget()
        if key in self._kept:
            known, _, answer = self._kept[key]
            if known != digest:
                raise RepeatDiffers("Idempotency-Key: got one that stands for another request; use a new one")
            return await asyncio.shield(answer)
        answer = asyncio.get_running_loop().create_future()
        self._kept[key] = (digest, time.monotonic(), answer)
        try:
            made = await act()
        except BaseException as error:
            del self._kept[key]
            answer.set_exception(error)
            answer.exception()  # looked at: nobody may be waiting for it
            raise
        answer.set_result(made)
        return made

    def _forget(self) -> None:
        ends = time.monotonic() - KEPT_S
        for key in [key for key, (_, at, _) in self._kept.items() if at < ends]:
            del self._kept[key]
        while len(self._kept) >= MOST:
            del self._kept[next(iter(self._kept))]
