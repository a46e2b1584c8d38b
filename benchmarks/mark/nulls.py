"""False alarms: what the detector says of sounds that do not carry the mark it looks for.

    python benchmarks/mark/nulls.py --minutes 6 --out .bench/nulls

Two things are measured, on real speech, synthetic speech, music, noise, and speech with the marks of other operators.
The statistic, with decoy keys at every place of the period: mean, deviation, how often it exceeds 2 to 6 beside what a
normal law gives, and a Kolmogorov-Smirnov test on one place a key (neighbouring places of one key share cells, so they
would be no independent draws). And the p-value that a user is given for a file, the whole search counted, each window
with a key of its own: the share of windows at or below a must be at most a.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import ours
import sounds
import trials
from clips import Corpus
from synthetic import RATE_HZ

from sayso.audio.signal import Signal
from sayso.mark import MarkKeys
from sayso.mark.detector import Detector
from sayso.mark.pattern import pattern_of
from sayso.mark.search import correlations, measure

KINDS = ("real speech", "synthetic speech", "music", "noise", "marks of others")
LEVELS = (2, 3, 4, 5, 6)
SHARES = (0.5, 0.1, 0.05, 0.01, 0.001, 1e-4)
SECONDS = 5.0
WINDOW_S = 3.0
KEYS = 50  # decoys to a trial: 14,400 values of the statistic


@cache
def _corpus(kind: str, seconds: float) -> Corpus:
    wanted = {"real speech": ("real",), "synthetic speech": ("synthetic",)}
    return Corpus(seconds, split="", kinds=wanted.get(kind, ("real", "synthetic")))


def _sound(kind: str, number: int, seconds: float) -> np.ndarray:
    if kind == "music":
        return sounds.music(seconds, number)
    if kind == "noise":
        return sounds.noise(seconds, number)
    samples = _corpus(kind, seconds).clip(number).samples
    return ours.embed(samples, ours.mark_of(number), key=1000 + number % 7) if kind == "marks of others" else samples


def _decoy(kind: str, number: int, turn: int) -> MarkKeys:
    return MarkKeys.derive(f"decoy {turn} for sound {number} of {kind}, thirty-two bytes long".encode())


def of_statistic(*, kind: str, number: int) -> dict:
    """Return the sums and tails of the statistic over decoy keys and places, and one value a key."""
    (measured,) = measure(_sound(kind, number, SECONDS)[None], 0)
    rng = np.random.default_rng([5, number])
    counts, single, total, first, second, largest = dict.fromkeys(LEVELS, 0), [], 0, 0.0, 0.0, 0.0
    for turn in range(KEYS):
        along = correlations(measured.value, pattern_of(_decoy(kind, number, turn)))
        single.append(round(float(along[rng.integers(along.size)]), 4))
        total, first, second = total + along.size, first + float(along.sum()), second + float((along**2).sum())
        largest = max(largest, float(along.max()))
        for level in LEVELS:
            counts[level] += int(np.count_nonzero(along >= level))
    return {"total": total, "first": first, "second": second, "largest": largest, "counts": counts, "single": single}


def of_window(*, kind: str, number: int) -> dict:
    """Return the p-value of one window for a key that nothing in it was marked with."""
    signal = Signal.mono(_sound(kind, number, WINDOW_S), RATE_HZ)
    found = ours.find(signal, detector=Detector(_decoy(kind, number, 0)))
    return {"log10_p": round(found.log10_p, 4), "present": found.present}


def main() -> None:
    """Run what is not yet run, then report."""
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    _corpus("marks of others", SECONDS).prepare()
    begin = time.monotonic()
    with ProcessPoolExecutor(options.processes) as pool:
        for act, name, count, share in (
            (of_statistic, "statistic", options.sounds, 0.3),
            (of_window, "windows", options.windows, 1.0),
        ):
            tasks = ({"kind": kind, "number": number} for number in range(-(-count // len(KINDS))) for kind in KINDS)
            until = begin + 60 * options.minutes * share
            ran = trials.drive(act, tasks, options.out / f"{name}.jsonl", until=until, pool=pool)
            print(f"{name}: {ran} in {time.monotonic() - begin:.0f} s", flush=True)
    figures = {
        "statistic": _by_kind(options.out / "statistic.jsonl", _statistic),
        "windows": _by_kind(options.out / "windows.jsonl", _windows),
    }
    (options.out / "nulls.json").write_text(json.dumps(figures, indent=1))
    text = _text(figures)
    (options.out / "nulls.md").write_text(text)
    print(text)


def _by_kind(lines: Path, figures) -> dict:
    groups = defaultdict(list)
    for row in trials.rows(lines):
        groups[row["kind"]].append(row)
    every = [row for group in groups.values() for row in group]
    return {kind: figures(group) for kind, group in [*groups.items(), ("all", every)] if group}


def _statistic(rows: list[dict]) -> dict:
    total = sum(row["total"] for row in rows)
    mean = sum(row["first"] for row in rows) / total
    counts = {level: sum(row["counts"][str(level)] for row in rows) for level in LEVELS}
    return {
        "trials": total,
        "sounds": len(rows),
        "mean": round(mean, 5),
        "sd": round(math.sqrt(sum(row["second"] for row in rows) / total - mean**2), 5),
        "largest": round(max(row["largest"] for row in rows), 2),
        "tails": {level: {"seen": counts[level], "normal": round(total * _tail(level), 2)} for level in LEVELS},
        **_ks(np.concatenate([row["single"] for row in rows])),
    }


def _tail(level: float) -> float:
    return 0.5 * math.erfc(level / math.sqrt(2))


def _ks(values: np.ndarray) -> dict:
    from scipy.stats import kstest

    return {"ks_draws": int(values.size), "ks_p": round(float(kstest(values, "norm").pvalue), 4)}


def _windows(rows: list[dict]) -> dict:
    """Return the share of windows at or below each level, and the chance of so many if the p-value were uniform."""
    from scipy.stats import binom

    log10_p = np.array([row["log10_p"] for row in rows])
    shares = {}
    for level in SHARES:
        seen = int(np.count_nonzero(log10_p <= math.log10(level)))
        shares[level] = {"seen": seen, "allowed": round(level * len(rows), 2)}
        shares[level]["p"] = round(float(binom.sf(seen - 1, len(rows), level)), 4)
    alarms = int(np.count_nonzero(log10_p <= -6))
    return {"windows": len(rows), "alarms": alarms, "smallest_log10_p": float(log10_p.min()), "shares": shares}


def _text(figures: dict) -> str:
    lines = [
        "| sound | values of the statistic | mean | sd | largest | seen / normal: T >= 3 | >= 4 | >= 5 | KS p (draws) |"
    ]
    lines.append("|" + "---|" * 9)
    for kind, one in figures["statistic"].items():
        tails = [f"{one['tails'][level]['seen']} / {one['tails'][level]['normal']:.1f}" for level in (3, 4, 5)]
        cells = [kind, f"{one['trials']:,}", one["mean"], one["sd"], one["largest"], *tails]
        lines.append("| " + " | ".join(map(str, cells)) + f" | {one['ks_p']:g} ({one['ks_draws']:,}) |")
    lines += [
        "",
        f"| sound | windows of {WINDOW_S:g} s | p <= 1e-6 | smallest log10 p | seen / allowed: p <= 0.5 | 0.1 | 0.01 |",
    ]
    lines.append("|" + "---|" * 7)
    for kind, one in figures["windows"].items():
        shares = [f"{one['shares'][level]['seen']} / {one['shares'][level]['allowed']:g}" for level in (0.5, 0.1, 0.01)]
        cells = [kind, one["windows"], one["alarms"], one["smallest_log10_p"], *shares]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    worst = min((share["p"] for one in figures["windows"].values() for share in one["shares"].values()), default=1.0)
    lines += [
        "",
        f"If p were uniform, so many small ones or more, at the level and sound where they are most: {worst:g}.",
    ]
    return "\n".join(lines) + "\n"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=6.0)
    parser.add_argument("--sounds", type=int, default=1000, help="14,400 values of the statistic each")
    parser.add_argument("--windows", type=int, default=2500)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(".bench/nulls"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
