"""Trials: one clip marked, attacked and searched; many in two processes, within a time, one line of JSON each."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from functools import cache, lru_cache
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # two processes, a core each

import numpy as np
import ours
from attacks import ATTACKS, Attack, Context, NotRun
from clips import Clip, Corpus
from synthetic import RATE_HZ

from sayso.audio.signal import Signal

Act = Callable[..., dict]
Task = dict
"""The arguments of one trial, by name; with ``row`` they tell it from all others."""

SIDES = {"one side": (1, 0), "out of phase": (1, -1), "twice": (1, 1)}


@cache
def corpus(seconds: float, split: str = "report") -> Corpus:
    return Corpus(seconds, split=split)


def rows(lines: Path) -> Iterator[dict]:
    """Yield the trials kept in ``lines``; a line cut off by a kill is left out, to be run again."""
    for line in lines.read_text().splitlines() if lines.exists() else ():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def of_attack(*, attack: str, seconds: float, number: int, strength: str = "standard", split: str = "report") -> dict:
    """Return what became of the mark of crop ``number`` after ``attack``."""
    clip, one = corpus(seconds, split).clip(number), ATTACKS[attack]
    begin = time.process_time()
    known = {**about(clip), "number_of_row": one.row.number, "level": one.level, "must_fail": one.row.must_fail}
    try:
        heard = attacked(attack, seconds, number, strength, split)
    except NotRun as reason:
        return {**known, "not_run": str(reason)}
    return {**known, **found(heard, one, number), "cpu_s": round(time.process_time() - begin, 3)}


@lru_cache(maxsize=1)
def attacked(attack: str, seconds: float, number: int, strength: str, split: str) -> np.ndarray:
    """Return crop ``number``, marked and attacked; the last one is kept, for who rates its sound. Raise `NotRun`."""
    clip = corpus(seconds, split).clip(number)
    marked = ours.embed(clip.samples, ours.mark_of(number), strength=strength)
    return ATTACKS[attack].change(marked, context(clip, number, seconds, split, strength=strength))


def about(clip: Clip) -> dict:
    known = {name: getattr(clip, name) for name in ("speaker", "source", "sex", "accent")}
    return {"clip": clip.name, "real": clip.is_real, **known}


def context(clip: Clip, number: int, seconds: float, split: str, *, strength: str = "standard") -> Context:
    """Return what an attack may use: other clips, and a way to write marks of ours."""
    others = [corpus(seconds, split).clip(number + step).samples for step in (3, 7, 11, 13, 17, 19, 23)]

    def embed(samples: np.ndarray, key: int, which: int) -> np.ndarray:
        return ours.embed(
            samples, ours.mark_of(number if which == 0 else 10**6 * which + number), key=key, strength=strength
        )

    return Context(clip.samples, others, embed, ours.published_log10_p, seed=number)


def as_heard(heard: np.ndarray, attack: Attack) -> Signal:
    """Return ``heard`` as the file that the detector gets, of two channels where the attack is about those."""
    sides = SIDES[attack.parameter] if attack.row.name == "stereo" else (1,)
    return Signal(np.stack([side * heard for side in sides]).astype(np.float32), RATE_HZ)


def found(heard: np.ndarray, attack: Attack, number: int) -> dict:
    """Return what the detector finds: presence, the id read blind, and the id by who holds a million issued ones."""
    signal, mark = as_heard(heard, attack), ours.mark_of(number)
    blind = ours.find(signal)
    among = ours.find_issued(signal, blind, mark)
    return {
        "present": blind.present,
        "log10_p": round(blind.log10_p, 2),
        "id": blind.mark == mark,
        "registry": among.mark == mark,
        "wrong": any(one.mark not in (None, mark) for one in (blind, among)),
    }


def drive(act: Act, tasks: Iterable[Task], lines: Path, *, until: float, pool: ProcessPoolExecutor) -> int:
    """Run the ``tasks`` not yet in ``lines``, a line each, until the clock shows ``until``; return how many.

    No task is begun after ``until``; those begun are waited for.
    """
    done = {json.dumps(row["task"], sort_keys=True) for row in rows(lines)}
    waiting, count, tasks = set(), 0, iter(tasks)
    fresh = (task for task in tasks if json.dumps(task, sort_keys=True) not in done)
    with lines.open("a") as out:
        while True:
            while len(waiting) < 4 and time.monotonic() < until and (task := next(fresh, None)) is not None:
                waiting.add(pool.submit(_kept, act, task))
            if not waiting:
                return count
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in ready:
                out.write(json.dumps(future.result()) + "\n")
                count += 1
            out.flush()


def _kept(act: Act, task: Task) -> dict:
    arguments = {name: value for name, value in task.items() if name != "row"}
    return {"task": task, **arguments, **act(**arguments)}
