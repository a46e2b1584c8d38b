"""How sure a brief DNSMOS is beside the published one: both against the mean of the published one begun elsewhere.

python benchmarks/corpus/brief.py --clips 40
"""

from __future__ import annotations

import argparse
import json
import random

import numpy as np
from benchmarks.corpus.corpus import clips, sound

from sayso.audio.quality import dnsmos, dnsmos_brief
from sayso.audio.signal import Signal


def pieces(count: int) -> list[np.ndarray]:
    """Pieces of clips, of 1 to 8.8 s, every other one in noise of 5 to 25 dB."""
    rows = clips()
    random.Random(11).shuffle(rows)
    rng = np.random.default_rng(11)
    found: list[np.ndarray] = []
    for row in rows:
        samples = sound(row).mixed()
        size = int(16_000 * rng.uniform(1.0, 8.8))
        piece = samples[(start := int(rng.integers(0, max(1, samples.size - size)))) : start + size]
        if piece.size >= 16_000:
            level = float(piece.std()) * 10 ** (-rng.uniform(5, 25) / 20) if len(found) % 2 else 0.0
            found.append((piece + level * rng.standard_normal(piece.size)).astype(np.float32))
        if len(found) == count:
            break
    return found


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--clips", type=int, default=40)
    rng = np.random.default_rng(0)
    told = []
    for piece in pieces(options.parse_args().clips):
        begun = [np.roll(piece, -int(place)) for place in rng.integers(40, piece.size, 4)]
        mean = np.mean([dnsmos(Signal.mono(one, 16_000)).ovr for one in begun])
        told.append([score(Signal.mono(piece, 16_000)).ovr - mean for score in (dnsmos, dnsmos_brief)])
    off = np.array(told)
    for place, name in enumerate(("published", "brief")):
        figures = {"mean": off[:, place].mean(), "spread": off[:, place].std(), "most": np.abs(off[:, place]).max()}
        print(json.dumps({"score": name, "clips": len(off), **{key: round(float(x), 3) for key, x in figures.items()}}))


if __name__ == "__main__":
    main()
