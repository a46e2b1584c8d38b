"""The memory and time that `verify` takes of a long file: silence, or noise with one clip at its end.

    python benchmarks/files/long_verify.py --hours 6 --silence --json .bench/long-verify.json

The file is a FLAC of two channels at 24,000 Hz, written block by block; `verify` runs in a process of its own, whose
largest resident size the system tells.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from sayso.workflows.speech.orders import Order
from sayso.workflows.speech.speaking import speak
from sayso.workflows.voices import voicebook

RATE = 24_000
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
    parser.add_argument("--silence", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = written(Path(folder), arguments.hours, silence=arguments.silence)
        figures = verified(Path(folder) / "home", file) | {
            "hours": arguments.hours,
            "file_mb": file.stat().st_size / 1e6,
        }
    print(json.dumps(figures))
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(figures, indent=2))


def written(folder: Path, hours: float, *, silence: bool) -> Path:
    """Return the file, in a folder with an installation in ``home`` that has spoken the clip."""
    session = open_session(Settings(home=folder / "home"))
    voice = next(row.row.voice_id for row in voicebook.listed(session) if row.row.engine == "hibari")
    speak(session, Order("The lamp was lit again.", voice, "Northwind Audio", "podcast/news"), folder / "clip.wav")
    session.close()
    clip, _ = soundfile.read(folder / "clip.wav", dtype="float32")
    draw = np.random.default_rng(1)
    with soundfile.SoundFile(folder / "long.flac", "w", RATE, 2) as out:
        for _ in range(round(hours * 360)):
            block = np.zeros((10 * RATE, 2), np.float32)
            out.write(block if silence else block + draw.normal(0, 0.02, block.shape).astype(np.float32))
        if not silence:
            out.write(np.stack([clip, clip], axis=1))
    return folder / "long.flac"


def verified(home: Path, file: Path) -> dict[str, object]:
    """Return what `verify` says of ``file``, its seconds, and its largest resident size in MB."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", VERIFY, home, file], capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - started
    verdict, clips = json.loads(done.stdout)
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    return {"verdict": verdict, "clips": clips, "seconds": seconds, "peak_mb": peak_mb}


if __name__ == "__main__":
    main()
