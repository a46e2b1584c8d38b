"""How many bytes storage takes beside FLAC, and whether marks are read after it, on the half that nothing was tuned on.

    python benchmarks/storage/keeping.py --speakers 20 [--after 12]

For each purpose: bytes beside FLAC of the same clips, the three measures of what was kept, and how many clips fell back
to FLAC. Then the same clips with a mark: bytes beside FLAC, and in how many the mark is read, by its id, after storage.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "mark"))
import ours
from synthetic import RATE_HZ

from sayso.audio.decode import decode
from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.mark import Mark
from sayso.mark.detector import Detector
from sayso.storage import DEMANDS, StoragePurpose, choose, sounded

SECONDS = 8
LOSSY = [purpose for purpose in StoragePurpose if DEMANDS[purpose].forms]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speakers", type=int, default=20)
    parser.add_argument("--after", type=int, default=0, help="leave out so many speakers first")
    arguments = parser.parse_args()
    clips = judged(Path(os.environ.get("SAYSO_SPEECH", "../shared/speech")))[arguments.after :][: arguments.speakers]
    print("purpose    n  beside FLAC  spectrum dB  voice  opinion lost  kept as FLAC")
    for purpose in LOSSY:
        told(purpose, clips)
    marks(clips)


def judged(folder: Path) -> list[Signal]:
    """Return a clip of each speaker of the half that is judged by, of every corpus in turn."""
    found: dict[str, dict[str, Signal]] = {}
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        row = json.loads(line)
        speaker, corpus = row.get("speaker") or "", row["path"].partition("/")[0]
        is_judged = speaker and hashlib.sha256(speaker.encode()).digest()[0] % 2 == 1
        known = found.setdefault(corpus, {})
        if is_judged and speaker not in known and row["duration_s"] > 4 and len(known) < 20:
            whole = decode(folder / row["path"])
            found[corpus][speaker] = whole.slice(0, SECONDS * whole.sample_rate)
    lists = [list(each.values()) for each in found.values()]
    return [each[place] for place in range(20) for each in lists if place < len(each)]


def told(purpose: StoragePurpose, clips: list[Signal]) -> None:
    kept = [choose(clip, purpose) for clip in clips]
    close = [each.closeness for each in kept if each.closeness is not None]
    share = sum(len(each.data) for each in kept) / sum(each.flac_bytes for each in kept)
    means = np.mean([(each.spectral_db, each.voice, each.opinion_loss) for each in close], axis=0)
    measured = "  ".join(f"{value:10.3f}" for value in means)
    lossless = sum(each.form.is_lossless for each in kept)
    print(f"{purpose:9} {len(kept):3d}  {share:10.3f}  {measured}  {lossless:5d}", flush=True)


def marks(clips: list[Signal]) -> None:
    detector = Detector(ours.keys())
    for purpose in LOSSY:
        read, num_bytes, flac = 0, 0, 0
        for place, clip in enumerate(clips):
            mark = Mark.parse(f"{place + 1:016x}")
            samples = resample(clip, RATE_HZ).samples[0]
            marked = Signal.mono(ours.embed(samples, mark), RATE_HZ)
            kept = choose(marked, purpose, survives=lambda made, mark=mark: detector.detect(made).mark == mark)
            read += detector.detect(sounded(kept.data, kept.layout)).mark == mark
            num_bytes, flac = num_bytes + len(kept.data), flac + kept.flac_bytes
        share = num_bytes / flac
        print(f"marked, {purpose}: {share:.3f} of FLAC, mark read after it in {read} of {len(clips)}", flush=True)


if __name__ == "__main__":
    main()
