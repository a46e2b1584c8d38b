"""The checks of an enrolment on people that no threshold was chosen with.

    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/checking.py [--clips 24] [--json FILE]

Words: each clip with its own text, and with one word of another text in it (native and Mandarin speakers).
Speaker: two halves of one recording, and every pair of people of one sex; the halves share the microphone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections import Counter, defaultdict
from itertools import product
from pathlib import Path

from sayso.audio import Signal, decode
from sayso.enrollment.checking import check_enrollment
from sayso.enrollment.same_speaker import PASS_SCORE, REVIEW_SCORE, embedded, of_full_length, score, verdict_of
from sayso.enrollment.statement import check_statement
from sayso.mark import MarkKeys
from sayso.mark.detector import Detector
from sayso.recognition import recogniser
from sayso.voices.embedding import SAMPLE_RATE
from sayso.voices.gate import speech_of

ROOT = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
TUNED = json.loads((Path(__file__).parent / "tuned.json").read_text())
"""The speakers with whom each threshold was chosen; they are left out."""


def rows(check):
    """Return the clips of speakers with whom ``check`` was not tuned, of 3 to 28 s, with a sex."""
    found = [json.loads(line) for line in (ROOT / "manifest.jsonl").read_text().splitlines()]
    found = [row for row in found if row.get("sex") and "noisy" not in row["source"]]
    return [row for row in found if 3 < row["duration_s"] < 28 and row["speaker"] not in TUNED[check]]


def sound(row):
    return decode((ROOT / row["path"]).read_bytes())


def is_native(row):
    return not row["speaker"].startswith("speechocean")


def words(count, seed=11):
    """Return the verdicts on right texts and on texts with one wrong word, by native and other speakers."""
    rng = random.Random(seed)
    clips = [row for row in rows("words") if len((row.get("text") or "").split()) >= 6]
    others = sorted({word.lower() for row in clips for word in row["text"].split() if len(word) > 4})
    heard, found = recogniser(), defaultdict(Counter)
    for native in (True, False):
        some = [row for row in clips if is_native(row) is native]
        for row in rng.sample(some, min(count, len(some))):
            group = "native" if native else "Mandarin"
            said = row["text"].lower().capitalize() + "."
            split = said.split()
            place = rng.choice([n for n, word in enumerate(split) if len(word.strip(".")) > 4] or [0])
            wrong = " ".join([*split[:place], rng.choice(others), *split[place + 1 :]])
            signal = sound(row)
            found[f"{group}, right"][check_statement(signal, said, heard).verdict.value] += 1
            found[f"{group}, one word wrong"][check_statement(signal, wrong, heard).verdict.value] += 1
    return {name: dict(counts) for name, counts in found.items()}


def speakers(most=90):
    """Return the verdicts on halves of one recording, and on pairs of people."""
    by_speaker = {row["speaker"]: row for row in rows("speaker") if row["duration_s"] > 5}
    halves = {}
    for speaker, row in sorted(by_speaker.items())[:most]:
        speech = speech_of(sound(row), SAMPLE_RATE)
        middle = len(speech) // 2
        halves[speaker] = (row["sex"], embedded(speech[:middle]), embedded(speech[middle:]), middle / SAMPLE_RATE)
    found = defaultdict(Counter)
    for one, other in product(halves, halves):
        if halves[one][0] == halves[other][0]:
            kind = "one person" if one == other else "two people"
            alike = score(halves[one][1], halves[other][2])
            found[kind][verdict_of(of_full_length(alike, halves[one][3], halves[other][3])).value] += 1
    return {"people": len(halves), **{name: dict(counts) for name, counts in found.items()}}


def cost():
    """Return the processor time of all checks of a statement of 10 s and samples of 50 s, the recogniser loaded."""
    joined = [sound(row) for row in rows("words")[:20]]
    whole = Signal.mono(_run(joined, 60), joined[0].sample_rate)
    statement, sample = whole.slice(0, 10 * whole.sample_rate), whole.slice(10 * whole.sample_rate, whole.num_samples)
    heard, detector = recogniser(), Detector(MarkKeys.derive(b"a secret of the bench, 32 bytes!"))
    started = time.process_time()
    check_enrollment(statement, "The keeper climbed the narrow stair before dawn.", [sample], heard, detector, files=[])
    return round(time.process_time() - started, 2)


def _run(signals, seconds):
    import numpy as np

    return np.concatenate([signal.mixed() for signal in signals])[: seconds * signals[0].sample_rate]


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--clips", type=int, default=24)
    asked.add_argument("--json", type=Path)
    chosen = asked.parse_args()
    parts = {
        "processor seconds for 60 s": cost,
        f"speaker (pass {PASS_SCORE}, review {REVIEW_SCORE})": speakers,
        "words": lambda: words(chosen.clips),
    }
    figures = {}
    for name, measure in parts.items():
        figures[name] = measure()
        print(f"{name}: {figures[name]}", flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
