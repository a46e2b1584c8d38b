"""How soon the monitor finds a drift of 0.10 OVRL in a stratum, and how often it calls one that is not there.

    python benchmarks/fairness/drift.py [--trials 1000] [--json FILE]

OVRL of one speaker beside their own baseline varies by 0.261, as measured on real speech.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from sayso.fairness.drift import DriftDetector

SPREAD = 0.261


def delay(rng, drift, *, healthy=0, most=2_000, error=0.0):
    """Return the samples from the begin of a drift to the alarm; a baseline is known but for ``error``."""
    detector, off = DriftDetector(1.0), rng.normal(0, error) if error else 0.0
    for value in rng.normal(off, SPREAD, healthy):
        if detector.add(float(value)):
            return None
    for count, value in enumerate(rng.normal(drift + off, SPREAD, most), start=1):
        if detector.add(float(value)):
            return count
    return most


def delays(trials, drift, seed, **told):
    rng = np.random.default_rng(seed)
    found = [one for _ in range(trials) if (one := delay(rng, drift, **told)) is not None]
    within = float(np.mean(np.array(found) <= 300))
    return {
        "median": float(np.median(found)), "95 %": float(np.quantile(found, 0.95)), "within 300": within,
        "false alarms before": trials - len(found),
    }  # fmt: skip


def alarms(runs, length, seed):
    """Return the alarms in streams without a drift; after one the detector begins anew."""
    rng = np.random.default_rng(seed)
    count = 0
    for _ in range(runs):
        detector = DriftDetector(1.0)
        for value in rng.normal(0, SPREAD, length):
            if detector.add(float(value)):
                count, detector = count + 1, DriftDetector(1.0)
    return {"samples": runs * length, "alarms": count, "per 10,000": count / (runs * length / 10_000)}


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--trials", type=int, default=1_000)
    asked.add_argument("--json", type=Path)
    told = asked.parse_args()
    n = told.trials
    figures = {
        "drift 0.10 from the first sample": delays(n, 0.10, 1),
        "drift 0.10 after 1,000 without": delays(n, 0.10, 2, healthy=1_000),
        "drift 0.10 after 1,000, baseline of 1,000 samples": delays(
            n, 0.10, 3, healthy=1_000, error=SPREAD / 1000**0.5
        ),
        "drift 0.20 after 1,000 without": delays(n, 0.20, 4, healthy=1_000),
        "no drift": alarms(n // 10, 20_000, 5),
    }
    for name, found in figures.items():
        print(f"{name}: {found}", flush=True)
    if told.json:
        told.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
