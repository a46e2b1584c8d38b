"""Sayso's mark beside others: the same clips, the same attacks, in one run.

    python3.11 -m venv .bench/rivals-env
    .bench/rivals-env/bin/pip install resemble-perth aware "setuptools<81"
    python benchmarks/mark/rivals.py --minutes 10 --out .bench/rivals

A rival runs in an environment of its own (torch) and is talked with over a pipe and files. Perth gives a confidence and
carries no id; AWARE carries 20 bits; neither states a false-positive rate. So a threshold is set on clips without a
mark: the rate is given at the vendor's own threshold (0.5), with the false alarms that it gives, and at the largest
score of all N unmarked sounds of the run, which no unmarked one exceeded: by the rule of three that shows a rate of
false alarms of at most 3/N, while ours is at 1e-6 by proof. AudioSeal, WavMark and SilentCipher fetch their weights
from the network: not run.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import ours
import quality
import rivalsheet
import trials
from attacks import ATTACKS, Attack, Context, NotRun
from clips import Clip
from synthetic import RATE_HZ

HERE = Path(__file__).parent / "rival_lines"
BENCH = Path(__file__).parents[2] / ".bench"
ENVIRONMENT = BENCH / "rivals-env" / "bin" / "python"
KEPT = BENCH / "rivals-marked"
SECONDS = 5.0
MARKS = ("ours", "perth", "aware")
NOT_RUN = dict.fromkeys(("AudioSeal", "WavMark", "SilentCipher"), "weights not at hand: the package fetches them")
_PLACE = {"python": str(ENVIRONMENT)}
ADVERSARIES = range(35, 39)  # collusion, marks over marks, copies: about keys and ids, which the rivals lack


class Absent(Exception):
    """The rival cannot be run here."""


class Line:
    """One rival's program, kept running."""

    def __init__(self, rival: str, python: str) -> None:
        self._file = Path(tempfile.mkdtemp()) / "sound.npy"
        script = str(HERE / f"{rival}_line.py")
        if not Path(python).exists():
            raise Absent(f"no {python}: see the head of rivals.py")
        self._program = subprocess.Popen(
            [python, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        if not self._program.stdout.readline():
            raise Absent(f"{rival} does not start under {python}; run {script} by hand to see why")

    def embed(self, samples: np.ndarray, number: int) -> np.ndarray:
        """Return ``samples`` marked by the rival, of the same length, as a file of 16 bits has them."""
        self._ask("embed", samples, number)
        marked = np.zeros_like(samples)
        heard = np.load(self._file)[: samples.size]
        marked[: heard.size] = heard
        return np.round(np.clip(marked, -1, 1) * 32767).astype(np.float32) / 32767

    def score(self, samples: np.ndarray, number: int) -> dict:
        return self._ask("score", samples, number)

    def _ask(self, do: str, samples: np.ndarray, number: int) -> dict:
        np.save(self._file, samples)
        asked = {"do": do, "file": str(self._file), "rate_hz": RATE_HZ, "number": number}
        print(json.dumps(asked), file=self._program.stdin, flush=True)
        answer = json.loads(self._program.stdout.readline() or '{"error": "its program ended"}')
        if "error" in answer:
            raise Absent(answer["error"])
        return answer


@cache
def _line(rival: str) -> Line:
    return Line(rival, _PLACE["python"])


@cache
def _marked(rival: str, number: int) -> np.ndarray:
    host = trials.corpus(SECONDS).clip(number).samples
    if rival == "ours":
        return ours.embed(host, ours.mark_of(number))
    kept = KEPT / f"{rival}-{number}.npy"
    if not kept.exists():
        marked = _line(rival).embed(host, number)
        KEPT.mkdir(parents=True, exist_ok=True)
        part = KEPT / f"{rival}-{number}-{os.getpid()}.part.npy"
        np.save(part, marked)
        part.rename(kept)
    return np.load(kept)


def of_clip(*, rival: str, number: int) -> dict:
    """Return how near the clip marked by ``rival`` is to what it was, and the score of the clip without a mark."""
    clip = trials.corpus(SECONDS).clip(number)
    begin = time.process_time()
    try:
        marked = _marked(rival, number)
        heard = quality.pesq(clip.samples, marked), quality.visqol(clip.samples, marked) if number < 12 else None
        known = {"pesq": heard[0], "visqol": heard[1], "snr_db": quality.snr_db(clip.samples, marked)}
    except Absent as reason:
        return {"not_run": str(reason)}
    return {**trials.about(clip), **known, "cpu_s": round(time.process_time() - begin, 3)}


def of_unmarked(*, rival: str, number: int) -> dict:
    """Return the score that ``rival`` gives a clip that carries no mark."""
    clip = trials.corpus(SECONDS).clip(number)
    try:
        return {**trials.about(clip), "unmarked": _line(rival).score(clip.samples, number)["score"]}
    except Absent as reason:
        return {"not_run": str(reason)}


def of_attack(*, rival: str, number: int, attack: str) -> dict:
    """Return what ``rival`` finds after ``attack`` in its marked clip, and in the same clip unmarked."""
    clip, one = trials.corpus(SECONDS).clip(number), ATTACKS[attack]
    try:
        heard = one.change(_marked(rival, number), _context(clip, number))
        if rival == "ours":
            return {**trials.about(clip), **trials.found(heard, one, number)}
        sound = trials.as_heard(heard, one).mixed()
        answer = _line(rival).score(sound, number)
        bare = trials.as_heard(one.change(clip.samples, _context(clip, number)), one).mixed()
        unmarked = _line(rival).score(bare, number)["score"]
    except (NotRun, Absent) as reason:
        return {"not_run": str(reason)}
    return {**trials.about(clip), **answer, "unmarked": unmarked}


def _context(clip: Clip, number: int) -> Context:
    return Context(clip.samples, trials.context(clip, number, SECONDS, "report").others, None, seed=number)


def main() -> None:
    """Run what is not yet run, then set the rivals beside ours."""
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    _PLACE["python"] = options.python
    trials.corpus(SECONDS).prepare()
    lines = options.out / "rivals.jsonl"
    attacks = [one for one in ATTACKS.values() if one.row.number not in ADVERSARIES and _has(one, options.attacks)]
    begin = time.monotonic()
    with ProcessPoolExecutor(options.processes) as pool:
        for act, tasks, share in (
            (of_clip, _clips(options), 0.3),
            (of_unmarked, _unmarked(options), 0.4),
            (of_attack, _attacks(options, attacks), 1.0),
        ):
            until = begin + 60 * options.minutes * share
            count = trials.drive(act, tasks, lines, until=until, pool=pool)
            print(f"{act.__name__}: {count} in {time.monotonic() - begin:.0f} s", flush=True)
    rivalsheet.write(list(trials.rows(lines)), NOT_RUN, options.out)


def _has(attack: Attack, names: list[str] | None) -> bool:
    return not names or attack.name.startswith(tuple(names))


def _clips(options) -> Iterator[dict]:
    for number, rival in itertools.product(range(options.clips), options.marks):
        if rival != "aware" or number < options.slow_clips:
            yield {"rival": rival, "number": number}


def _unmarked(options) -> Iterator[dict]:
    """Yield clips that are nowhere marked."""
    for number, rival in itertools.product(range(options.negatives), sorted({*options.marks} - {"ours"})):
        yield {"rival": rival, "number": 10_000 + number}


def _attacks(options, attacks: list[Attack]) -> Iterator[dict]:
    """Yield every attack of one clip, then of the next."""
    for number, rival, attack in itertools.product(range(options.clips), options.marks, attacks):
        if rival != "aware" or number < options.slow_clips:
            yield {"rival": rival, "number": number, "attack": attack.name}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=str(ENVIRONMENT), help="of the environment with the rivals in it")
    parser.add_argument("--marks", nargs="*", choices=MARKS, default=list(MARKS), help="all by default")
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--slow-clips", type=int, default=6, help="of AWARE, which takes 20 s of a core for each")
    parser.add_argument("--negatives", type=int, default=1000, help="unmarked clips to set the thresholds by")
    parser.add_argument("--attacks", nargs="*", help="beginnings of names; all by default")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(".bench/rivals"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
