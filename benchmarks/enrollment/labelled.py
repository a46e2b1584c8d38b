"""Sound that Perth marked, handed in for an enrolment: how much of it is found, plain and after what people do.

    python3.11 -m venv .bench/rivals-env
    .bench/rivals-env/bin/pip install resemble-perth librosa torchaudio "setuptools<81"
    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/labelled.py [--python FILE] [--json FILE]

Recordings of 5 to 10 s of one person, their clips joined, are marked by the published package (as a file of 16 bits has
them) and heard by the check as the unmarked ones are, plain and changed. The people are parted as in `spliced`: the
threshold is the highest score of all sounds of the one half without a mark, rounded up to a tenth. Intervals of 95 %:
Clopper and Pearson by recordings; each person has one to seven.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "mark"))

from own import RATE, WAYS, _narrow, rate, through
from rivals import Line
from spliced import part_of
from spoofs import manifest

from sayso.audio import Signal
from sayso.audio.resample import resample
from sayso.enrollment.perth import Perth

SECONDS, LEAST_S, CUT_S = 10, 5, 5
KEPT = Path(".bench/perth-scores.json")


def hosts():
    """Yield who speaks, and each sound of up to 10 s of them: 24 kHz."""
    by_person = defaultdict(list)
    for row in manifest():
        by_person[row["speaker"]].append(row)
    for who, rows in sorted(by_person.items()):
        whole = np.concatenate([_narrow(row) for row in rows])
        for start in range(0, len(whole), SECONDS * 16_000):
            piece = whole[start : start + SECONDS * 16_000]
            if len(piece) >= LEAST_S * 16_000:
                yield who, resample(Signal.mono(piece, 16_000), RATE).samples[0]


def ways(samples, rng):
    """Yield each way and the sound after it."""
    for way in WAYS:
        yield way, through(samples, way, rng)
    start = int(rng.integers(0, len(samples) - CUT_S * RATE + 1))
    yield "cut of 5 s", Signal.mono(samples[start : start + CUT_S * RATE], RATE)


def scores(python):
    """Return who, part, marked or not, way and score of every sound, and the processor seconds for 60 s."""
    line, decoder, rows, spent, heard_s = Line("perth", python), Perth(), [], 0.0, 0.0
    for number, (who, host) in enumerate(hosts()):
        print(number, end=" ", file=sys.stderr, flush=True)
        for marked, sound in ((False, host), (True, line.embed(host, number))):
            for way, signal in ways(sound, np.random.default_rng([number, marked])):
                started = time.process_time()
                score = decoder.score(signal)
                spent, heard_s = spent + time.process_time() - started, heard_s + signal.duration_s
                rows.append((who, part_of(who), marked, way, score))
    return {"rows": rows, "processor seconds for 60 s": 60 * spent / heard_s}


def told(rows):
    """Return the threshold by the one half, and what it does to each half."""
    highest = max(score for _, part, marked, _, score in rows if part == "tune" and not marked)
    threshold = float(np.ceil(10 * highest) / 10)
    figures = {"threshold": threshold}
    for part in ("tune", "judge"):
        people = {who for who, one, *_ in rows if one == part}
        figures[part] = {"people": len(people)}
        for way in (*WAYS, "cut of 5 s"):
            for marked, name in ((True, "found"), (False, "false alarms")):
                some = [score for _, one, is_marked, by, score in rows if (one, is_marked, by) == (part, marked, way)]
                found = rate([score >= threshold for score in some])
                figures[part][f"{way}, {name}"] = {**found, "lowest": min(some), "highest": max(some)}
    return figures


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--python", default=".bench/rivals-env/bin/python")
    asked.add_argument("--json", type=Path)
    chosen = asked.parse_args()
    if not KEPT.exists():
        KEPT.write_text(json.dumps(scores(chosen.python)))
    kept = json.loads(KEPT.read_text())
    figures = {"processor seconds for 60 s": kept["processor seconds for 60 s"], **told(kept["rows"])}
    print(json.dumps(figures, indent=1))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
