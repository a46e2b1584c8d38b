"""How well the fingerprint tells a clip from other speech, through codecs and channels, and what it costs.

    python benchmarks/mark/content.py --clips 80
    python benchmarks/mark/content.py --clips 80 --seconds 0.5      clips too short but for standing alone
    python benchmarks/mark/content.py --clips 80 --seconds 0.5 --within         the same within 3 s of other speech

For each attack: how often the clip itself is called "other" (false mismatch) or "unknown"; and how often other speech
that went the same way, of the same or another speaker, is called "ours" (false match). Whole clips, and 3 s of them.
Real speech is read from the folder in SAYSO_SPEECH (default ../shared/speech); synthetic clips repeat their texts and
would be no others.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from attacks import ATTACKS
from clips import RATE_HZ, real

from sayso.audio.signal import Signal
from sayso.fingerprint import Content, Features, Fingerprint, clip_features_of, compared, features_of
from sayso.fingerprint.matching import OTHER, SAME, agreements
from sayso.workflows.provenance.content import EARLY_S, LATE_S, STEP_S, compared_each_way

WAYS = (
    *("none", "polarity", "shift 0.1", "gain 0.2", "bits 12", "resample 16000", "telephone", "white noise 20"),
    *("white noise 10", "equaliser 6", "low-pass 3500", "high-pass 500", "room 0.3 0", "crop 3.0", "codec mp3 64"),
    *("codec opus 24", "codec opus 12", "podcast mp3 64, aac 64, opus 24"),
)


WITHIN = ("none", "telephone", "white noise 20", "codec mp3 64", "codec opus 24", "codec opus 12")
BESIDE_S = 1.5


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=80)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--within", action="store_true", help="each clip within other speech, where it may begin")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    clips = [clip.samples for clip in real(options.clips, options.seconds)]
    prints = [Fingerprint.from_features(_features(samples)) for samples in clips]
    if options.within:
        report = {name: _row_within(name, ATTACKS[name].change, clips, prints) for name in WITHIN}
    else:
        report = {name: _row(name, ATTACKS[name].change, clips, prints) for name in WAYS}
        report["cost"] = _cost(clips)
    if options.out:
        options.out.write_text(json.dumps(report, indent=2))


def _features(samples) -> Features:
    """Return the features as the product takes them: of a short clip with silence on both sides."""
    return clip_features_of(Signal.mono(np.asarray(samples, dtype=np.float32), RATE_HZ))


def _row(name, way, clips, prints) -> dict[str, float]:
    heard = [_features(way(samples)) for samples in clips]
    own, other, threes, others = [], [], [], []
    for number, features in enumerate(heard):
        own.append(compared(features, prints[number]))
        threes += agreements(features, prints[number])
        for step in range(1, min(21, len(prints))):
            fingerprint = prints[(number + step) % len(prints)]
            other.append(compared(features, fingerprint))
            others += agreements(features, fingerprint)
    row = {
        "false mismatch": own.count(Content.OTHER) / len(own),
        "unknown": own.count(Content.UNKNOWN) / len(own),
        "false match": other.count(Content.OURS) / len(other),
        "trials of others": len(other),
        "3 s below SAME": float(np.mean(np.array(threes) < SAME)),
        "3 s below OTHER": float(np.mean(np.array(threes) < OTHER)),
        "3 s of others above SAME": float(np.mean(np.array(others) >= SAME)),
        "3 s own median": float(np.median(threes)),
        "3 s others max": float(np.max(others)),
    }
    print(f"{name:<22}", "  ".join(f"{what} {value:.4g}" for what, value in row.items()), flush=True)
    return row


def _row_within(name, way, clips, prints) -> dict[str, float]:
    """Return how often a clip, and another, is found in other speech about where the mark says that it begins."""
    off = np.random.default_rng(4)
    own, other, others = [], [], []
    for number, samples in enumerate(clips):
        around = [
            clips[(number + step) % len(clips)] for step in range(31, 31 + 2 * round(BESIDE_S * RATE_HZ / len(samples)))
        ]
        middle = len(around) // 2
        heard = way(np.concatenate([*around[:middle], samples, *around[middle:]]))
        begins_s = sum(len(one) for one in around[:middle]) / RATE_HZ + off.uniform(-0.1, 0.1)
        cut_out = list(_places(Signal.mono(heard, RATE_HZ), begins_s, len(samples) / RATE_HZ))
        own.append(compared_each_way(cut_out, prints[number]))
        for step in range(1, 21):
            fingerprint = prints[(number + step) % len(prints)]
            other.append(compared_each_way(cut_out, fingerprint))
            others += [agree for one in cut_out for agree in agreements(one, fingerprint)]
    row = {
        "own called ours": own.count(Content.OURS) / len(own),
        "false match": other.count(Content.OURS) / len(other),
        "trials of others": len(other),
        "others max": float(np.max(others)),
    }
    print(f"{name:<22}", "  ".join(f"{what} {value:.4g}" for what, value in row.items()), flush=True)
    return row


def _places(signal: Signal, begins_s: float, seconds: float):
    for late_s in np.arange(-EARLY_S, LATE_S, STEP_S):
        first = round((begins_s + late_s) * RATE_HZ)
        yield clip_features_of(signal.slice(first, first + round(seconds * RATE_HZ)))


def _cost(clips) -> float:
    signal = Signal.mono(clips[0][: 5 * RATE_HZ], RATE_HZ)
    times = []
    for _ in range(30):
        started = time.perf_counter()
        Fingerprint.from_features(features_of(signal)).encode()
        times.append(1000 * (time.perf_counter() - started))
    print(f"fingerprint of {signal.duration_s:.1f} s: {np.median(times):.1f} ms")
    return float(np.median(times))


if __name__ == "__main__":
    main()
