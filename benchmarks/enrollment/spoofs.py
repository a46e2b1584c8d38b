"""Real and synthetic speech for the detector of synthetic speech, and how it is parted.

Real: people of SAYSO_SPEECH. Synthetic: `kokoro` (28 stock voices, and mixes of them or of the measured styles, most
with every layer's style moved at random, as a fit leaves them, another tone and melody), `hibari` (one voice),
`espeak` (eSpeak NG, formants), and of each person the kinds of vocoded.py and transformed.py. People, voices and texts
are parted by the digest of their names into half for training, a fifth for choosing thresholds and three tenths for
judging. All of it is kept as 16 kHz in .bench, never in the project.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
from transformed import codec2, moved, replay, world
from vocoded import griffin_lim, source_filter

from sayso.audio import Signal, decode
from sayso.audio.resample import resample

RATE, SECONDS, LEAST_S = 16_000, 8, 2.5
ROOT = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
KEPT = Path(".bench/spoofs")
MADE = ("kokoro", "hibari", "espeak")
CHANGES = {
    "moved": moved,
    "codec2": codec2,
    "replay": replay,
    "world": world,
    "griffin-lim": griffin_lim,
    "source-filter": source_filter,
}
KINDS = (*MADE, *CHANGES)
PER_PERSON, PER_READER = 6, 4
MIXES = {"train": 130, "tune": 50, "judge": 60}
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
    place = int.from_bytes(hashlib.sha256(f"seventeen {name}".encode()).digest()[:4], "big") % 10
    return "train" if place < 5 else "tune" if place < 7 else "judge"


def manifest():
    rows = [json.loads(line) for line in (ROOT / "manifest.jsonl").read_text().splitlines()]
    return [row for row in rows if row.get("sex") and "noisy" not in row["source"] and row["duration_s"] >= 2.5]


def group_of(row):
    native = "non-native" if row["speaker"].startswith("speechocean") else "native"
    return f"{native} {'women' if row['sex'] == 'F' else 'men'}"


def people():
    """Return the clips of each person, in pieces of up to 8 s: up to six, four of those who read many short ones."""
    found = defaultdict(list)
    for row in sorted(manifest(), key=lambda row: _order(row["path"])):
        found[row["speaker"]].append(row)
    return {speaker: _pieces(rows) for speaker, rows in found.items()}


def _pieces(rows):
    found = []
    for row in rows:
        sound = decode((ROOT / row["path"]).read_bytes()).mixed().astype(np.float32)
        for start in range(0, len(sound), SECONDS * RATE):
            piece = sound[start : start + SECONDS * RATE]
            if len(piece) > LEAST_S * RATE:
                found.append((row, piece, f"{row['path']} {start}"))
    return found[: PER_READER if rows[0]["speaker"].startswith("speechocean") else PER_PERSON]


def texts(part=None):
    """Return texts of 7 to 24 words, of the manifest or of a part of it, in an order of their own."""
    found = {row["text"].lower() for row in manifest() if 7 <= len((row.get("text") or "").split()) <= 24}
    return sorted((text for text in found if part in (None, part_of(text))), key=_order)


def _order(name):
    return hashlib.sha256(name.encode()).hexdigest()


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
    """Keep real clips, and one of each person changed in every way; the reader of the demo is trained with."""
    signal = decode((files("sayso.doors.demo") / "two_cities.flac").read_bytes())
    sound = narrow(signal.mixed(), signal.sample_rate)
    for start in range(0, len(sound), SECONDS * RATE):
        piece = sound[start : start + SECONDS * RATE]
        keep("real", _named("two cities", "train"), "native men", f"two cities {start}", piece)
    for speaker, pieces in people().items():
        for row, piece, name in pieces:
            keep("real", speaker, group_of(row), name, piece)
        rng = np.random.default_rng(int(_order(speaker)[:8], 16))
        for number, (kind, change) in enumerate(CHANGES.items()):
            row, piece, name = pieces[number % len(pieces)]
            keep(kind, speaker, group_of(row), name, change(piece, rng))


def spoken(engine, asset, text, seconds=SECONDS, **how):
    pieces = [piece.samples[0] for piece in engine.stream(text, asset, **how)]
    return narrow(np.concatenate(pieces)[: seconds * engine.sample_rate], engine.sample_rate)


def make_hibari(count=60):
    from sayso.engines.registry import engine

    one, rng = engine("hibari"), np.random.default_rng(1)
    for text in texts()[:count]:
        speed = rng.uniform(0.85, 1.2)
        keep("hibari", f"text {text}", "stock", text, spoken(one, one.stock_asset("heart"), text, speed=speed))


def _two(who):
    said = texts(part_of(who))
    return [said[(7 * ESPEAK.index(who.removeprefix("espeak ")) + number) % len(said)] for number in range(2)]


def make_espeak():
    for number, (voice, text) in enumerate((one, text) for one in ESPEAK for text in _two(f"espeak {one}")):
        told = ["espeak-ng", "-v", voice, "-s", str(140 + 5 * (number % 7)), "--stdout", text]
        done = subprocess.run(told, capture_output=True, check=True)
        pcm = np.frombuffer(done.stdout[44:], "<i2").astype(np.float32) / 32768
        keep("espeak", f"espeak {voice}", "formant", f"{voice} {text}", narrow(pcm, 22_050)[: SECONDS * RATE])


def make_kokoro():
    """Keep two sentences of each stock voice, and one of each of `MIXES`, all of the same part as their texts."""
    from sayso.engines.registry import engine

    one = engine("kokoro")
    space = one.style_space()
    stock = dict(zip(space.stock_names, map(np.asarray, space.stock_points()), strict=True))
    for part, count in MIXES.items():
        rng, said = np.random.default_rng([1, len(part)]), texts(part)
        own = {name: point for name, point in stock.items() if part_of(f"kokoro {name}") == part}
        for name, point in own.items():
            for number in range(2):
                text = str(rng.choice(said))
                keep("kokoro", f"kokoro {name}", "stock", f"{name} {number}", spoken(one, space.asset(point), text))
        for number in range(count):
            voice, speed = mixed(space, list(own.values()), part, rng), rng.uniform(0.85, 1.15)
            sound = spoken(one, voice, str(rng.choice(said)), speed=speed)
            keep("kokoro", _named(f"kokoro mix {number}", part), "mix", f"{part} {number}", sound)


def _named(name, part):
    """Return ``name`` with a number that puts it into ``part``."""
    return next(full for full in (f"{name} {number}" for number in range(1000)) if part_of(full) == part)


def mixed(space, own, part, rng):
    """Return a voice between two or three of ``own``, or at a measured style, and mostly away from both."""
    from sayso.engines.kokoro.voice import KokoroVoice

    if rng.random() < 0.5:
        chosen = [own[place] for place in rng.choice(len(own), int(rng.integers(2, 4)))]
        point = rng.dirichlet(np.ones(len(chosen))) @ np.stack(chosen)
    else:
        measured = space.measured().points
        places = [place for place in range(len(measured)) if part_of(f"measured {place}") == part]
        point = measured[rng.choice(places)] * rng.uniform(0.6, 1)
    voice = KokoroVoice.from_asset(space.asset(point, tone_db=_tone(len(space.tone_hz), rng)))
    return _layered(voice, rng).asset() if rng.random() < 0.75 else voice.asset()


def _tone(count, rng):
    if rng.random() >= 0.6:
        return ()
    return list(np.clip(np.convolve(rng.normal(0, 3, count + 2), np.ones(3) / 3, "valid"), -5.9, 5.9))


def _layered(voice, rng):
    """Return the voice with the style of every layer moved, together and apart, and with another melody."""
    from sayso.engines.kokoro.voice import Melody

    styles, size = voice.timbres(), rng.uniform(0.02, 0.25)
    together, apart = rng.normal(0, size, styles.shape[1]), rng.normal(0, size * rng.uniform(0.3, 1), styles.shape)
    melody = Melody(shift=rng.uniform(-4, 4), span=rng.uniform(0.7, 1.4))
    return replace(voice, layers=(styles + together + apart).astype(np.float32), melody=melody)


def clips():
    """Return every clip that was made."""
    return [Clip(**json.loads(line)) for line in (KEPT / "clips.jsonl").read_text().splitlines()]


if __name__ == "__main__":
    MAKERS = {"real": make_real, "hibari": make_hibari, "espeak": make_espeak, "kokoro": make_kokoro}
    for wanted in sys.argv[1:] or MAKERS:
        MAKERS[wanted]()
        print(wanted, "made", flush=True)
