"""Idempotency keys: a request that creates, sent again with the same key, gets the answer of the first one.

Answers are remembered for a day, in this process: a request that is repeated after a restart is a new one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sayso.doors.api.errors import BodyInvalid, RepeatDiffers

KEPT_S: Final = 24 * 3600.0
MOST: Final = 10_000
MOST_BYTES: Final = 64 * 1024 * 1024
"""How much sealed sound the remembered answers hold together."""
MAX_CHARS: Final = 200

T = TypeVar("T")
_Key = tuple[str, str]


@dataclass
class _Kept:
    """One answer: of which body, since when, and how many bytes of sealed sound it holds."""

    digest: str
    answer: asyncio.Future[Any]
    at_s: float = field(default_factory=time.monotonic)
    size: int = 0


@dataclass
class Repeats:
    """The answers of the last requests that had a key, by who asked and the key."""

    most_bytes: int = MOST_BYTES
    _kept: dict[_Key, _Kept] = field(default_factory=dict)
    _size: int = 0

    async def once(self, key: _Key, digest: str, act: Callable[[], Awaitable[T]]) -> T:
        """Return what ``act`` returns, done once for the key; raise `RepeatDiffers` for a body of another digest.

        A request that failed leaves nothing behind: it may be tried again.
        """
        if not 0 < len(key[1]) <= MAX_CHARS:
            raise BodyInvalid(f"Idempotency-Key: got {len(key[1])} characters, expected 1 to {MAX_CHARS}")
        self._forget()
        if key in self._kept:
            known = self._kept[key]
            if known.digest != digest:
                raise RepeatDiffers("Idempotency-Key: got one that stands for another request; use a new one")
            again: T = await asyncio.shield(known.answer)
            return again
        kept = self._kept[key] = _Kept(digest, asyncio.get_running_loop().create_future())
        try:
            made = await act()
        except BaseException as error:
            self._drop(key)
            kept.answer.set_exception(error)
            kept.answer.exception()  # looked at: nobody may be waiting for it
            raise
        kept.answer.set_result(made)
        if self._kept.get(key) is kept:
            kept.size = len(getattr(made, "sealed", b""))
            self._size += kept.size
        return made

    def _forget(self) -> None:
        ends = time.monotonic() - KEPT_S
        for key in [key for key, kept in self._kept.items() if kept.at_s < ends]:
            self._drop(key)
        while len(self._kept) >= MOST or self._size > self.most_bytes:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: _Key) -> None:
        kept = self._kept.pop(key, None)
        self._size -= 0 if kept is None else kept.size
