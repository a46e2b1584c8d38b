"""Real and synthetic speech for the detector of synthetic speech, and how it is parted.

Real: people of SAYSO_SPEECH. Synthetic: `kokoro` (28 stock voices, and voices between two of them), `hibari` (one
voice), `espeak` (eSpeak NG, formants), and of each person `griffin-lim` and `source-filter`. People, voices and
texts are parted by the digest of their names into half for training, a fifth for choosing thresholds and three
tenths for judging. All of it is kept as 16 kHz in .bench, never in the project.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from vocoded import griffin_lim, source_filter

from sayso.audio import Signal, decode
from sayso.audio.resample import resample

RATE, SECONDS = 16_000, 8
ROOT = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
KEPT = Path(".bench/spoofs")
KINDS = ("kokoro", "hibari", "espeak", "griffin-lim", "source-filter")
PER_PERSON = 3
ESPEAK = [
    f"{accent}+{tone}" for accent in ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-029")
    for tone in ("m1", "m3", "m5", "f1", "f3", "f5")
]  # fmt: skip


@dataclass(frozen=True)
class Clip:
    """A clip: ``kind`` real or one of `KINDS`, ``who`` it is parted by, its ``group``, and where it is kept."""

    kind: str
    who: str
    group: str
    path: str

    @property
    def part(self):
        return part_of(self.who)

    def samples(self):
        """Return what was kept: float32, 16 kHz."""
        return np.load(self.path, allow_pickle=False).astype(np.float32) / 32768.0


def part_of(name):
    """Return train, tune or judge."""
    place = int.from_bytes(hashlib.sha256(f"spoof {name}".encode()).digest()[:4], "big") % 10
    return "train" if place < 5 else "tune" if place < 7 else "judge"


def manifest():
    rows = [json.loads(line) for line in (ROOT / "manifest.jsonl").read_text().splitlines()]
    return [row for row in rows if row.get("sex") and "noisy" not in row["source"] and row["duration_s"] >= 2.5]


def group_of(row):
    native = "non-native" if row["speaker"].startswith("speechocean") else "native"
    return f"{native} {'women' if row['sex'] == 'F' else 'men'}"


def people():
    """Return up to three clips of each person."""
    found = defaultdict(list)
    for row in sorted(manifest(), key=lambda row: hashlib.sha256(row["path"].encode()).hexdigest()):
        if len(found[row["speaker"]]) < PER_PERSON:
            found[row["speaker"]].append(row)
    return dict(found)


def texts():
    """Return texts of 7 to 14 words, of the manifest, in an order of their own."""
    found = sorted({row["text"].lower() for row in manifest() if 7 <= len((row.get("text") or "").split()) <= 14})
    return sorted(found, key=lambda text: hashlib.sha256(text.encode()).hexdigest())


def keep(kind, who, group, name, samples):
    folder = KEPT / kind
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.npy"
    np.save(path, np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16))
    with (KEPT / "clips.jsonl").open("a") as file:
        file.write(json.dumps({"kind": kind, "who": who, "group": group, "path": str(path)}) + "\n")


def narrow(samples, rate):
    return resample(Signal.mono(np.asarray(samples, np.float32), rate), RATE).samples[0]


def make_real():
    """Keep real clips, and of one of each person both vocoded kinds."""
    for speaker, rows in people().items():
        for number, row in enumerate(rows):
            signal = decode((ROOT / row["path"]).read_bytes())
            clip = narrow(signal.mixed()[: SECONDS * signal.sample_rate], signal.sample_rate)
            keep("real", speaker, group_of(row), row["path"], clip)
            if number == 0:
                rng = np.random.default_rng(int(hashlib.sha256(speaker.encode()).hexdigest()[:8], 16))
                keep("griffin-lim", speaker, group_of(row), row["path"], griffin_lim(clip, rng))
                keep("source-filter", speaker, group_of(row), row["path"], source_filter(clip, rng))


def spoken(engine, asset, text, **how):
    pieces = [piece.samples[0] for piece in engine.stream(text, asset, **how)]
    return narrow(np.concatenate(pieces)[: SECONDS * engine.sample_rate], engine.sample_rate)


def make_hibari(count=60):
    from sayso.engines.registry import engine

    one, rng = engine("hibari"), np.random.default_rng(1)
    for text in texts()[:count]:
        speed = rng.uniform(0.85, 1.2)
        keep("hibari", f"text {text}", "stock", text, spoken(one, one.stock_asset("heart"), text, speed=speed))


def make_espeak():
    for number, (voice, text) in enumerate((voice, text) for voice in ESPEAK for text in texts()[:2]):
        told = ["espeak-ng", "-v", voice, "-s", str(140 + 5 * (number % 7)), "--stdout", text]
        done = subprocess.run(told, capture_output=True, check=True)
        pcm = np.frombuffer(done.stdout[44:], "<i2").astype(np.float32) / 32768
        keep("espeak", f"espeak {voice}", "formant", f"{voice} {text}", narrow(pcm, 22_050)[: SECONDS * RATE])


def make_kokoro():
    """Keep two sentences of each stock voice, and one of each of 14 voices between two of the same part."""
    from sayso.engines.registry import engine

    one, rng, said = engine("kokoro"), np.random.default_rng(2), iter(texts()[60:] + texts()[:60])
    space = one.style_space()
    points = dict(zip(space.stock_names, space.stock_points(), strict=True))
    for _ in range(2):
        for name, point in points.items():
            text = next(said)
            keep("kokoro", f"kokoro {name}", "stock", f"{name} {text}", spoken(one, space.asset(point), text))
    for part, count in (("train", 6), ("tune", 3), ("judge", 5)):
        names = [name for name in points if part_of(f"kokoro {name}") == part]
        for number in range(count):
            first, second = rng.choice(names, 2, replace=False)
            weight = rng.uniform(0.3, 0.7)
            between = weight * np.asarray(points[first]) + (1 - weight) * np.asarray(points[second])
            text = next(said)
            keep("kokoro", f"kokoro {first}", "between", f"{part} {number}", spoken(one, space.asset(between), text))


def clips():
    """Return every clip that was made."""
    return [Clip(**json.loads(line)) for line in (KEPT / "clips.jsonl").read_text().splitlines()]


if __name__ == "__main__":
    MAKERS = {"real": make_real, "hibari": make_hibari, "espeak": make_espeak, "kokoro": make_kokoro}
    for wanted in sys.argv[1:] or MAKERS:
        MAKERS[wanted]()
        print(wanted, "made", flush=True)
