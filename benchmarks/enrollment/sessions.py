"""Statement and samples of one room and microphone, and of two: what the step of the channel between them tells.

    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/sessions.py [--json FILE]

Of who left several recordings, three times one is the statement and three others are the samples; of who left one, its
first third and the rest. Honest: both as they are. Otherwise the samples come from another room and microphone with
noise (simulated, 25 to 40 dB below), by telephone, over noise of 15 dB, as MP3 or Opus, or 10 dB softer. The people are
parted as in `spliced`: the threshold is about what one in fifty honest pairs of the one half has, and the model of
steps was trained with that half, too. Intervals: 95 %, bootstrap over people.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from heard import WAYS
from spliced import noisy, part_of, recorded
from spoofs import ROOT, manifest
from synthetic import interval

from sayso.audio import decode
from sayso.enrollment.capture import OTHER_SCORE
from sayso.enrollment.channel import between

TIMES, SAMPLES, ALARMS = 3, 3, 0.02
CHANGES = {
    "honest": lambda sound, _: sound,
    "room": recorded,
    "telephone": lambda sound, rng: WAYS["phone"](sound, rng, None),
    "noise of 15 dB": lambda sound, rng: noisy(sound, rng, 15),
    "MP3": lambda sound, rng: WAYS["mp3"](sound, rng, None),
    "Opus": lambda sound, rng: WAYS["opus"](sound, rng, None),
    "10 dB softer": lambda sound, _: sound * np.float32(10 ** (-10 / 20)),
}


def pairs(part, seed=5):
    """Yield who speaks, a statement and samples, of the people of a part."""
    by_person = defaultdict(list)
    for row in manifest():
        if part_of(row["speaker"]) == part:
            by_person[row["speaker"]].append(decode((ROOT / row["path"]).read_bytes()).mixed().astype(np.float32))
    for number, (who, takes) in enumerate(sorted(by_person.items())):
        rng = np.random.default_rng([seed, number])
        if len(takes) == 1:
            third = len(takes[0]) // 3
            yield who, rng, takes[0][:third], takes[0][third:]
            continue
        for _ in range(TIMES):
            first, *others = rng.permutation(len(takes))[: SAMPLES + 1]
            yield who, rng, takes[first], np.concatenate([takes[other] for other in others])


def steps(part):
    """Return by change who spoke and the score of each pair, and the processor seconds a second of sound."""
    found, spent, seconds = defaultdict(list), 0.0, 0.0
    for who, rng, stated, spoken in pairs(part):
        for name, change in CHANGES.items():
            sound = np.asarray(change(spoken, rng), np.float32)
            started = time.process_time()
            score = between(stated, sound)
            spent, seconds = spent + time.process_time() - started, seconds + (len(stated) + len(sound)) / 16_000
            if score is not None:
                found[name].append((who, score))
    return found, spent / seconds


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--json", type=Path)
    chosen = asked.parse_args()
    figures = {}
    for part in ("tune", "judge"):
        found, cost = steps(part)
        honest = np.array([score for _, score in found["honest"]])
        print(part, f"{1 - ALARMS:.0%} of honest pairs are below {np.quantile(honest, 1 - ALARMS):.2f}, {cost:.5f} s")
        for name, rows in found.items():
            who, told = np.array([row[0] for row in rows]), np.array([row[1] >= OTHER_SCORE for row in rows])
            figures[f"{part}, {name}"] = interval(who, told)
            print(part, name, figures[f"{part}, {name}"])
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
