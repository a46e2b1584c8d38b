"""How often the verdict on fairness is wrong: simulated voices without and with a gap, and real speech beside itself.

    python benchmarks/fairness/simulated.py [--trials 10000] [--json FILE]

Speakers differ and vary as measured on real speech: likeness (cosine) by 0.05 and 0.04, DNSMOS OVRL by 0.289 and 0.261.
Where Fairlearn is installed, the intervals of its MetricFrame are asked of the same voices; else it says "not run".
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
from collections import Counter
from pathlib import Path

import numpy as np

from sayso.fairness import Margins, Measurement, SampleKind, judge, tabulated

SPREAD = {"likeness": (0.05, 0.04), "ovrl": (0.289, 0.261)}
MARGINS = Margins.of(())


def study(rng, metric, speakers, samples, gap, groups=2):
    """Return measurements of groups, the first of which lies ``gap`` lower."""
    between, within = SPREAD[metric]
    for group, speaker in itertools.product(range(groups), range(speakers)):
        own = 3 - (gap if group == 0 else 0) + rng.normal(0, between)
        for value in rng.normal(own, within, samples):
            yield Measurement(f"{speaker}", f"g{group}", metric, float(value), SampleKind.SYNTHETIC)


def shares(trials, *plan, margins=MARGINS, groups=2, seed=1):
    """Return how often each verdict is given, and the median of what is needed where that is told."""
    rng = np.random.default_rng(seed)
    found = [judge(tabulated(study(rng, *plan, groups=groups)), margins) for _ in range(trials)]
    counts = Counter(one.verdict.value for one in found)
    needed = [one.needed for one in found if one.needed]
    return {**{verdict: count / trials for verdict, count in counts.items()}, "needed": float(np.median(needed or [0]))}


def fairlearn_alarms(trials, seed=1):
    """Return how often the 95 % intervals of two groups by Fairlearn's bootstrap of rows lie apart without a gap."""
    try:
        import pandas as pd
        from fairlearn.metrics import MetricFrame
    except ImportError:
        return None
    rng = np.random.default_rng(seed)
    alarms = 0
    for trial in range(trials):
        rows = pd.DataFrame(
            [(one.group, one.value) for one in study(rng, "likeness", 10, 20, 0.0)], columns=["group", "value"]
        )
        frame = MetricFrame(
            metrics=lambda _, y_pred: float(np.mean(y_pred)),
            y_true=rows["value"], y_pred=rows["value"], sensitive_features=rows["group"],
            n_boot=200, ci_quantiles=[0.025, 0.975], random_state=trial,
        )  # fmt: skip
        low, high = (quantile.to_dict() for quantile in frame.by_group_ci)
        one, other = sorted(low)
        alarms += low[one] > high[other] or low[other] > high[one]
    return alarms / trials


def beside_itself(splits, seed=1):
    """Return the verdicts on real speech, half of the clips of each speaker called synthetic, by sex and by native."""
    from measured import real_clips

    clips = real_clips()
    rng = np.random.default_rng(seed)
    counts = Counter()
    for attribute in ("sex", "corpus"):
        for _ in range(splits):
            counts[judge(tabulated(_halves(rng, clips, attribute)), MARGINS).verdict.value] += 1
    return {"splits": 2 * splits, "clips": len(clips), **counts}


def _halves(rng, clips, attribute):
    by_speaker = {}
    for clip in clips:
        by_speaker.setdefault(clip["speaker"], []).append(clip)
    for speaker, own in by_speaker.items():
        order = rng.permutation(len(own))
        for place, index in enumerate(order):
            kind = SampleKind.REAL if place < len(own) // 2 else SampleKind.SYNTHETIC
            yield Measurement(speaker, own[index][attribute], "ovrl", own[index]["ovrl"], kind)


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--trials", type=int, default=10_000)
    asked.add_argument("--json", type=Path)
    trials = asked.parse_args()
    n = trials.trials
    figures = {
        "no gap, likeness, 25 speakers x 4": shares(n, "likeness", 25, 4, 0.0),
        "no gap, OVRL, 25 x 4": shares(n, "ovrl", 25, 4, 0.0),
        "no gap, likeness, 10 x 20, margin 0": shares(n, "likeness", 10, 20, 0.0, margins=Margins.of(["likeness=0"])),
        "no gap, likeness, 10 groups, 25 x 4": shares(n // 10, "likeness", 25, 4, 0.0, groups=10),
        "gap 0.05, likeness, 25 x 4": shares(n, "likeness", 25, 4, 0.05),
        "gap 0.30, OVRL, 25 x 4": shares(n, "ovrl", 25, 4, 0.30),
        "gap 0.10, likeness, 25 x 4": shares(n, "likeness", 25, 4, 0.10),
        "no gap, likeness, 100 x 4": shares(n, "likeness", 100, 4, 0.0),
        "Fairlearn, no gap, 10 x 20: false alarms": fairlearn_alarms(300),
    }
    if os.environ.get("SAYSO_SPEECH"):
        figures["real speech beside itself"] = beside_itself(100)
    for name, found in figures.items():
        print(f"{name}: {'not run' if found is None else found}", flush=True)
    if trials.json:
        trials.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
