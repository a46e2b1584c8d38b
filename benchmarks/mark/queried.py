"""What queries to the published detector do: is the mark found after them, by whom, and how does the sound come out.

    python benchmarks/mark/queried.py --clips 6 --queries 1000 --out .bench/queried

The attacker has the published key alone (`attacks.queries`). Asked then, by their whole search: that detector, and the
operator's, which holds evidence that was never published.
"""

from __future__ import annotations

import argparse
import itertools
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import ours
import quality
import trials
from attacks import ATTACKS
from synthetic import RATE_HZ

from sayso.audio.signal import Signal
from sayso.mark.detector import Detector

SECONDS = 5.0
WAYS = ("square", "boundary")


def of_queries(*, way: str, count: int, number: int) -> dict:
    """Return what both detectors find in clip ``number`` after ``count`` queries, and how it sounds."""
    clip, attack = trials.corpus(SECONDS).clip(number), f"queries {way} {count}"
    heard = trials.attacked(attack, SECONDS, number, "standard", "report")
    signal = Signal.mono(np.clip(heard, -1, 1), RATE_HZ)
    published = ours.find(signal, detector=Detector(ours.keys().public))
    return {
        **trials.about(clip),
        "by_published": published.present,
        **{f"by_operator_{name}": value for name, value in trials.found(heard, ATTACKS[attack], number).items()},
        "pesq": quality.pesq(clip.samples, heard),
        "snr_db": quality.snr_db(clip.samples, heard),
    }


def main() -> None:
    """Run what is not yet run, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=6)
    parser.add_argument("--queries", type=int, nargs="*", choices=(1_000, 10_000), default=[1_000])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(".bench/queried"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    lines = options.out / "queried.jsonl"
    trials.corpus(SECONDS).prepare()
    tasks = (
        {"way": way, "count": count, "number": number}
        for number, count, way in itertools.product(range(options.clips), options.queries, WAYS)
    )
    with ProcessPoolExecutor(options.processes) as pool:
        trials.drive(of_queries, tasks, lines, until=float("inf"), pool=pool)
    print(table(list(trials.rows(lines))))


def table(rows: list[dict]) -> str:
    """Return the table of the ``rows``."""
    groups = defaultdict(list)
    for row in rows:
        groups[row["way"], row["count"]].append(row)
    text = "| way | queries | clips | found by the published key | by the operator | id named | PESQ-WB | SNR dB |\n"
    text += "|---|---|---|---|---|---|---|---|\n"
    for (way, count), group in sorted(groups.items()):
        found = [sum(row[name] for row in group) for name in ("by_published", "by_operator_present")]
        named = sum(row["by_operator_registry"] for row in group)
        pesq = np.mean([row["pesq"] for row in group if row["pesq"] is not None])
        snr = np.mean([row["snr_db"] for row in group])
        text += f"| {way} | {count} | {len(group)} | {found[0]} | {found[1]} | {named} | {pesq:.2f} | {snr:.1f} |\n"
    return text


if __name__ == "__main__":
    main()
