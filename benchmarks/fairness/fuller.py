"""The bound of the fuller repair: what shares of the enhancer gain, and cost, by how alike CAM++ must still find them.

    python benchmarks/fairness/fuller.py [--people 20]

The people of ``tuned.json`` (LibriSpeech, women and men), whom ``ourselves.py`` leaves out: the first 8 s of one clip
each, under noise as the bench of repair has it. Told are means over people, gained over the noisy recording: DNSMOS, dB
of SI-SDR, GE2E and CAM++ to the clean speech, and the least DNSMOS that one of them gained.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from pathlib import Path

import numpy as np

from sayso.restoration import restore
from sayso.restoration.repair import sharing
from sayso.voices import campplus, embedding
from sayso.workflows.benches import figures

BOUNDS = (0.93, 0.9, 0.87, 0.85, 0.8)


def main():
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--people", type=int, default=20)
    told = asked.parse_args()
    root = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
    people = json.loads((Path(__file__).parent / "tuned.json").read_text())[: told.people]
    rows = [json.loads(line) for line in (root / "manifest.jsonl").read_text().splitlines()]
    clips = {row["speaker"]: root / row["path"] for row in reversed(rows) if row.get("speaker") in people}
    gains = np.array([list(gained(clips[speaker])) for speaker in people])
    for name, of in zip(("repair", *(f"fuller, {bound}" for bound in BOUNDS)), gains.swapaxes(0, 1), strict=True):
        means = " ".join(f"{one:+.3f}" for one in of.mean(0))
        print(f"{name}: DNSMOS, SI-SDR, GE2E, CAM++ {means}; least DNSMOS {of[:, 0].min():+.2f}")


def gained(file):
    """Yield what the repair gains of one person, and the fuller ones of each bound."""
    clip = figures.clip_of(file)
    noisy = figures._with_noise(clip, int(hashlib.sha256(clip.samples.tobytes()).hexdigest()[:8], 16))
    own = campplus.embed_voice(clip), embedding.embed_voice(clip)

    def told(score, signal):
        alike = own[1] @ embedding.embed_voice(signal), own[0] @ campplus.embed_voice(signal)
        return np.array([score.ovr, figures._si_sdr_db(signal, clip), *alike])

    for bound in (None, *BOUNDS):
        sharing._TOLD = bound
        done = restore(noisy, identity=campplus.embed_voice, fuller_below=None if bound is None else np.inf)
        yield told(done.after, done.signal) - told(done.before, noisy)


if __name__ == "__main__":
    main()
