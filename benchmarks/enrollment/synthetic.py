"""Train the detector of synthetic speech, and judge it by people, voices and kinds that it never heard.

    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/spoofs.py          # once: makes the speech, some 20 CPU minutes
    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/synthetic.py [--output src/sayso/models/files/synthetic-speech.npz]

Two scores, each of ridge regression (a linear discriminant) over what inner layers of CAM++ tell: all kinds but
replay against real speech, and replay against real speech. Trained on half of the people, voices and texts and on the
fifth that is for thresholds; a threshold is passed by 1 % of real recordings, each scored by a model that did not hear
the person (five folds). Judged on the rest. For an unseen kind the model is trained without the whole kind, and
another kind that is told by the same score stays. Intervals: 95 %, bootstrap over people or voices.
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

PLAYED = "replay"
RIDGE, FOLDS, ALARMS = 1.0, 5, 0.01
LEAST_SPREAD = 1e-3


def trained(data):
    """Return a `SyntheticModel` whose biases make 0 the middle between both means."""
    real = data.numbers[data.kinds == "real"]
    mean, spread = real.mean(axis=0), real.std(axis=0) + LEAST_SPREAD
    count = len(mean)
    bare = SyntheticModel(mean, spread, np.zeros((2, count), np.float32), np.zeros(2, np.float32))
    terms = bare.terms(data.numbers)
    both = [_score(terms[chosen], data.kinds[chosen]) for chosen in (data.kinds != PLAYED, _only_played(data.kinds))]
    weights, biases = (np.stack(part).astype(np.float32) for part in zip(*both, strict=True))
    return SyntheticModel(mean, spread, weights, biases)


def _only_played(kinds):
    return (kinds == PLAYED) | (kinds == "real")


def _score(terms, kinds):
    """Return weights and bias that tell real speech (-1) from other kinds (1), each weighing alike."""
    others = sorted(set(kinds) - {"real"})
    if not others:
        return np.zeros(terms.shape[1]), np.array(-1.0)
    weight = np.zeros(len(kinds))
    for kind in ("real", *others):
        weight[kinds == kind] = (1.0 if kind == "real" else 1 / len(others)) / 2 / np.sum(kinds == kind)
    wanted, root = np.where(kinds == "real", -1.0, 1.0), np.sqrt(weight)[:, None]
    centre = weight @ terms
    rows = (terms - centre) * root
    alike = rows @ rows.T
    alike[np.diag_indices_from(alike)] += RIDGE * np.trace(alike) / len(alike)
    weights = rows.T @ np.linalg.solve(alike, (wanted - weight @ wanted) * root[:, 0])
    return weights, weight @ wanted - centre @ weights


def calibrated(data):
    """Return a model of which each score is 0 or more in `ALARMS` of the recordings of people unheard."""
    fold = np.array([int(hashlib.sha256(who.encode()).hexdigest()[:6], 16) % FOLDS for who in data.who])
    unheard = np.zeros((len(data.who), 2))
    for one in range(FOLDS):
        unheard[fold == one] = trained(data.of(fold != one)).scores(data.numbers[fold == one])
    limits = np.quantile(unheard[data.kinds == "real"], 1 - ALARMS, axis=0).astype(np.float32)
    model = trained(data)
    biases = np.where(model.weights.any(axis=1), model.biases - limits, -1.0)  # a score without its kind tells nothing
    return SyntheticModel(model.mean, model.spread, model.weights, biases.astype(np.float32))


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
    """Return false alarms on ``data`` by group and condition, those of each score; of each of ``kinds`` the misses."""
    found = model.scores(data.numbers)
    real, hit = data.kinds == "real", (found >= SUSPECT_SCORE).any(axis=1)
    table = {"false alarms": {"all": interval(data.who[real], hit[real])}, "missed": {}}
    for name, each in zip(("made", "played"), found.T, strict=True):
        table["false alarms"][f"sounds {name}"] = _short(np.mean(each[real] >= SUSPECT_SCORE))
    for name in ("native", "non-native", "women", "men"):
        some = real & np.array([name in group.split(" ") for group in data.groups])
        table["false alarms"][name] = interval(data.who[some], hit[some])
    for name in np.unique(data.conditions[real]):
        some = real & (data.conditions == name)
        table["false alarms"][f"condition {name}"] = interval(data.who[some], hit[some])
    for kind in kinds:
        some = data.kinds == kind
        table["missed"][kind] = interval(data.who[some], ~hit[some])
        for name in np.unique(data.conditions):
            here = some & (data.conditions == name)
            table["missed"][f"{kind}, {name}"] = _short(np.mean(~hit[here])) if here.any() else None
    return table


def written(model):
    """Return the bytes of a model, the same for the same."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in ("mean", "spread", "weights", "biases"):
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
