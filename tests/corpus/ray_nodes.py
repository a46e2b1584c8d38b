"""A Ray cluster of two nodes on this machine, one of which can be killed."""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from sayso.disk import make_private

QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "DO_NOT_TRACK": "1", "PYTHONUNBUFFERED": "1"}
TOKEN = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
"""Without it Ray writes a token into the home of who starts it, and takes it up where one is there."""

STARTED = "Ray runtime started"


class RayNodes:
    """A head and a second node, each with processes of its own. ``close`` ends both."""

    def __init__(self, folder: Path, *, slots: int = 2) -> None:
        """Start the nodes, which have ``slots`` places for workers each; their logs are in ``folder``."""
        self._folder, self._slots, self._count = folder, slots, 0
        self.address = f"127.0.0.1:{_free_port()}"
        told = f"--port={self.address.rpartition(':')[2]}", "--include-dashboard=false", "--disable-usage-stats"
        # Ray's sockets lie in this folder, and the path of a socket has 107 bytes at most.
        self._ray = Path("/tmp", f"ray-{os.getpid()}-{random.randrange(10_000)}")
        make_private(self._ray)
        self._nodes: list[subprocess.Popen[bytes]] = []
        try:
            self._start("--head", f"--temp-dir={self._ray}", *told)
            self.start_second()
        except BaseException:
            self.close()
            raise

    def _start(self, *told: str) -> None:
        command = [str(Path(sys.executable).parent / "ray"), "start", "--block", f"--num-cpus={self._slots}", *told]
        command += ["--node-ip-address=127.0.0.1", "--object-store-memory=150000000"]
        self._count += 1
        log = self._folder / f"node-{self._count}.log"
        with log.open("wb") as out:
            started = subprocess.Popen(
                command, stdout=out, stderr=out, start_new_session=True, env=os.environ | QUIET | TOKEN
            )  # fmt: skip
        self._nodes.append(started)
        until = time.monotonic() + 120
        while STARTED not in log.read_text(errors="replace"):
            if started.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"Ray did not start: {log.read_text(errors='replace')[-500:]}")
            time.sleep(0.1)

    def working(self) -> list[str]:
        """Return the commands of the workers of Daft on the second node."""
        return [told for told in map(command, below(self._nodes[-1].pid)) if "UDF" in told]

    def kill_second(self) -> None:
        """Kill every process of the second node."""
        second = self._nodes.pop()
        kill_all(second.pid)
        second.wait()

    def start_second(self) -> None:
        """Start a second node, the first or one in place of that which was killed."""
        self._start(f"--address={self.address}")

    def close(self) -> None:
        """End the nodes."""
        for one in reversed(self._nodes):
            kill_all(one.pid)
            one.wait()
        shutil.rmtree(self._ray, ignore_errors=True)


def _free_port() -> int:
    """Return a free port outside those that Ray takes for itself, 10,002 to 19,999."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


def kill_all(root: int) -> None:
    """Kill a process and all below it; one that is not there any more is none."""
    for pid in [root, *below(root)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def below(root: int) -> list[int]:
    """Return the processes below another, those above first."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents.setdefault(int(path.read_text().rpartition(")")[2].split()[1]), []).append(int(path.parent.name))
    found = list(parents.get(root, ()))
    for pid in found:
        found += parents.get(pid, ())
    return found


def command(pid: int) -> str:
    """Return the command line of a process, "" where it has ended."""
    try:
        return Path("/proc", str(pid), "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""
