"""kill -9 in the middle of every kind of act, at a point or a moment drawn by chance; then all is looked at."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.faults import looking
from benchmarks.faults.acts import ACTS, SOUND
from benchmarks.faults.points import Points
from benchmarks.faults.processes import Forked
from benchmarks.faults.worlds import World, stand_in_for_the_fit

_WEIGHT = {"speak": 6, "erase": 4, "withdraw": 2, "renew the key-encryption key": 2}
"""Acts that are stopped more often than others."""


def names() -> list[str]:
    """Return the acts, each as often as it is to come in a round."""
    return [name for name in ACTS for _ in range(_WEIGHT.get(name, 1))]


class Kills:
    """Trials on copies of one world."""

    def __init__(self, world: World, folder: Path, seed: int) -> None:
        """Take the world to copy, and a folder for the copies."""
        self._world, self._folder, self._seed = world, folder, seed
        self._passed: dict[str, tuple[int, float]] = {}

    def trial(self, number: int) -> dict[str, Any]:
        """Stop one act; return what it was, where it stopped, and what was found to be wrong."""
        chance = random.Random(f"{self._seed} kill {number}")
        act = names()[number % len(names())]
        points, seconds = self._measured(act)
        at, after = (chance.randint(1, points), None) if chance.random() < 0.7 else (None, chance.uniform(0, seconds))
        world = self._world.copied(self._folder / "kill")
        stopped = self._stopped(world, act, at, after)
        again = act not in SOUND or chance.random() < 0.4
        looked = Forked(lambda: looking.looked(world, act, again=again)).ended()
        shutil.rmtree(world.folder)
        found = looked.value if looked.value is not None else [looked.error or f"signal {looked.signal}"]
        return {"act": act, "point": at, "of": points, "after_s": after, "signal": stopped.signal, "found": found} | (
            {"error": stopped.error} if stopped.error and not stopped.signal else {}
        )

    def _stopped(self, world: World, act: str, at: int | None, after: float | None) -> Any:
        process = Forked(lambda: done(world, act, kill_at=at))
        if after is not None:
            time.sleep(after)
            process.kill()
        return process.ended()

    def _measured(self, act: str) -> tuple[int, float]:
        """Return how many points the act passes, and how long it takes, on a copy of its own."""
        if act not in self._passed:
            world = self._world.copied(self._folder / "measured")
            ended = Forked(lambda: done(world, act)).ended()
            shutil.rmtree(world.folder)
            if ended.value is None:
                raise RuntimeError(f"{act}: {ended.error}")
            self._passed[act] = (max(1, ended.value), ended.seconds)
        return self._passed[act]


def done(world: World, act: str, *, kill_at: int | None = None) -> int:
    """Do the act in this process, as a command does; return how many points it passed."""
    stand_in_for_the_fit()
    points = Points(kill_at=kill_at)
    session = world.opened()
    try:
        ACTS[act](session, world)
    except Exception:
        if act != "refuse":
            raise
    session.close()
    return points.passed


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the counts of a run."""
    wrong = [row for row in rows if row["found"]]
    kinds = Counter(str(each).split(":")[0].split(" of ")[0] for row in wrong for each in row["found"])
    return {
        "trials": len(rows),
        "killed": sum(row["signal"] == 9 for row in rows),
        "acts": len({row["act"] for row in rows}),
        "at_points": sum(row["point"] is not None for row in rows),
        "unlogged": _with(rows, "unlogged"),
        "wrong_orders": _with(rows, "which had ended") + _with(rows, "without an intent"),
        "wrong_books": _with(rows, "books of"),
        "wrong": len(wrong),
        "kinds": dict(kinds),
    }


def _with(rows: list[dict[str, Any]], words: str) -> int:
    return sum(any(words in str(each) for each in row["found"]) for row in rows)
