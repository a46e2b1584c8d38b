"""The memory and time that `verify` takes of a long file: speech with a few clips in it, noise with them, or silence.

    SAYSO_SPEECH=FOLDER python benchmarks/files/long_verify.py --hours 6 --of speech --json .bench/long-verify.json

The file is a FLAC at 24,000 Hz, written block by block: recordings of many speakers one after another, each at a place
of its own, and from each quarter on a clip of an installation. `verify` runs in a process of its own, whose largest
resident size and processor time the system tells.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr

from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from sayso.workflows.speech.orders import Order
from sayso.workflows.speech.speaking import speak
from sayso.workflows.voices import voicebook

RATE = 24_000
BLOCK_S = 10
VERIFY = """
import sys, json
from pathlib import Path
from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from sayso.workflows.provenance.verifying import verify_file
found = verify_file(open_session(Settings(home=Path(sys.argv[1]))), Path(sys.argv[2]))
print(json.dumps([found.verdict, len(found.parts)]))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--of", choices=("speech", "noise", "silence"), default="speech")
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = written(Path(folder), arguments.hours, arguments.of, arguments.channels)
        figures = verified(Path(folder) / "home", file) | {
            "hours": arguments.hours,
            "file_mb": file.stat().st_size / 1e6,
        }
    print(json.dumps(figures))
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(figures, indent=2))


def written(folder: Path, hours: float, of: str, channels: int) -> Path:
    """Return the file, in a folder with an installation in ``home`` that has spoken the clip."""
    session = open_session(Settings(home=folder / "home"))
    voice = next(row.row.voice_id for row in voicebook.listed(session) if row.row.engine == "hibari")
    order = Order("The lamp was lit again, and the harbour was quiet.", voice, "Northwind Audio", "podcast/news")
    speak(session, order, folder / "clip.wav")
    session.close()
    clip, _ = soundfile.read(folder / "clip.wav", dtype="float32")
    blocks = round(hours * 3600 / BLOCK_S)
    places = {round(quarter * blocks / 4) for quarter in (1, 2, 3)} if of != "silence" else set()
    with soundfile.SoundFile(folder / "long.flac", "w", RATE, channels) as out:
        for number, block in zip(range(blocks), SOUNDS[of](), strict=False):
            for one in (block, clip) if number in places else (block,):
                out.write(np.stack([one] * channels, axis=1))
    return folder / "long.flac"


def silence() -> Iterator[np.ndarray]:
    while True:
        yield np.zeros(BLOCK_S * RATE, np.float32)


def noise() -> Iterator[np.ndarray]:
    draw = np.random.default_rng(1)
    while True:
        yield draw.normal(0, 0.02, BLOCK_S * RATE).astype(np.float32)


def speech() -> Iterator[np.ndarray]:
    """Yield recordings of the folder of speech, one after another, shuffled anew each time round."""
    root = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech"))
    rows = [json.loads(line) for line in (root / "manifest.jsonl").read_text().splitlines()]
    paths = [root / row["path"] for row in rows if row["path"].startswith(("librispeech", "vctk", "speechocean762"))]
    draw, held = np.random.default_rng(2), np.zeros(0, np.float32)
    while True:
        for path in draw.permutation(paths):
            samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
            held = np.concatenate([held, soxr.resample(samples[:, 0], rate, RATE)])
            while held.size >= BLOCK_S * RATE:
                yield held[: BLOCK_S * RATE]
                held = held[BLOCK_S * RATE :]


SOUNDS = {"speech": speech, "noise": noise, "silence": silence}


def verified(home: Path, file: Path) -> dict[str, object]:
    """Return what `verify` says of ``file``, its seconds, and its largest resident size in MB."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", VERIFY, home, file], capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - started
    verdict, clips = json.loads(done.stdout)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak_mb = used.ru_maxrss / 1000
    return {
        "verdict": verdict,
        "clips": clips,
        "seconds": round(seconds, 1),
        "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "peak_mb": round(peak_mb, 1),
    }


if __name__ == "__main__":
    main()
