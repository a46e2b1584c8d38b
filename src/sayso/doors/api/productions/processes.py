"""Processes that this server began, one for each thing that is worked on."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable


class WorkProcesses:
    """The processes that work, by what on; one that has ended is forgotten."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def keep(self, name: str, begin: Callable[[], subprocess.Popen[bytes]]) -> bool:
        """Keep the process that works on ``name``, begun unless there is one; return whether it was begun."""
        with self._lock:
            self._forget()
            if name in self._kept:
                return False
            self._kept[name] = begin()
            return True

    def is_at_work(self, name: str) -> bool:
        """Return whether a process works on ``name``."""
        with self._lock:
            self._forget()
            return name in self._kept

    def _forget(self) -> None:
        for name in [name for name, process in self._kept.items() if process.poll() is not None]:
            with self._kept.pop(name):
                pass
