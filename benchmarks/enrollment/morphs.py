"""Morphs: recordings between two people, handed in as samples of either; how often they pass, and what finds them.

    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/morphs.py [--pairs 30] [--json FILE]

Of pairs of people of one sex, morphs are made by the sum of both waveforms, and by the mean of both logarithmic
spectra with the phases of one. A morph is presented by one of the two, whose statement is real, where the other is
known here; and every person is presented as they are, where all others are known, for the false alarms. The checks of
one speaker and of one at a time are run.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from own import rate
from prints import RATE, people, sounds
from scipy.signal import istft, stft

from sayso.enrollment.alone import check_alone
from sayso.enrollment.same_speaker import compared, listened, score
from sayso.voices.errors import NoVoiceInside

SECONDS = 8
BETWEEN = 0.8
"""The score with a second person who is known, from which a review was tried."""
WAYS = ("waveforms", "spectra")


def morphed(one, other, way):
    """Return a sound between two: 16 kHz, as long as the shorter."""
    length = min(len(one), len(other), SECONDS * RATE)
    first, second = (each[:length] / np.sqrt(np.mean(each[:length] ** 2)) for each in (one, other))
    if way == "waveforms":
        mixed = first + second
    else:
        a, b = (stft(each, RATE, nperseg=512, noverlap=384)[2] for each in (first, second))
        size = np.exp((np.log(np.abs(a) + 1e-6) + np.log(np.abs(b) + 1e-6)) / 2)
        mixed = istft(size * np.exp(1j * np.angle(a)), RATE, nperseg=512, noverlap=384)[1]
    return (0.1 * mixed / np.sqrt(np.mean(mixed**2))).astype(np.float32)


def pairs(some, count, rng):
    """Return pairs of two people of one sex, every person about as often."""
    found = []
    for sex in ("F", "M"):
        names = rng.permutation([one.name for one in some if one.sex == sex])
        found += list(zip(names, np.roll(names, 1), strict=True))
    return [found[place] for place in rng.permutation(len(found))[:count]]


def presented(everybody, heard, chosen):
    """Return of each morph, by its way: the scores with who presents it and with the other, and both verdicts."""
    by_name, found = {one.name: one for one in everybody}, {way: [] for way in WAYS}
    for first, second in chosen:
        for way in WAYS:
            sound = morphed(heard[first], heard[second], way)
            try:
                check, voice = compared(listened(heard[f"stated {first}"]), [listened(sound)])
            except NoVoiceInside:
                continue
            known = max(score(one, voice) for one in (by_name[second].samples, by_name[second].statement))
            verdicts = str(check.verdict), str(check_alone(heard[f"stated {first}"], [sound]).verdict)
            found[way].append((score(by_name[first].statement, voice), known, verdicts))
    return found


def strangers(some):
    """Return of each person how high they score, at most, with anybody else."""
    return [max(score(one.samples, other.samples) for other in some if other is not one) for one in some]


def _spread(scores):
    return [round(float(one), 3) for one in np.quantile(scores, (0.1, 0.5, 0.9))]


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--pairs", type=int, default=30)
    asked.add_argument("--json", type=Path)
    chosen = asked.parse_args()
    everybody, rng, figures = people(), np.random.default_rng(17), {}
    heard = {}
    for name, _, stated, samples in sounds():
        heard[name], heard[f"stated {name}"] = np.concatenate(samples), stated
    for group in (True, False):
        some = [one for one in everybody if one.is_tuned is group]
        name = "tuned with" if group else "unseen"
        made = presented(everybody, heard, pairs(some, chosen.pairs, rng))
        highest = strangers(some)
        sent = [str(check_alone(heard[f"stated {one.name}"], [heard[one.name]]).verdict) != "pass" for one in some]
        figures[name] = {
            "people as they are, not alone": rate(sent),
            "people as they are, near another": rate([other >= BETWEEN for other in highest]),
            "highest with another": [round(float(q), 3) for q in np.quantile(highest, (0.5, 0.9, 0.98))],
        }
        for way, rows in made.items():
            passed = [speaker == "pass" for _, _, (speaker, _) in rows]
            single = [alone == "pass" for _, _, (_, alone) in rows]
            figures[name][way] = {
                "pass same speaker": rate(passed),
                "pass alone": rate(single),
                "accepted": rate([both == (True, True) for both in zip(passed, single, strict=True)]),
                "accepted, if near another is no pass": rate(
                    [
                        ok and one and other < BETWEEN
                        for ok, one, (_, other, _) in zip(passed, single, rows, strict=True)
                    ]
                ),
                "with its presenter": _spread([own for own, _, _ in rows]),
                "with the other": _spread([other for _, other, _ in rows]),
            }
    print(json.dumps(figures, indent=1))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
