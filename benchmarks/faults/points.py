"""Points at which a process dies: each statement of a database, each commit, each change of a file.

What happens between two of them stays in memory, so that killing at each of them stands for killing anywhere.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any, Final

from sqlalchemy import Engine, event

_FILES: Final = frozenset({"os.rename", "os.remove", "os.link", "os.mkdir", "os.truncate", "os.rmdir", "shutil.move"})


class Points:
    """Counts the points that this process passes, and kills it at the one that was chosen."""

    def __init__(self, *, kill_at: int | None = None) -> None:
        """Watch this process from now on; ``kill_at`` counts from 1."""
        self.passed = 0
        self._kill_at = kill_at
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(Engine, name, self._pass)
        sys.addaudithook(self._audited)
        self._wrapped("fsync")
        self._wrapped("write")
        self._wrapped("pwrite")

    def _pass(self, *_: Any) -> None:
        self.passed += 1
        if self.passed == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def _audited(self, name: str, arguments: tuple[Any, ...]) -> None:
        opens_to_write = name == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if name in _FILES or opens_to_write:
            self._pass()

    def _wrapped(self, name: str) -> None:
        """Pass a point before and behind a call that raises no audit event."""
        call = getattr(os, name)

        def watched(*arguments: Any) -> Any:
            self._pass()
            result = call(*arguments)
            self._pass()
            return result

        setattr(os, name, watched)
