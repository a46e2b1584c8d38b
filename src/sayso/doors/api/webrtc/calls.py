"""The calls that are open: each is one utterance on a connection of its own, which outlives its request."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from sayso.doors.api.errors import Busy

MOST: Final = 64
"""Calls that are open at once."""
GRACE_S: Final = 30.0
"""How long calls may go on after the server was told to stop."""


class Calls:
    """Holds the tasks of open calls until each has ended."""

    def __init__(self) -> None:
        """Begin with none."""
        self._open: set[asyncio.Task[None]] = set()

    def require_room(self) -> None:
        """Raise `Busy` where there is no room for one more."""
        if len(self._open) >= MOST:
            raise Busy(f"all {MOST} calls are taken; ask again later")

    def hold(self, call: Coroutine[Any, Any, None]) -> None:
        """Carry the call on until it has ended."""
        task = asyncio.create_task(call)
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def close(self) -> None:
        """Let what is being said come to its end, for `GRACE_S` at most."""
        if self._open:
            await asyncio.wait(self._open, timeout=GRACE_S)
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
