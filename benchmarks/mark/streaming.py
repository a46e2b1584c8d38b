"""Live marking beside marking whole clips: quality, evidence after codecs and noise, cost by size of chunk.

python benchmarks/mark/streaming.py --clips 12 --seconds 5
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import soxr
from attacks.channels import white
from attacks.codecs import through
from attacks.registry import Context
from clips import RATE_HZ, load
from quick import KEYS, permitted

from sayso.audio.signal import Signal
from sayso.consent.act import Action
from sayso.mark import Mark, Marker
from sayso.mark.detector import Detector

MARK = Mark(77)
WAYS = {
    "none": lambda x: x,
    "Opus 16": lambda x: through(x, "opus", 16),
    "MP3 32": lambda x: through(x, "mp3", 32),
    "noise 20 dB": lambda x: white(x, 20, Context(seed=1)),
}


def main() -> None:
    """Run and report."""
    from pesq import pesq

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--split", default="report")
    parser.add_argument("--chunk-ms", type=int, nargs="+", default=[0, 20, 100], help="0 marks whole clips")
    options = parser.parse_args()
    clips = load(options.clips, options.seconds, split=options.split)
    gate, permit = permitted()
    marker, detector = Marker(KEYS, gate), Detector(KEYS)
    for chunk_ms in options.chunk_ms:
        begin = time.process_time()
        marked = [_marked(marker, permit, Signal.mono(clip.samples, RATE_HZ), chunk_ms) for clip in clips]
        times = len(clips) * options.seconds / (time.process_time() - begin)
        print(f"{f'chunks of {chunk_ms} ms' if chunk_ms else 'whole'}: {times:.0f} times real time")
        for kind in (True, False):
            pairs = [(c.samples, m) for c, m in zip(clips, marked, strict=True) if c.is_real == kind]
            if not pairs:
                continue
            scores = [pesq(16_000, *(soxr.resample(one, RATE_HZ, 16_000) for one in pair), "wb") for pair in pairs]
            snr_db = [10 * np.log10(np.sum(host**2) / np.sum((sound - host) ** 2)) for host, sound in pairs]
            print(
                f"  {'real' if kind else 'synthetic'}: PESQ-WB {np.mean(scores):.2f}, worst {min(scores):.2f}, "
                f"SNR {np.mean(snr_db):.1f} dB"
            )
            for name, way in WAYS.items():
                heard = [np.ascontiguousarray(way(sound), dtype=np.float32) for _, sound in pairs]
                found = [detector.detect(Signal.mono(one, RATE_HZ)) for one in heard]
                right = sum(one.mark == MARK for one in found)
                evidence = [one.log10_p for one in found]
                print(
                    f"    {name}: id {right} of {len(found)}, "
                    f"log10 p {np.mean(evidence):.0f}, worst {max(evidence):.0f}"
                )


def _marked(marker: Marker, permit, signal: Signal, chunk_ms: int) -> np.ndarray:
    if not chunk_ms:
        return marker.embed(signal, MARK, permit, Action.MARK).signal.samples[0]
    session, size = marker.live(MARK, permit, Action.MARK, sample_rate=RATE_HZ), RATE_HZ * chunk_ms // 1000
    edges = range(0, signal.num_samples, size)
    parts = [session.push(signal.slice(a, min(a + size, signal.num_samples))) for a in edges] + [session.finish()]
    return np.concatenate([part.signal.samples[0] for part in parts])


if __name__ == "__main__":
    main()
