"""How well the bench's measure of accent tells accents apart, on speakers whom it was not chosen on.

    python benchmarks/fairness/accent.py [--skip 12] [--speakers 16]

Real speech of SAYSO_SPEECH, the first 8 s of up to two clips each; of each first language the first ``skip`` speakers
are passed over: on those this measure was chosen among eight.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
from collections import defaultdict
from pathlib import Path

import numpy as np

from sayso.audio import Signal, decode
from sayso.recognition import recogniser
from sayso.workflows.benches.manner import accent_of

RATE, SECONDS, LEAST, CLIPS = 16_000, 8, 4, 2
CORPORA = ("speechocean", "LibriSpeech", "VCTK")


def chosen(folder, skip, count):
    """Return first language, speaker and file of each clip, by the digest of what is read."""
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    rows = [row for row in rows if row.get("sex") and row["source"].startswith(CORPORA) and row["duration_s"] >= LEAST]
    clips = defaultdict(lambda: defaultdict(list))
    for row in sorted(rows, key=lambda row: hashlib.sha256(row["path"].encode()).hexdigest()):
        clips["Mandarin" if "speechocean" in row["source"] else "English"][row["speaker"]].append(row["path"])
    for language, speakers in clips.items():
        for speaker, paths in list(speakers.items())[skip : skip + count]:
            yield from ((language, speaker, path) for path in paths[:CLIPS])


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--skip", type=int, default=12)
    asked.add_argument("--speakers", type=int, default=16)
    told = asked.parse_args()
    folder = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
    heard = []
    for language, speaker, path in chosen(folder, told.skip, told.speakers):
        samples = decode((folder / path).read_bytes()).samples[0][: SECONDS * RATE]
        heard.append((language, speaker, accent_of(recogniser(), Signal.mono(samples.astype(np.float32), RATE))))
    alike = defaultdict(list)
    for one, other in itertools.combinations(heard, 2):
        kind = "same speaker" if one[1] == other[1] else "same accent" if one[0] == other[0] else "other accent"
        alike[kind].append(float(one[2] @ other[2]))
    for kind, values in alike.items():
        print(f"{kind}: mean cosine {np.mean(values):.3f}, {len(values)} pairs")
    far = np.array(alike["other accent"])
    for kind in ("same speaker", "same accent"):
        print(f"AUC, {kind} above other accent: {np.mean(np.array(alike[kind])[:, None] > far):.3f}")


if __name__ == "__main__":
    main()
