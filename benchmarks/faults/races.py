"""A withdrawal against speech, at the same time, in two processes: what is heard is made before, or is not made."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path
from typing import Any

from benchmarks.faults import looking
from benchmarks.faults.processes import Ended, Forked
from benchmarks.faults.worlds import World

from sayso.errors import Refused
from sayso.workflows.consent import granting
from sayso.workflows.speech.speaking import speak


class Races:
    """Trials on copies of one world."""

    def __init__(self, world: World, folder: Path, seed: int) -> None:
        """Take the world to copy, and a folder for the copies."""
        self._world, self._folder, self._seed = world, folder, seed
        self._speaks_s = 0.0

    def trial(self, number: int) -> dict[str, Any]:
        """Run one race; return who came first, and what was found to be wrong."""
        chance = random.Random(f"{self._seed} race {number}")
        if not self._speaks_s:
            self._speaks_s = self._alone()
        world = self._world.copied(self._folder / "race")
        speaking = Forked(lambda: _said(world))
        time.sleep(chance.uniform(0, 1.1 * self._speaks_s))  # on a busy machine both get slower
        withdrawing = Forked(lambda: _withdrawn(world))
        said, withdrawn = speaking.ended(), withdrawing.ended()
        if said.value and said.value["said"]:
            self._speaks_s = 0.8 * self._speaks_s + 0.2 * said.seconds
        looked = Forked(lambda: _looked(world)).ended()
        shutil.rmtree(world.folder)
        found = [*_failed(said, "speaking"), *_failed(withdrawn, "withdrawing")]
        found += looked.value["found"] if looked.value else [looked.error]
        if said.value and withdrawn.value and looked.value:
            found += _judged(said.value, withdrawn.value, looked.value)
        kind = {} if not said.value or not looked.value else {"said": said.value["said"], **looked.value["seen"]}
        return {**kind, "found": found}

    def _alone(self) -> float:
        """Return how long speaking takes alone."""
        world = self._world.copied(self._folder / "alone")
        ended = Forked(lambda: _said(world)).ended()
        shutil.rmtree(world.folder)
        return ended.seconds


def _said(world: World) -> dict[str, Any]:
    session = world.opened()
    try:
        speak(session, world.order(), world.out / "out.wav")
        said = True
    except Refused:
        said = False
    moment = time.monotonic_ns()
    session.close()
    return {"said": said, "at": moment}


def _withdrawn(world: World) -> dict[str, Any]:
    session = world.opened()
    granting.withdraw(session, world.grant)
    moment = time.monotonic_ns()
    session.close()
    return {"at": moment}


def _looked(world: World) -> dict[str, Any]:
    found = looking.looked(world, "withdraw", again=False)
    session = world.opened()
    types = [row.entry.type for row in session.log.query(grants=[world.grant])]
    session.close()
    clips, ended = types.count("synthesis:clip:made"), types.index("consent:grant:withdrawn")
    before = types[:ended].count("synthesis:clip:made")
    seen = {"file": (world.out / "out.wav").exists(), "made": clips, "before": before}
    return {"found": found, "seen": seen}


def _judged(said: dict[str, Any], withdrawn: dict[str, Any], looked: dict[str, Any]) -> list[str]:
    """Return what is out of order: the template's clip is the first that was made."""
    seen = looked["seen"]
    found = []
    if seen["file"] and seen["made"] != 2:
        found.append("wrong order: a file without its entry")
    if seen["made"] != seen["before"]:
        found.append("wrong order: made after the withdrawal")
    if said["said"] and not seen["file"]:
        found.append("wrong order: told as said, and there is no file")
    if not said["said"] and seen["file"]:
        found.append("wrong order: refused, and there is a file")
    del withdrawn
    return found


def _failed(ended: Ended, what: str) -> list[str]:
    return [] if ended.value is not None else [f"{what}: {ended.error or f'signal {ended.signal}'}"]


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the counts of a run."""
    return {
        "trials": len(rows),
        "said": sum(bool(row.get("said")) for row in rows),
        "refused": sum(row.get("said") is False for row in rows),
        "charged_and_held_back": sum(row.get("said") is False and row.get("made") == 2 for row in rows),
        "wrong_orders": sum(any("wrong order" in str(each) for each in row["found"]) for row in rows),
        "wrong_books": sum(any(str(each).startswith("books") for each in row["found"]) for row in rows),
        "wrong": sum(bool(row["found"]) for row in rows),
    }
