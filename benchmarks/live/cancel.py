"""A cancel on the WebSocket, a listener who hangs up: how long the engine goes on, and when the next is heard.

    python benchmarks/live/cancel.py --json .bench/live-cancel.json

The engine's process is watched from outside, each 2 ms, by the processor time that the kernel gave it: it is idle
once all that it still takes within 0.6 s is less than two milliseconds, or when it is gone. A thread that onnxruntime
starts when it is loaded wakes each 5 to 8 s for 0.3 to 1 ms, even where nothing is ever said; that is no work.
``told`` is until the socket says ``cancelled``, ``next_first`` from the next request, 0.6 s later, to its first sound.
``busy`` counts the rounds in which it still worked when it was stopped, ``lost`` the engines that were ended because
they did not stop by themselves, ``refused`` the next requests that had no sound.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from benchmarks.live import processes
from benchmarks.live.player import Player
from benchmarks.live.served import SHORT, House, Running, begun, body, house, percentiles, report, row, running
from benchmarks.live.talks import Turn, talking

STEP_S, WATCHED_S = 0.002, 0.6
WORK_S = 0.002
"""Less processor time than this, in all that is watched, is no work."""

ONE = ", and ".join(f"in the year {number} the lamp was lit at noon" for number in range(1, 61)) + "."
"""One sentence, so that a cancel comes in the middle of one utterance."""


@dataclass
class Watch:
    """Looks at the engines' processes until it is left, from a thread of its own."""

    pid: int
    looks: list[tuple[float, dict[int, float]]] = field(default_factory=list)
    engines: set[int] = field(default_factory=set)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.engines = set(processes.engines(self.pid))
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(STEP_S):
            self.looks.append((time.perf_counter(), {engine: processes.ran_s(engine) for engine in self.engines}))

    def idle_after_ms(self, since_s: float) -> float | None:
        """Return how long after ``since_s`` they still ran; None where they did not."""
        ends = [end for one in self.engines if (end := self._end_of(one, since_s)) is not None]
        return 1000 * (max(ends) - since_s) if ends else None

    def _end_of(self, engine: int, since_s: float) -> float | None:
        """Return when this engine was idle or gone; None where it did not work after ``since_s``."""
        looks = [(at, ran[engine]) for at, ran in self.looks if at > since_s]
        whole = looks[-1][1]
        if math.isinf(whole):
            return next(at for at, ran in looks if math.isinf(ran))
        if whole - looks[0][1] < WORK_S / 2:
            return None
        return next(at for at, ran in looks if ran > whole - WORK_S)


@dataclass
class Stopped:
    """What came of the cancels, all in ms."""

    idle: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    next_first: list[float] = field(default_factory=list)
    lost: int = 0
    refused: int = 0

    def after(self, player: Player) -> None:
        """Note how the next request did."""
        if player.size:
            self.next_first.append(player.first_ms)
        else:
            self.refused += 1

    def figures(self, name: str) -> dict[str, Any]:
        """Return them under names that begin with ``name``."""
        lists = {"idle": self.idle, "told": self.told, "next_first": self.next_first}
        return {f"{name}_{part}_ms": percentiles(each) for part, each in lists.items()} | {
            f"{name}_busy": len(self.idle),
            f"{name}_lost": self.lost,
            f"{name}_refused": self.refused,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--engines", nargs="+", default=["hibari", "kokoro"])
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    figures = begun()
    with tempfile.TemporaryDirectory() as folder, house(Path(folder) / "home") as home, running(home.home) as server:
        for engine in asked.engines:
            voice = home.voice("heart" if engine == "hibari" else "af_heart", engine)
            _heard(server, home, voice)
            cancelled = asyncio.run(_cancelled(server, home, voice, asked.rounds))
            figures |= cancelled.figures(f"{engine}_cancel")
            figures |= _hung_up(server, home, voice, asked.rounds).figures(f"{engine}_hang_up")
        figures["server_exceptions"] = server.faults()
    report(figures, asked.json)
    for engine in asked.engines:
        for part, bar in (("cancel", "<= 100 ms p99"), ("hang_up", "<= 250 ms")):
            row(
                f"{part} to engine idle {bar}, {engine}",
                f"{figures[f'{engine}_{part}_idle_ms'].get('p99', 0.0):.1f} ms p99",
            )


async def _cancelled(server: Running, home: House, voice: str, rounds: int) -> Stopped:
    found = Stopped()
    async with talking(server, home.key, voice) as talk:
        for number in range(rounds):
            with Watch(server.pid) as watch:
                turn: Turn = await talk.say(ONE, heard=_until(0.01 * (number % 20)))
                left_s = turn.player.asked_s
                await asyncio.sleep(max(0.0, WATCHED_S - (time.perf_counter() - left_s)))
            _noted(found, watch, left_s, server)
            found.told.append(turn.took_ms)
            found.after((await talk.say(SHORT)).player)
            await asyncio.sleep(0.2)
    return found


def _until(seconds: float) -> Callable[[Turn], bool]:
    """Return what tells whether a turn is still heard: for so long after its first sound."""
    return lambda turn: time.perf_counter() < turn.player.first_s + seconds


def _hung_up(server: Running, home: House, voice: str, rounds: int) -> Stopped:
    found = Stopped()
    for number in range(rounds):
        with Watch(server.pid) as watch:
            with server.client(home.key) as http, http.stream(*_asked(), json=body(voice, ONE)) as response:
                next(response.iter_raw())
                time.sleep(0.01 * (number % 20))
                left_s = time.perf_counter()
            time.sleep(WATCHED_S)
        _noted(found, watch, left_s, server)
        found.after(_heard(server, home, voice))
        time.sleep(0.2)
    return found


def _noted(found: Stopped, watch: Watch, left_s: float, server: Running) -> None:
    idle = watch.idle_after_ms(left_s)
    if idle is not None:
        found.idle.append(idle)
    found.lost += len(watch.engines - set(processes.engines(server.pid)))


def _asked() -> tuple[str, str]:
    return "POST", "/v1/audio/speech"


def _heard(server: Running, home: House, voice: str) -> Player:
    """Return how a short text is heard."""
    with server.client(home.key) as http:
        player = Player()
        with http.stream(*_asked(), json=body(voice, SHORT)) as response:
            for data in response.iter_raw():
                player.got(len(data) if response.status_code == 200 else 0)
    return player


if __name__ == "__main__":
    main()
