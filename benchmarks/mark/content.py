"""How well the fingerprint tells a clip from other speech, through codecs and channels, and what it costs.

    python benchmarks/mark/content.py --clips 80
    python benchmarks/mark/content.py --clips 80 --seconds 0.5      clips too short but for standing alone

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
from sayso.fingerprint import Content, Features, Fingerprint, compared, features_of, short_features_of
from sayso.fingerprint.features import LEAST_ROWS
from sayso.fingerprint.matching import OTHER, SAME, agreements

WAYS = (
    *("none", "polarity", "shift 0.1", "gain 0.2", "bits 12", "resample 16000", "telephone", "white noise 20"),
    *("white noise 10", "equaliser 6", "low-pass 3500", "high-pass 500", "room 0.3 0", "crop 3.0", "codec mp3 64"),
    *("codec opus 24", "codec opus 12", "podcast mp3 64, aac 64, opus 24"),
)


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=80)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    clips = [clip.samples for clip in real(options.clips, options.seconds)]
    prints = [Fingerprint.from_features(_features(samples)) for samples in clips]
    report = {name: _row(name, ATTACKS[name].change, clips, prints) for name in WAYS}
    report["cost"] = _cost(clips)
    if options.out:
        options.out.write_text(json.dumps(report, indent=2))


def _features(samples) -> Features:
    """Return the features as the product takes them: of a short clip with silence on both sides."""
    signal = Signal.mono(np.asarray(samples, dtype=np.float32), RATE_HZ)
    features = features_of(signal)
    return features if len(features.soft) >= LEAST_ROWS else short_features_of(signal)


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
