"""What processes take, as Linux tells of them: the server's own, and each engine's below it."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")


def engines(pid: int) -> list[int]:
    """Return the numbers of the engines' processes below ``pid``."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    found = {int(word) for each in children for word in each.read_text().split()}
    return sorted(one for one in found if b"sayso.engines.host.worker" in Path(f"/proc/{one}/cmdline").read_bytes())


def resident_mib(pid: int) -> float:
    """Return the memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / (1 << 20)


def threads(pid: int) -> int:
    """Return how many threads a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def files(pid: int) -> int:
    """Return how many files and connections a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def ran_s(pid: int) -> float:
    """Return how long a process ran so far, to the microsecond (its own clock); infinity for one that is gone."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return math.inf
