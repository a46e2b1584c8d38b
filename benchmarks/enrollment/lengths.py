"""How the score of one speaker falls with the length of speech, of owners and of strangers; the constants for it.

    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/lengths.py [--json FILE]

The people are those that the thresholds were chosen with (tuned.json). Of each every other recording is for statements,
the rest for samples: no recording is in both. Statements of 1 to 10 s of speech, up to four of each person and length,
beside samples of 3, 6, 12 and 30 s. `HALF_S` is what the owners' scores fit best (least squares of logarithms, each
person with a level of their own, each length of statement weighing alike). `SHARE` is the largest of which no more
than one in a thousand strangers of one sex passes, statements of 1.5 s or more.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from prints import RATE, TUNED, recordings
from scipy.optimize import minimize_scalar

from sayso.enrollment import same_speaker
from sayso.enrollment.same_speaker import PASS_SCORE, REVIEW_SCORE, embedded, listened, pooled

KEPT = Path(".bench/lengths.npz")
STATED_S, SPOKEN_S = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0), (3.0, 6.0, 12.0, 30.0)
STATEMENTS, LEAST_S, ALARMS = 4, 1.5, 0.001


def _cut(speech, seconds):
    """Return the first ``seconds`` of recordings as one pooled print, and how many there were."""
    found, left = [], round(seconds * RATE)
    for one in speech:
        if left < RATE // 2:
            break
        found.append(one[:left])
        left -= len(found[-1])
    return pooled([listened(one) for one in found]), seconds - left / RATE


def _rows():
    """Yield name, sex, whether it is of a statement, its length as planned and as it is, and the print."""
    for name, sex, speech in recordings():
        if name not in TUNED:
            continue
        heard = [one for one in speech if len(one) >= RATE // 2]
        stated, spoken = np.concatenate(heard[0::2]), heard[1::2]
        for planned in STATED_S:
            size = round(planned * RATE)
            for start in range(0, min(len(stated) // size, STATEMENTS) * size, size):
                yield name, sex, True, planned, planned, np.concatenate(embedded(stated[start : start + size]))
        for planned in SPOKEN_S:
            told, seconds = _cut(spoken, planned)
            if seconds > 0.6 * planned:
                yield name, sex, False, planned, seconds, np.concatenate(told)


class Trials:
    """Every statement beside everybody's samples: scores, both lengths, whether one person spoke both, or two of a sex.

    ``planned`` (statements, samples, 2) has the lengths as planned, ``seconds`` as they are.
    """

    def __init__(self):
        if not KEPT.exists():
            KEPT.parent.mkdir(exist_ok=True)
            np.savez(KEPT, *(np.array(column) for column in zip(*_rows(), strict=True)))
        with np.load(KEPT, allow_pickle=False) as file:
            names, sexes, stated, planned, seconds, told = (file[f"arr_{number}"] for number in range(6))
        one, other = np.flatnonzero(stated), np.flatnonzero(~stated)
        self.scores = told[one, :192] @ told[other, :192].T + told[one, 192:] @ told[other, 192:].T / 2
        self.planned, self.seconds = (np.stack(np.meshgrid(each[one], each[other], indexing="ij"), -1)
                                      for each in (planned, seconds))  # fmt: skip
        self.names, self.sexes = names[one], sexes[one]
        self.own = names[one][:, None] == names[other][None]
        self.strangers = ~self.own & (sexes[one][:, None] == sexes[other][None])
        self.person = np.broadcast_to(np.unique(names[one], return_inverse=True)[1][:, None], self.own.shape)


def fitted(trials):
    """Return the seconds that the owners' scores fit best, their full score, and what is left (deviation)."""
    own, person = np.log(trials.scores[trials.own]), trials.person[trials.own]
    lengths = trials.seconds[trials.own]
    _, kind, counts = np.unique(lengths[:, 0], return_inverse=True, return_counts=True)
    weights = 1 / counts[kind]

    def left(half_s):
        apart = own + np.log1p(half_s / lengths).sum(axis=1) / 2
        level = np.bincount(person, weights * apart) / np.bincount(person, weights)
        return apart - level[person], level

    half_s = minimize_scalar(lambda one: np.sum(weights * left(one)[0] ** 2), bounds=(0.1, 5), method="bounded").x
    rest, level = left(half_s)
    return float(half_s), float(np.exp(level.mean())), float(np.sqrt(np.average(rest**2, weights=weights)))


def rescored(trials, half_s, share):
    """Return the scores as they would be of full length, by these constants."""
    whole = np.minimum(trials.seconds, (same_speaker.FULL_STATEMENT_S, same_speaker.FULL_SAMPLES_S))
    full = np.array([same_speaker.FULL_STATEMENT_S, same_speaker.FULL_SAMPLES_S])
    return trials.scores * np.exp(share / 2 * (np.log1p(half_s / whole) - np.log1p(half_s / full)).sum(axis=2))


def told(trials, scores, chosen):
    """Return how owners and strangers of one sex fare whose trials are ``chosen``."""
    own, others = scores[chosen & trials.own], scores[chosen & trials.strangers]
    return {
        "owners": len(own), "mean": round(float(own.mean()), 3), "deviation": round(float(own.std()), 3),
        "below pass": round(float(np.mean(own < PASS_SCORE)), 4),
        "below review": round(float(np.mean(own < REVIEW_SCORE)), 4),
        "strangers": len(others), "highest": round(float(others.max()), 3),
        "pass": round(float(np.mean(others >= PASS_SCORE)), 5),
        "review": round(float(np.mean(others >= REVIEW_SCORE)), 5),
    }  # fmt: skip


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--json", type=Path)
    chosen = asked.parse_args()
    trials = Trials()
    long_enough = trials.planned[..., 0] >= LEAST_S
    half_s, full, rest = fitted(trials)
    print(f"HALF_S {half_s:.3f} (in use {same_speaker.HALF_S}), full score {full:.3f}, deviation {rest:.3f}")
    figures = {}
    for share in np.arange(0, 1.01, 0.05):
        found = told(trials, rescored(trials, half_s, share), long_enough)
        print(f"share {share:.2f}: {found}")
    ways = {"as they are": trials.scores, "by length": rescored(trials, same_speaker.HALF_S, same_speaker.SHARE)}
    native = np.array([not name.startswith("speechocean") for name in trials.names])
    groups = {"women": trials.sexes == "F", "men": trials.sexes == "M", "native": native, "non-native": ~native}
    for way, scores in ways.items():
        for stated_s in STATED_S:
            for spoken_s in SPOKEN_S:
                here = np.all(trials.planned == (stated_s, spoken_s), axis=2)
                figures[f"{way}, {stated_s:g} s beside {spoken_s:g} s"] = told(trials, scores, here)
        for name, belongs in groups.items():
            figures[f"{way}, {name}"] = told(trials, scores, long_enough & belongs[:, None])
    for name, found in figures.items():
        print(name, found)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
