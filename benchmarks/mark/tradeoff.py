"""What strength costs and what it gives: each profile's quality against how often it survives the hard attacks.

python benchmarks/mark/tradeoff.py --minutes 6 --out .bench/tradeoff
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import ours
import plots
import quality
import trials
from intervals import wilson

from sayso.mark.strength import PROFILES

HARD = ("codec opus 12", "codec mp3 16", "white noise 10", "room 0.5 -3", "low-pass 2000", "re-recorded m 3")
LENGTHS = (2.0, 5.0)


def of_strength(*, attack: str, seconds: float, number: int, strength: str) -> dict:
    """Return one trial of a hard attack; with the first of them, the quality of the clip before it."""
    row = trials.of_attack(attack=attack, seconds=seconds, number=number, strength=strength)
    if attack == HARD[0]:
        host = trials.corpus(seconds).clip(number).samples
        marked = ours.embed(host, ours.mark_of(number), strength=strength)
        row |= {"pesq": quality.pesq(host, marked), "snr_db": quality.snr_db(host, marked)}
    return row


def main() -> None:
    """Run what is not yet run, then write the table and the curve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=6.0)
    parser.add_argument("--clips", type=int, default=60)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(".bench/tradeoff"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    lines = options.out / "tradeoff.jsonl"
    for seconds in LENGTHS:
        trials.corpus(seconds).prepare()
    tasks = (
        {"attack": attack, "seconds": seconds, "number": number, "strength": strength}
        for number, seconds, strength, attack in itertools.product(range(options.clips), LENGTHS, PROFILES, HARD)
    )
    until = time.monotonic() + 60 * options.minutes
    with ProcessPoolExecutor(options.processes) as pool:
        trials.drive(of_strength, tasks, lines, until=until, pool=pool)
    points = _points(_matched([row for row in trials.rows(lines) if "not_run" not in row]))
    (options.out / "tradeoff.json").write_text(json.dumps(points, indent=1))
    text = _text(points)
    (options.out / "tradeoff.md").write_text(text)
    print(text)
    plots.tradeoff(points, options.out / "tradeoff.png")


def _matched(rows: list[dict]) -> list[dict]:
    """Return the trials that every strength has had: a run cut short must not compare other clips."""
    had = Counter((row["attack"], row["seconds"], row["number"]) for row in rows)
    return [row for row in rows if had[row["attack"], row["seconds"], row["number"]] == len(PROFILES)]


def _points(rows: list[dict]) -> list[dict]:
    groups = defaultdict(list)
    for row in rows:
        groups[row["strength"], row["seconds"]].append(row)
    points = []
    for (strength, seconds), group in groups.items():
        rated = [row["pesq"] for row in group if row.get("pesq") is not None]
        if rated:
            known = {"strength": strength, "seconds": seconds, "trials": len(group), "rated": len(rated)}
            heard = {"pesq": round(float(np.mean(rated)), 3), "pesq_worst": min(rated)}
            heard["snr_db"] = round(float(np.mean([row["snr_db"] for row in group if "snr_db" in row])), 1)
            kept = {
                kind: round(100 * float(np.mean([row[kind] for row in group])), 2) for kind in ("present", "registry")
            }
            edges = [round(edge, 1) for edge in wilson(sum(row["present"] for row in group), len(group))]
            points.append({**known, **heard, **kept, "interval": edges})
    return sorted(points, key=lambda one: (one["seconds"], one["pesq"]))


def _text(points: list[dict]) -> str:
    lines = [
        f"Hard attacks: {', '.join(HARD)}.",
        "",
        "| strength | s | PESQ-WB | worst | SNR dB | clips rated | presence % | 95 % | id of 1,000,000 % | trials |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        "| {strength} | {seconds:g} | {pesq:.2f} | {pesq_worst:.2f} | {snr_db:g} | {rated} | {present:g} "
        "| {interval[0]:g} to {interval[1]:g} | {registry:g} | {trials} |".format(**one)
        for one in points
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
