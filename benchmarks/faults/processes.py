"""Real processes that cost little: forks of one that has imported and loaded everything."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ended:
    """How a process ended: what it returned (None where it was killed), its signal, its time and its memory."""

    value: Any
    signal: int
    seconds: float
    cpu_s: float
    memory_mb: float
    error: str = ""


class Forked:
    """A process that runs ``work`` and hands its value back as JSON."""

    def __init__(self, work: Callable[[], Any]) -> None:
        """Start it."""
        self.started = time.monotonic()
        self._read, write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._read)
            _work(work, write)
        os.close(write)

    def kill(self) -> None:
        """End it as a power cut does."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def ended(self, *, within_s: float = 120.0) -> Ended:
        """Return how it ended; it is killed, and that is told as an error, where it takes longer than ``within_s``."""
        data, late = b"", False
        deadline = self.started + within_s
        while True:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self._read], [], [], left)[0]:
                late = True
                self.kill()
                break
            piece = os.read(self._read, 1 << 16)
            if not piece:
                break
            data += piece
        os.close(self._read)
        _, status, usage = os.wait4(self.pid, 0)
        found = json.loads(data) if data.endswith(b"}") else {}
        return Ended(
            value=found.get("value"),
            signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            seconds=time.monotonic() - self.started,
            cpu_s=usage.ru_utime + usage.ru_stime,
            memory_mb=usage.ru_maxrss / 1024,
            error=f"no end within {within_s:.0f} s" if late else found.get("error", ""),
        )


def _work(work: Callable[[], Any], write: int) -> None:
    try:
        told = {"value": work()}
    except BaseException as error:  # noqa: BLE001 - whatever it was is told, and the process ends
        told = {"error": f"{type(error).__name__}: {error}", "where": traceback.format_exc(limit=-3)}
        told["error"] += " | " + " ".join(told.pop("where").split())[-400:]
    with contextlib.suppress(OSError):
        data = json.dumps(told).encode()
        while data:
            data = data[os.write(write, data) :]
    os._exit(0)
