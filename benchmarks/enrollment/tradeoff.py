"""False accepts of impostors against false rejects of owners, threshold by threshold, on people unseen.

    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/tradeoff.py [--json FILE]

The score of `same_speaker` between statement and samples, of owners and of every pair of two people of one sex, both
ways. Of who left several recordings, statement and samples are of other recordings; of the others, of one (`prints`).
Intervals: 95 %; of owners Clopper and Pearson, of pairs the bootstrap over people (both of a pair are drawn), or, where
none was accepted, the rule of three for the people.
"""

from __future__ import annotations

import argparse
import json
from itertools import permutations
from pathlib import Path

import numpy as np
from prints import people
from scipy.stats import beta

from sayso.enrollment.same_speaker import PASS_SCORE, REVIEW_SCORE, of_full_length, score

THRESHOLDS = (0.7, 0.8, 0.85, 0.9, REVIEW_SCORE, 1.0, 1.05, 1.1, PASS_SCORE, 1.2, 1.25, 1.3)
ROUNDS = 400


def clopper(count, total):
    """Return the 95 % interval of ``count`` of ``total`` (Clopper and Pearson, 1934)."""
    low = beta.ppf(0.025, count, total - count + 1) if count else 0.0
    high = beta.ppf(0.975, count + 1, total - count) if count < total else 1.0
    return float(low), float(high)


def compared(some):
    """Return the score of each statement beside each one's samples, as it counts, and which pairs are of one sex."""
    scores = np.array([[_score(a, b) for b in some] for a in some])
    pairs = np.zeros(scores.shape, bool)
    for (row, one), (column, other) in permutations(enumerate(some), 2):
        pairs[row, column] = one.sex == other.sex
    return scores, pairs


def _score(one, other):
    return of_full_length(score(one.statement, other.samples), one.stated_s, other.spoken_s)


def accepted(over, pairs):
    """Return the share of pairs that pass and its interval."""
    rng, count, drawn = np.random.default_rng(0), len(over), []
    for _ in range(ROUNDS):
        times = np.bincount(rng.integers(count, size=count), minlength=count)
        weight = np.outer(times, times) * pairs
        drawn.append((over * weight).sum() / max(weight.sum(), 1))
    low, high = np.quantile(drawn, (0.025, 0.975))
    rate = float((over & pairs).sum() / pairs.sum())
    return rate, float(low), float(high) if rate else 1 - 0.05 ** (1 / (count // 2))


def curve(some):
    """Return a row for each threshold: false accepts and false rejects with their intervals."""
    scores, pairs = compared(some)
    own, rows = np.diag(scores), []
    for threshold in THRESHOLDS:
        rejected = int((own < threshold).sum())
        rate, low, high = accepted(scores >= threshold, pairs)
        rows.append({"threshold": threshold, "accepted": int(((scores >= threshold) & pairs).sum()),
                     "far": rate, "far_interval": (low, high), "rejected": rejected,
                     "frr": rejected / len(own), "frr_interval": clopper(rejected, len(own))})  # fmt: skip
    return {"people": len(some), "pairs": int(pairs.sum()), "equal error rate": equal(own, scores[pairs]), "rows": rows}


def equal(own, others):
    """Return the rate at which both errors are alike."""
    levels = np.unique(np.concatenate([own, others]))
    far, frr = ((np.array([test(level) for level in levels])) for test in
                (lambda level: np.mean(others >= level), lambda level: np.mean(own < level)))  # fmt: skip
    at = int(np.argmin(np.abs(far - frr)))
    return float((far[at] + frr[at]) / 2)


def groups(some):
    """Return by group how many owners are below the threshold to pass, and how many pairs within it are not."""
    names = {"women": lambda one: one.sex == "F", "men": lambda one: one.sex == "M"}
    names |= {"non-native": lambda one: one.name.startswith("speechocean")}
    names |= {"native": lambda one: not one.name.startswith("speechocean")}
    found = {}
    for name, belongs in names.items():
        scores, pairs = compared([one for one in some if belongs(one)])
        rejected = int((np.diag(scores) < PASS_SCORE).sum())
        found[name] = {"people": len(scores), "rejected": rejected, "interval": clopper(rejected, len(scores)),
                       "accepted": int(((scores >= PASS_SCORE) & pairs).sum()), "pairs": int(pairs.sum())}  # fmt: skip
    return found


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--json", type=Path)
    chosen = asked.parse_args()
    everybody = people()
    parts = {
        "unseen": [one for one in everybody if not one.is_tuned],
        "tuned": [one for one in everybody if one.is_tuned],
    }
    figures = {name: curve(some) for name, some in parts.items()}
    for name, found in figures.items():
        found["groups"] = groups(parts[name])
        print(name, {key: value for key, value in found.items() if key != "rows"})
        for row in found["rows"]:
            (a, b), (c, d) = row["far_interval"], row["frr_interval"]
            print(f"| {row['threshold']:.2f} | {row['accepted']}: {row['far']:.2%} ({a:.2%} to {b:.2%}) | "
                  f"{row['rejected']}: {row['frr']:.1%} ({c:.1%} to {d:.1%}) |")  # fmt: skip
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
