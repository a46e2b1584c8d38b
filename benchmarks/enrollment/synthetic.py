"""Train the detector of synthetic speech, and judge it by people, voices and kinds that it never heard.

    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/spoofs.py          # once: makes the speech, some 15 CPU minutes
    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/synthetic.py [--output src/sayso/models/files/synthetic-speech.npz]

Trained on half of the people, voices and texts and on the fifth that is for thresholds; the threshold is the
highest score of real recordings, each scored by a model that did not hear the person (five folds). Judged on the
rest. For an unseen kind the model is trained without the whole kind. Intervals: 95 %, bootstrap over people or
voices.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
from heard import heard
from spoofs import KINDS

from sayso.enrollment.synthetic import SUSPECT_SCORE, SyntheticModel

RIDGE, ROUNDS, FOLDS, ALARMS = 100.0, 12, 5, 0.0


def trained(data):
    """Return a `SyntheticModel`: logistic regression, real and synthetic weighing alike, and each kind."""
    numbers = data.numbers.astype(np.float64)
    is_synthetic = data.kinds != "real"
    mean, spread = numbers[~is_synthetic].mean(axis=0), numbers[~is_synthetic].std(axis=0) + 1e-3
    bare = SyntheticModel(mean, spread, np.zeros(2 * len(mean)), 0.0)
    rows = np.column_stack([bare.terms(numbers), np.ones(len(numbers))]).astype(np.float64)
    kinds = set(data.kinds[is_synthetic])
    weight = np.where(is_synthetic, 0.0, 1 / np.sum(~is_synthetic))
    for kind in kinds:
        weight[data.kinds == kind] = 1 / len(kinds) / np.sum(data.kinds == kind)
    weight *= len(numbers) / 2
    ridge = np.full(rows.shape[1], RIDGE)
    ridge[-1] = 1e-6
    found = np.zeros(rows.shape[1])
    for _ in range(ROUNDS):  # Newton's method
        chance = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = (rows * (weight * chance * (1 - chance))[:, None]).T @ rows + np.diag(ridge)
        found -= np.linalg.solve(slope, rows.T @ (weight * (chance - is_synthetic)) + ridge * found)
    single = [part.astype(np.float32) for part in (mean, spread, found[:-1])]
    return SyntheticModel(*single, float(found[-1]))


def scores(model, data):
    return np.array([model.score(row) for row in data.numbers])


def calibrated(data):
    """Return a model whose score is 0 at the highest of real recordings of people unheard."""
    fold = np.array([int(hashlib.sha256(who.encode()).hexdigest()[:6], 16) % FOLDS for who in data.who])
    unheard = np.zeros(len(data.who))
    for one in range(FOLDS):
        unheard[fold == one] = scores(trained(data.of(fold != one)), data.of(fold == one))
    limit = float(np.quantile(unheard[data.kinds == "real"], 1 - ALARMS))
    model = trained(data)
    return SyntheticModel(model.mean, model.spread, model.weights, model.bias - limit)


def equal_error(real, synthetic):
    """Return the rate at which as many real recordings are called synthetic as synthetic ones real."""
    limits = np.sort(np.concatenate([real, synthetic]))
    false = np.array([np.mean(real >= limit) for limit in limits])
    missed = np.array([np.mean(synthetic < limit) for limit in limits])
    place = np.argmin(np.abs(false - missed))
    return float(false[place] + missed[place]) / 2


def interval(who, values, function=np.mean, rounds=500):
    """Return ``function`` of the values and its 95 % interval, bootstrapped over ``who``."""
    rng, names = np.random.default_rng(0), np.unique(who)
    places = {name: np.flatnonzero(who == name) for name in names}
    drawn = [function(values[np.concatenate([places[name] for name in rng.choice(names, len(names))])])
             for _ in range(rounds)]  # fmt: skip
    low, high = np.quantile(drawn, (0.025, 0.975))
    return {"rate": _short(function(values)), "low": _short(low), "high": _short(high), "of": len(values),
            "people": len(names)}  # fmt: skip


def _short(value):
    return round(float(value), 4)


def judged(model, data, kinds):
    """Return error rates on ``data``: false alarms by group and condition; of each of ``kinds`` what is missed."""
    found = scores(model, data)
    real, hit = data.kinds == "real", found >= SUSPECT_SCORE
    table = {"false alarms": {"all": interval(data.who[real], hit[real])}, "missed": {}, "equal error": {}}
    for name in ("native", "non-native", "women", "men"):
        some = real & np.array([name in group.split(" ") for group in data.groups])
        table["false alarms"][name] = interval(data.who[some], hit[some])
    for name in np.unique(data.conditions):
        some = real & (data.conditions == name)
        table["false alarms"][f"condition {name}"] = interval(data.who[some], hit[some])
    for kind in kinds:
        some = data.kinds == kind
        table["missed"][kind] = interval(data.who[some], ~hit[some])
        for name in np.unique(data.conditions):
            here = some & (data.conditions == name)
            table["missed"][f"{kind}, {name}"] = _short(np.mean(~hit[here])) if here.any() else None
        table["equal error"][kind] = _short(equal_error(found[real], found[some]))
    return table


def written(model):
    """Return the bytes of a model, the same for the same."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in ("mean", "spread", "weights", "bias"):
            one = io.BytesIO()
            np.lib.format.write_array(one, np.asarray(getattr(model, name), np.float32), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), one.getvalue())
    return buffer.getvalue()


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--output", type=Path)
    asked.add_argument("--json", type=Path)
    chosen = asked.parse_args()
    data = heard()
    own, judging = data.of(data.parts != "judge"), data.of(data.parts == "judge")
    model = calibrated(own)
    figures = {"seen": judged(model, judging, KINDS), "unseen": {}}
    for kind in KINDS:
        without = calibrated(own.of(own.kinds != kind))
        every = data.of((data.kinds == kind) | ((data.kinds == "real") & (data.parts == "judge")))
        figures["unseen"][kind] = judged(without, every, [kind])
    print(json.dumps(figures, indent=1))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))
    if chosen.output:
        chosen.output.write_bytes(written(model))
        print(f"{chosen.output}: SHA-256 {hashlib.sha256(chosen.output.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
