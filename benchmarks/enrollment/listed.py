"""Protected voices: how high strangers score, the threshold that follows from a budget, and what it finds and misses.

    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/listed.py [--json FILE]

The tail of strangers' scores is fitted on the people whom `same_speaker` was tuned with, pairs of one sex, and held
against everybody else. A list is drawn of people; each stranger outside of it is compared with all of it, as an
enrolment is, and each person on it comes back with another recording.
"""

from __future__ import annotations

import argparse
import json
from itertools import combinations
from pathlib import Path

import numpy as np
from prints import people

from sayso.enrollment.protected import HIGHEST, TAIL_POWER, TAIL_SCORE, TAIL_SHARE, protected_score
from sayso.enrollment.same_speaker import score

DRAWS = 400


def fitted(scores, share=0.05):
    """Return where the highest ``share`` of strangers begins, and the power at which it falls towards the highest."""
    begin = float(np.quantile(scores, 1 - share))
    above = scores[scores > begin]
    return begin, float(1 / np.mean(-np.log((HIGHEST - above) / (HIGHEST - begin)))), len(above)


def strangers(some):
    """Return the scores of every pair of two people of one sex."""
    return np.array([score(a.samples, b.samples) for a, b in combinations(some, 2) if a.sex == b.sex])


def tried(some, voices, budget, rng):
    """Return the share of strangers and of listed people whom a list of ``voices`` sends to a person."""
    needed, alarms, found = protected_score(voices, budget), [], []
    matrix = np.array([[score(a.samples, b.samples) for b in some] for a in some])
    own = np.array([score(a.statement, a.samples) for a in some])
    for _ in range(DRAWS):
        listed = rng.choice(len(some), voices, replace=False)
        others = np.setdiff1d(np.arange(len(some)), listed)
        alarms.append(np.mean((matrix[np.ix_(others, listed)] >= needed).any(axis=1)))
        found.append(np.mean(own[listed] >= needed))
    return {"threshold": round(needed, 3), "false alarms": float(np.mean(alarms)), "found": float(np.mean(found))}


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--json", type=Path)
    chosen = asked.parse_args()
    everybody = people()
    tuned, unseen = ([one for one in everybody if one.is_tuned is is_tuned] for is_tuned in (True, False))
    begin, power, number = fitted(strangers(tuned))
    figures = {
        "fit": {"people": len(tuned), "pairs": len(strangers(tuned)), "above": number, "begin": begin, "power": power},
        "in use": {"share": TAIL_SHARE, "begin": TAIL_SCORE, "power": TAIL_POWER},
        "unseen pairs above": {
            str(share): float(np.mean(strangers(unseen) >= protected_score(1, share))) for share in (0.05, 0.01, 0.001)
        },
    }
    rng = np.random.default_rng(17)
    for name, some in (("tuned with", tuned), ("unseen", unseen)):
        for voices in (1, 10, 30):
            for budget in (0.05, 0.01):
                figures[f"{name}, list of {voices}, budget {budget}"] = tried(some, voices, budget, rng)
    own = np.array([score(one.statement, one.samples) for one in tuned])
    figures["owners tuned with at or above, by length of the list"] = {
        str(voices): [round(protected_score(voices, 0.01), 3), float(np.mean(own >= protected_score(voices, 0.01)))]
        for voices in (1, 10, 100, 1000, 10_000)
    }
    print(json.dumps(figures, indent=1))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
