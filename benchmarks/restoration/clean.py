"""How many clips are left untouched as they come, and by what the others are changed: people nothing was tuned on.

    python benchmarks/restoration/clean.py --after 36

Up to three clips of 4 s and more of each speaker, in an order drawn once; ``--after`` leaves out so many speakers. The
change of DNSMOS OVRL is by the published network, that of CAM++ to the clip itself.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from rivals import RATE

from sayso.audio.decode import decode
from sayso.audio.quality import dnsmos
from sayso.audio.signal import Signal
from sayso.restoration import restore
from sayso.voices.campplus import embed_voice

CLIPS = 3
DRAWN = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--after", type=int, default=0)
    folder = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
    people = judged(folder)[parser.parse_args().after :]
    clips = [clip for person in people for clip in person]
    steps: Counter[str] = Counter()
    changes = []
    for clip in clips:
        done = restore(clip, identity=embed_voice)
        steps.update(done.repaired or ("untouched",))
        if done.steps:
            changes.append((dnsmos(done.signal).ovr - dnsmos(clip).ovr, embed_voice(done.signal) @ embed_voice(clip)))
    print(f"{len(clips)} clips of {len(people)} people: {dict(steps)}")
    ovr, voice = np.sum(changes, axis=0) / len(clips) if changes else (0.0, 0.0)
    left = 1 - len(changes) / len(clips)
    print(f"untouched {left:.3f}; in the mean of all OVRL {ovr:+.3f}, CAM++ {voice + left:.4f}")


def judged(folder: Path) -> list[list[Signal]]:
    """Return up to three clips of each speaker of the half that is judged by."""
    found: dict[str, list[dict]] = defaultdict(list)
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        speaker = row.get("speaker") or ""
        is_judged = speaker and hashlib.sha256(speaker.encode()).digest()[0] % 2 == 1
        if is_judged and row["duration_s"] >= 4 and row["sample_rate"] == RATE:
            found[speaker].append(row)
    names = sorted(found)
    order = np.random.default_rng(DRAWN).permutation(len(names))
    return [[cut(folder, row) for row in found[names[place]][:CLIPS]] for place in order]


def cut(folder: Path, row: dict) -> Signal:
    """Return the clip of ``row``; of more than 10 s, 8 s."""
    return decode(folder / row["path"]).slice(0, (8 if row["duration_s"] > 10 else 10) * RATE)


if __name__ == "__main__":
    main()
