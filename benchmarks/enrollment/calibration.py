"""What a score of the check of one speaker is worth: its calibration, by the people of the tuning, judged by others.

    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/calibration.py [--json FILE]

The logarithm of the likelihood ratio is affine in the score. Its two numbers are fitted by logistic regression, both
kinds of pairs weighing the same, on the 46 people of the tuning (`tradeoff.compared`). Judged by Cllr, in bits (0 is
perfect, 1 tells nothing), and minCllr, that of the best monotone calibration of the very scores judged: Brümmer and du
Preez, "Application-independent evaluation of speaker detection", 2006; van Leeuwen and Brümmer, 2007. Intervals: 95 %,
bootstrap over people (both of a pair are drawn).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from prints import people
from scipy.optimize import isotonic_regression, minimize
from tradeoff import ROUNDS, compared

from sayso.enrollment.same_speaker import log10_ratio

EDGES = (-2, -1, 0, 1, 2)


def fitted(own, others):
    """Return slope and offset, log10, of the logistic regression of own beside others' scores."""

    def cost(numbers):
        return cllr(*(numbers[0] * scores + numbers[1] for scores in (own, others)))

    return minimize(cost, (10.0, -10.0), method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-10}).x


def cllr(own, others, weights=(None, None)):
    """Return the mean cost of log10 likelihood ratios, in bits."""
    sides = (np.logaddexp(0, -own * np.log(10)), np.logaddexp(0, others * np.log(10)))
    return sum(np.average(side, weights=weight) for side, weight in zip(sides, weights, strict=True)) / (2 * np.log(2))


def least_cllr(own, others):
    """Return minCllr: of the isotonic regression on the scores themselves (pool adjacent violators)."""
    scores = np.concatenate([own, others])
    is_own = np.concatenate([np.ones(len(own)), np.zeros(len(others))])
    order = np.lexsort((-is_own, scores))  # of equal scores the owners first: ties help nobody
    share = np.clip(isotonic_regression(is_own[order]).x, 1e-12, 1 - 1e-12)
    ratio = np.log10(share / (1 - share)) - np.log10(len(own) / len(others))
    return cllr(ratio[is_own[order] == 1], ratio[is_own[order] == 0])


def interval(scores, pairs):
    """Return the 95 % interval of Cllr of ``scores`` (people, people): owners on the diagonal, the others ``pairs``."""
    rng, count, drawn = np.random.default_rng(0), len(scores), []
    ratios = log10_ratio(scores)
    for _ in range(ROUNDS):
        times = np.bincount(rng.integers(count, size=count), minlength=count)
        drawn.append(cllr(np.diag(ratios), ratios[pairs], (times, np.outer(times, times)[pairs])))
    return [float(one) for one in np.quantile(drawn, (0.025, 0.975))]


def reliability(own, others):
    """Return rows: between which ratios, how many pairs of either kind, and log10 of how much likelier owners are."""
    rows = []
    for low, high in zip((-np.inf, *EDGES), (*EDGES, np.inf), strict=True):
        counts = [int(((side >= low) & (side < high)).sum()) for side in (own, others)]
        shares = [count / len(side) for count, side in zip(counts, (own, others), strict=True)]
        told = float(np.log10(shares[0] / shares[1])) if all(shares) else None
        rows.append({"from": low, "to": high, "owners": counts[0], "others": counts[1], "log10 found": told})
    return rows


def judged(some):
    """Return what the calibration that is built in is worth on ``some`` people."""
    scores, pairs = compared(some)
    own, others = log10_ratio(np.diag(scores)), log10_ratio(scores[pairs])
    return {
        "people": len(some),
        "pairs": len(others),
        "Cllr": float(cllr(own, others)),
        "interval": interval(scores, pairs),
        "minCllr": float(least_cllr(np.diag(scores), scores[pairs])),
        "owners below 0, others above": [int((own < 0).sum()), int((others > 0).sum())],
        "reliability": reliability(own, others),
    }


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--json", type=Path)
    chosen = asked.parse_args()
    everybody = people()
    tuned = [one for one in everybody if one.is_tuned]
    scores, pairs = compared(tuned)
    figures = {"fitted": [round(float(one), 2) for one in fitted(np.diag(scores), scores[pairs])]}
    figures |= {"unseen": judged([one for one in everybody if not one.is_tuned]), "tuned": judged(tuned)}
    print(json.dumps(figures, indent=1))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
