"""A child: the host's end of one worker's process."""

from __future__ import annotations

import contextlib
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sayso.engines.host import frames
from sayso.engines.host.errors import FrameMalformed
from sayso.engines.host.frames import Header

if TYPE_CHECKING:
    from sayso.engines.host.run import HostRun

_SEND_S: Final = 5
"""How long a worker may take to accept an order before it counts as stuck."""


class Child:
    """One process and the socket to it. ``heard`` gets each frame, ``gone`` is called once when it has ended."""

    def __init__(
        self,
        engine: str,
        threads: int,
        memory_mib: int,
        together: int,
        *,
        heard: Callable[[Child, Header, bytearray], None],
        gone: Callable[[Child], None],
    ) -> None:
        self.runs: dict[int, HostRun] = {}  # what it works on
        self.is_ready = False
        self._heard, self._gone = heard, gone
        self._sending = threading.Lock()
        self._link, theirs = socket.socketpair()
        with theirs:
            words = [str(theirs.fileno()), engine, str(threads), str(memory_mib), str(together)]
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sayso.engines.host.worker", *words],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # an engine may print the text that it speaks
            )
        self._link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _SEND_S.to_bytes(8, sys.byteorder) + bytes(8))
        threading.Thread(target=self._listen, name=f"engine-{engine}", daemon=True).start()

    def has_room(self, run: HostRun, together: int) -> bool:
        """Return whether ``run`` may begin here now, where ``together`` runs share a worker."""
        if run.is_alone or any(one.is_alone for one in self.runs.values()):
            return self.is_ready and not self.runs
        return self.is_ready and len(self.runs) < together

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        return self._process.pid

    def send(self, header: Mapping[str, Any], body: bytes = b"") -> None:
        """Send a frame; end the process if it does not take it."""
        try:
            with self._sending:
                frames.send(self._link, header, body)
        except OSError:
            self.kill()

    def kill(self) -> None:
        """End the process now."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def resident_mib(self) -> float:
        """Return the memory that the process holds, in MiB; 0.0 where the system does not say."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return 0.0
        return pages * resource.getpagesize() / (1 << 20)

    def _listen(self) -> None:
        try:
            while (frame := frames.receive(self._link)) is not None:
                self._heard(self, *frame)
        except (OSError, FrameMalformed, KeyError, TypeError, ValueError):
            pass  # a worker that talks nonsense is ended like one that is silent
        finally:
            self.kill()
            self._process.wait()
            with self._sending:
                self._link.close()
            self._gone(self)
