"""Watching for workers that are gone before Daft has met them.

Daft's native runner starts a worker, a process, and waits on a socket for it without any bound of time
(daft 0.7.26, `daft/execution/udf.py`, `UdfHandle`). A worker that is killed before it connects would leave the run
waiting for ever. So whoever waits for answers looks which sockets wait for nobody that lives, connects to them and
hangs up: Daft takes that for a worker that broke off, and the work is begun again by what is finished.

It knows by /proc, so it watches on Linux alone.
"""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

_GRACE_S: Final = 2.0
"""So long a socket may be there without a process: Daft makes the socket first, then the process."""

_LOOK_S: Final = 0.5
_PROC: Final = Path("/proc")
_WORKER: Final = b"daft.execution.udf_worker"
_LISTENS: Final = 0x10000  # SO_ACCEPTCON, as /proc/net/unix tells flags (Linux, net/unix/af_unix.c)


class WorkersWatched:
    """A thread that hangs up on whoever waits for a dead worker; use it as a context around the work."""

    def __init__(self, grace_s: float = _GRACE_S) -> None:
        """Take how long a socket may wait for nobody, in seconds."""
        self._grace_s = grace_s
        self._since: dict[str, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="sayso-workers-watched", daemon=True)
        self.hung_up: set[str] = set()
        """The sockets that were hung up on."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(min(_LOOK_S, self._grace_s)):
            with contextlib.suppress(OSError):
                self._look()

    def _look(self) -> None:
        waiting = sockets_waiting() - self.hung_up
        lost = waiting - _served() if waiting else waiting
        now = time.monotonic()
        self._since = {place: self._since.get(place, now) for place in lost}
        for place, since in self._since.items():
            if now - since >= self._grace_s:
                self.hung_up.add(place)  # first, so that whoever is told of it by the hanging up knows why
                _hang_up(place)


def sockets_waiting() -> set[str]:
    """Return the sockets of Daft on which this process listens and which nobody has come to; none without /proc."""
    try:
        lines = (_PROC / "net" / "unix").read_text().splitlines()[1:]
    except OSError:
        return set()
    own, prefix = _own_sockets(), str(Path(tempfile.gettempdir(), "tmp"))
    listening: set[str] = set()
    met: set[str] = set()
    for fields in (line.split() for line in lines):
        if len(fields) == 8 and fields[6] in own and fields[7].startswith(prefix):
            (listening if int(fields[3], 16) & _LISTENS else met).add(fields[7])
    return listening - met


def _own_sockets() -> set[str]:
    """Return the inodes of the sockets that this process has open."""
    found = set()
    for each in (_PROC / "self" / "fd").iterdir():
        with contextlib.suppress(OSError):
            kind, _, inode = str(each.readlink()).partition(":")
            if kind == "socket":
                found.add(inode.strip("[]"))
    return found


def _served() -> set[str]:
    """Return the sockets that living workers of this process were told."""
    return {place for pid in _children() for place in _told(pid)}


def _children() -> Iterator[Path]:
    """Yield the living children of this process; one that was killed and is not waited for yet is dead."""
    for each in _PROC.iterdir():
        with contextlib.suppress(OSError, IndexError):
            if each.name.isdigit():
                state, parent = (each / "stat").read_text().rpartition(")")[2].split()[:2]
                if int(parent) == os.getpid() and state not in "ZX":
                    yield each


def _told(process: Path) -> list[str]:
    """Return the socket that a worker of Daft was told on its command line."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        words = (process / "cmdline").read_bytes().split(b"\0")
        return [os.fsdecode(words[words.index(_WORKER) + 1])]
    return []


def _hang_up(place: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.settimeout(1.0)
        caller.connect(place)
