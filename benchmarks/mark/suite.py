"""The whole suite: every attack on speech that was never tuned on, one line of JSON a trial, then tables and plots.

    python benchmarks/mark/suite.py --mode quick --out .bench/suite    at most 10 minutes on 2 cores
    python benchmarks/mark/suite.py --mode full --out .bench/suite     at most 6 hours on 2 cores

Each attack at each length is one cell. All cells are run on two clips first; from what those cost, each cell is given
as many clips as an equal share of the time holds, at least four; and whatever happens, no trial begins after the time
is over. Stopped and started again, it goes on where it was. Attacks whose packages or weights are not here are reported
as not run, with the reason.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import ours
import quality
import report
import trials
from attacks import ATTACKS, Attack
from clips import LANGUAGES

from sayso.mark.strength import PROFILES

MODES = {"quick": (9.0, (5.0,), (1, 2)), "full": (310.0, (2.0, 3.0, 5.0, 10.0), (1, 2, 3))}
"""Minutes for trials, lengths in seconds, levels.

Making synthetic speech, plots and the last trials, of 10,000 queries half an hour, are on top.
"""

FIRST, LEAST, MOST = 2, 4, 200
HEARD = 6  # clips of each cell whose sound is rated after the attack, too


def of_cell(*, attack: str, seconds: float, number: int, strength: str, split: str) -> dict:
    """Return one trial; for the first clips, with the quality of the marked and of the attacked sound."""
    begin = time.process_time()
    row = trials.of_attack(attack=attack, seconds=seconds, number=number, strength=strength, split=split)
    if number < HEARD and "not_run" not in row and not row["must_fail"]:
        row |= _quality(ATTACKS[attack], seconds, number, strength, split)
    return row | {"spent_s": round(time.process_time() - begin, 3)}


def _quality(attack: Attack, seconds: float, number: int, strength: str, split: str) -> dict:
    clip = trials.corpus(seconds, split).clip(number)
    if attack.name == "none":
        marked = ours.embed(clip.samples, ours.mark_of(number), strength=strength)
        rated = {"visqol": quality.visqol(clip.samples, marked), "snr_db": quality.snr_db(clip.samples, marked)}
        return {"pesq": quality.pesq(clip.samples, marked), **rated}
    if attack.row.moves or attack.row.name == "stereo":
        return {}
    heard = trials.attacked(attack.name, seconds, number, strength, split)
    return {"pesq_heard": quality.pesq(clip.samples, heard)}


def main() -> None:
    """Run what is not yet run, then report."""
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    lines = options.out / f"{options.mode}-{options.strength}.jsonl"
    minutes, lengths, levels = MODES[options.mode]
    names = [
        one.name
        for one in ATTACKS.values()
        if one.level in levels and (not options.attacks or one.name.startswith(tuple(options.attacks)))
    ]
    cells = [(attack, seconds) for seconds in (options.seconds or lengths) for attack in names]
    for seconds in {seconds for _, seconds in cells}:
        trials.corpus(seconds, options.split).prepare()
    begin = time.monotonic()
    until = begin + 60 * (options.minutes or minutes)
    known = {"strength": options.strength, "split": options.split}
    with ProcessPoolExecutor(options.processes) as pool:
        first = ((cell, number) for number in range(FIRST) for cell in cells)
        trials.drive(of_cell, _tasks(first, known), lines, until=until, pool=pool)
        counts = _counts(lines, (until - time.monotonic()) * options.processes)
        print(f"costs of {len(counts)} cells are known after {time.monotonic() - begin:.0f} s", flush=True)
        rest = ((cell, number) for number in range(FIRST, MOST) for cell in cells if number < counts.get(cell, 0))
        trials.drive(of_cell, _tasks(rest, known), lines, until=until, pool=pool)
    report.write(lines)
    print(f"{time.monotonic() - begin:.0f} s in all")


def _tasks(chosen, known: dict) -> Iterator[dict]:
    return ({"attack": attack, "seconds": seconds, "number": number, **known} for (attack, seconds), number in chosen)


def _counts(lines: Path, seconds: float) -> dict[tuple[str, float], int]:
    """Return how many clips each cell is given, by what those that were run cost; cells not run are given none.

    The shares are equal, and what cells do not need that reach the most clips goes to the others.
    """
    spent = defaultdict(list)
    for row in trials.rows(lines):
        if "not_run" not in row:
            spent[row["attack"], row["seconds"]].append(row["spent_s"])
    cost = {cell: sum(some) / len(some) for cell, some in spent.items()}
    counts, left = {}, seconds
    for place, (cell, one) in enumerate(sorted(cost.items(), key=lambda item: item[1])):
        share = left / (len(cost) - place)
        more = min(MOST, max(LEAST, len(spent[cell]) + int(share / max(one, 0.02))))
        counts[cell] = more
        left -= max(0, more - len(spent[cell])) * one
    return counts


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=sorted(MODES), default="quick")
    parser.add_argument("--minutes", type=float, help="for trials, other than the mode's 9 or 310")
    parser.add_argument("--seconds", type=float, nargs="*", help="lengths other than the mode's")
    parser.add_argument("--attacks", nargs="*", help="beginnings of names; all by default")
    parser.add_argument("--split", choices=("tune", "report", LANGUAGES), default="report")
    parser.add_argument("--strength", choices=sorted(PROFILES), default="standard")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(".bench/suite"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
