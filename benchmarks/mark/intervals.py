"""How sure a percentage is: Wilson's interval, and intervals of gaps between groups drawn speaker by speaker."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

Z_95 = 1.959964


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of ``hits`` among ``count``, in per cent (Wilson 1927)."""
    if count == 0:
        return 0.0, 100.0
    share, square = hits / count, Z_95**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = Z_95 / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    return 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)


def gap(trials: Iterable[tuple[str, str, bool]], *, draws: int = 1000) -> dict | None:
    """Return the largest gap between groups, in points, with a 95 % interval; None where there are not two groups.

    ``trials`` are (group, speaker, hit). Trials of one speaker hang together, so speakers are drawn, not trials
    (bootstrap). The interval is of the gap between the two groups that differ most as measured; where no trial failed
    it has no width, and ``rule_of_three`` says what share may still fail unseen in the smaller group.
    """
    groups: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for group, speaker, hit in trials:
        groups[group][speaker].append(hit)
    if len(groups) < 2:
        return None
    rates = {name: 100 * float(np.mean([hit for hits in of.values() for hit in hits])) for name, of in groups.items()}
    low, high = min(rates, key=rates.get), max(rates, key=rates.get)
    rng = np.random.default_rng(0)
    seen = np.percentile([_drawn(groups[high], rng) - _drawn(groups[low], rng) for _ in range(draws)], (2.5, 97.5))
    counts = {name: sum(map(len, of.values())) for name, of in groups.items()}
    return {
        "points": round(rates[high] - rates[low], 2),
        "interval": [round(float(edge), 2) for edge in seen],
        "between": [high, low],
        "rates": {name: round(rate, 2) for name, rate in rates.items()},
        "trials": counts,
        "speakers": {name: len(of) for name, of in groups.items()},
        "rule_of_three": round(300 / min(counts[high], counts[low]), 2),
    }


def _drawn(speakers: dict[str, list[bool]], rng: np.random.Generator) -> float:
    sums = np.array([(sum(hits), len(hits)) for hits in speakers.values()])
    hits, count = sums[rng.integers(len(sums), size=len(sums))].sum(axis=0)
    return 100 * hits / count
