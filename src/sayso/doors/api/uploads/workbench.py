"""The workbench: work that takes seconds or minutes, done one after another, so that speech and short questions go on.

What cannot begin soon is refused: while speech takes all places, where others wait already, or where the same key has
enough of them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from sayso.doors.api.errors import Busy

HANDS: Final = 1
WAITING: Final = 8
"""How many pieces of work are taken at most, those in hand included."""

EACH: Final = 3
"""How many of them one key may have."""

SOON_S: Final = 5.0

T = TypeVar("T")


class WorkbenchBusy(Busy):
    """The workbench is taken; ask again later."""

    retry_after_s = SOON_S


class Workbench:
    """Does one piece of work at a time, in a thread of its own."""

    def __init__(self, is_free: Callable[[], bool] = lambda: True) -> None:
        """Take what says whether the machine has nothing more urgent to do."""
        self._is_free = is_free
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="sayso-bench")
        self._taken: Counter[str] = Counter()

    async def run(self, key: str, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, done for the bearer of ``key``; raise `WorkbenchBusy` at once."""
        self._check(key)
        self._taken[key] += 1
        done = asyncio.get_running_loop().run_in_executor(self._hands, work)
        done.add_done_callback(lambda _: self._taken.subtract([key]))  # of one that nobody waits for any more, too
        return await asyncio.shield(done)

    def close(self) -> None:
        """Return once what is in hand has ended; what waits is left undone."""
        self._hands.shutdown(cancel_futures=True)

    def _check(self, key: str) -> None:
        self._taken += Counter()  # forgets who has none
        if self._taken[key] >= EACH:
            raise WorkbenchBusy(f"{EACH} pieces of work of this key wait already; ask again in {SOON_S:.0f} s")
        if self._taken.total() >= WAITING or not self._is_free():
            raise WorkbenchBusy(f"the machine has other work; ask again in {SOON_S:.0f} s")
