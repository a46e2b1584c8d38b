"""Own output that is handed in for an enrolment: how much of it is caught, as it was made and after what people do.

    SAYSO_SPEECH=FOLDER python benchmarks/enrollment/own.py [--clips 150] [--seconds 10] [--ways WAY] [--json FILE]

Marked recordings of real people, joined to length, are searched for a mark as `enroll submit` does. False alarm: the
bound that the detector's decision gives: `PRESENT_LOG10_P` for each recording, of the 2 to 21 that are handed in.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from itertools import zip_longest
from pathlib import Path

import numpy as np
from scipy.stats import beta

sys.path.insert(0, str(Path(__file__).parent.parent / "mark"))

from ours import embed, keys, mark_of
from spoofs import ROOT, manifest, narrow

from sayso.audio import Container, Signal, decode, encode
from sayso.audio.encode import Mastered
from sayso.audio.resample import resample
from sayso.enrollment.checking import check_mark
from sayso.mark.detector import PRESENT_LOG10_P, Detector

RATE = 24_000
WAYS = ("untouched", "MP3 64k", "Opus 24k", "resampled", "noise 20 dB")


def hosts(count, seconds):
    """Return sounds of ``seconds``, each of one person, joined of their clips; people take turns."""
    by_person, pieces, length = defaultdict(list), [], seconds * 16_000
    for row in manifest():
        by_person[row["speaker"]].append(row)
    for rows in by_person.values():
        whole = np.concatenate([_narrow(row) for row in rows])
        pieces.append([whole[start : start + length] for start in range(0, len(whole) - length + 1, length)])
    turns = [piece for turn in zip_longest(*pieces) for piece in turn if piece is not None]
    return [resample(Signal.mono(piece, 16_000), RATE).samples[0] for piece in turns[:count]]


def _narrow(row):
    signal = decode((ROOT / row["path"]).read_bytes())
    return narrow(signal.mixed(), signal.sample_rate)


def through(samples, way, rng):
    """Return the marked sound after ``way``."""
    signal = Signal.mono(samples, RATE)
    if way == "MP3 64k":
        return decode(encode(signal, Container.MP3, Mastered(64_000)))
    if way == "Opus 24k":
        return decode(encode(signal, Container.OPUS, Mastered(24_000)))
    if way == "resampled":
        return resample(resample(signal, 16_000), 44_100)
    if way == "noise 20 dB":
        noise = rng.standard_normal(len(samples)) * np.sqrt(np.mean(samples**2)) / 10
        return Signal.mono((samples + noise).astype(np.float32), RATE)
    return signal


def rate(caught):
    """Return the share caught, with its 95 % interval (Clopper and Pearson)."""
    hits, count = sum(caught), len(caught)
    low = beta.ppf(0.025, hits, count - hits + 1) if hits else 0.0
    high = beta.ppf(0.975, hits + 1, count - hits) if hits < count else 1.0
    return {"caught": hits, "of": count, "low": round(float(low), 3), "high": round(float(high), 3)}


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--clips", type=int, default=150)
    asked.add_argument("--seconds", type=int, default=10)
    asked.add_argument("--ways", nargs="*", choices=WAYS)
    asked.add_argument("--json", type=Path)
    chosen = asked.parse_args()
    detector, rng, caught = Detector(keys()), np.random.default_rng(0), defaultdict(list)
    for number, host in enumerate(hosts(chosen.clips, chosen.seconds)):
        print(number, end=" ", file=sys.stderr, flush=True)
        marked = embed(host, mark_of(number))
        for way in chosen.ways or WAYS:
            found = check_mark([through(marked, way, rng)], detector)
            caught[way].append(found.verdict == "refuse")
    figures = {way: rate(found) for way, found in caught.items()}
    figures["false alarm, at most"] = {str(count): count * 10**PRESENT_LOG10_P for count in (1, 2, 21)}
    print(json.dumps(figures, indent=1))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
