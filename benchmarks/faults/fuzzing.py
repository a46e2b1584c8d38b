"""Hurt files through every command that reads sound: each ends in good time and little memory, with a code."""

from __future__ import annotations

import base64
import contextlib
import io
import os
import random
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.faults.files import KINDS
from benchmarks.faults.processes import Forked
from benchmarks.faults.worlds import World, stand_in_for_the_fit

from sayso.audio import Container, decode, encode
from sayso.doors.cli.main import run

FREE = ("--licence", "public-domain", "--evidence", "https://example.org/free")
MAX_S = 60.0
"""Seconds of processor time for one file through one command: more is a hang."""
MAX_MB = 900.0
"""Memory of one command on one file, above what the process had before."""

_SUFFIXES = (".wav", ".flac", ".mp3", ".m4a", ".opus", ".ogg", ".txt", "")
COMMANDS = ("verify", "trace", "clone", "restore")
_BUG = 70


class Fuzzing:
    """Trials on one world: the commands that are given a hurt file do not change it, or are refused."""

    def __init__(self, world: World, folder: Path, seed: int) -> None:
        """Take the world to copy, and a folder for the copy."""
        self._world, self._folder, self._seed = world, folder, seed
        self._files: list[bytes] = []

    def trial(self, number: int) -> dict[str, Any]:
        """Hurt one file and give it to each command; return the exit codes, time, memory, and what was wrong."""
        self._files = self._files or self._sounds()
        chance = random.Random(f"{self._seed} file {number}")
        kind = list(KINDS)[number % len(KINDS)]
        world = self._world.copied(self._folder / "fuzz")
        file = world.folder / f"hurt{chance.choice(_SUFFIXES)}"
        file.write_bytes(KINDS[kind](chance, self._files))
        ends = {name: Forked(lambda name=name: _given(world, name, file)).ended(within_s=600) for name in COMMANDS}
        shutil.rmtree(world.folder)
        found = [
            f"{name}: {wrong}"
            for name, end in ends.items()
            for wrong in _wrong(end.value, end.signal, end.error, end.cpu_s, end.memory_mb)
        ]
        return {
            "kind": kind,
            "codes": {name: end.value["code"] if end.value else None for name, end in ends.items()},
            "cpu_s": round(max(end.cpu_s for end in ends.values()), 2),
            "memory_mb": round(max(end.memory_mb - (end.value or {}).get("before_mb", 0) for end in ends.values())),
            "found": found,
        }

    def _sounds(self) -> list[bytes]:
        """Return the recording, short, in each container, and a clip of ours."""
        told = Forked(lambda: [base64.b64encode(each).decode() for each in _encoded(self._world)]).ended()
        return [base64.b64decode(each) for each in told.value]


def _encoded(world: World) -> list[bytes]:
    signal = decode(world.recording)
    shorts = [signal.slice(0, int(seconds * signal.sample_rate)) for seconds in (0.8, 5.5, 6.5)]
    ours = decode(world.clip_file)
    sounds = [encode(each, container) for each in (*shorts, ours) for container in Container]
    return [*sounds, world.clip_file.read_bytes()]


def _given(world: World, command: str, file: Path) -> dict[str, Any]:
    """Run one command on the file in this process; return its exit code and what it said where it failed."""
    stand_in_for_the_fit()
    words = {
        "verify": ["verify", file],
        "trace": ["trace", file],
        "clone": ["voice", "clone", file, "--speaker", world.speaker, "--effort", "fast", "--engine", "hibari", *FREE],
        "restore": ["restore", file, "-o", world.out / "restored.wav"],
    }[command]
    os.environ["SAYSO_HOME"] = str(world.home)
    before = _memory_mb()
    said = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="replace")
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = run([*map(str, words), "--json"])
    said.flush()
    text = said.buffer.getvalue().decode(errors="replace")
    return {"code": code, "before_mb": before, "said": text[-400:] if code == _BUG else ""}


def _memory_mb() -> float:
    with Path("/proc/self/status").open() as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def _wrong(value: dict[str, Any] | None, signal: int, error: str, cpu_s: float, memory_mb: float) -> list[str]:
    if value is None:
        return [f"crash: signal {signal} {error}"]
    found = []
    if value["code"] == _BUG:
        found.append(f"crash: {value['said']}")
    if cpu_s > MAX_S:
        found.append(f"hang: {cpu_s:.0f} s of processor time")
    if memory_mb - value["before_mb"] > MAX_MB:
        found.append(f"memory: {memory_mb - value['before_mb']:.0f} MB")
    return found


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the counts of a run."""
    return {
        "files": len(rows),
        "runs": len(rows) * len(COMMANDS),
        "crashes": sum(any("crash" in each for each in row["found"]) for row in rows),
        "hangs": sum(any("hang" in each for each in row["found"]) for row in rows),
        "above_memory": sum(any("memory" in each for each in row["found"]) for row in rows),
        "longest_cpu_s": max((row["cpu_s"] for row in rows), default=0.0),
        "most_memory_mb": max((row["memory_mb"] for row in rows), default=0),
        "codes": {name: dict(sorted(Counter(str(row["codes"][name]) for row in rows).items())) for name in COMMANDS},
    }


if sys.platform != "linux":
    raise SystemExit("memory is read from /proc, which this system does not have")
