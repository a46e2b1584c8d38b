"""The most memory of a run, driver and workers together, and its time, from a short corpus to a long one.

    python benchmarks/corpus/memory.py --hours 1 4 16 [--workers 1 2] [--kept FOLDER] [--json FILE]

The tier is catalogue. A corpus longer than the speech at hand is that speech again, backwards or at another speed (8 %
a time), so that it is no duplicate.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import soundfile
from benchmarks.corpus.corpus import BASIS, raw
from benchmarks.corpus.rivals import Tree

from sayso.corpus.folder import CorpusFolder

PROGRAM = """
import json, resource, sys
from pathlib import Path
from sayso.corpus.cleaning import Cleaning
from sayso.corpus.folder import CorpusFolder
from sayso.corpus.program import Runner
from sayso.corpus.running import CorpusRun
corpus = CorpusFolder.named(Path(sys.argv[1]), "c")
done = CorpusRun(corpus, Runner(workers=int(sys.argv[2])), Cleaning(scores=False)).run()
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
told = {"digest": done.digest[:16], "speech_hours": done.hours, "duplicates": done.duplicates, "driver_mb": most}
print(json.dumps(told))
"""


def longer(short: list[Path], folder: Path, hours: float) -> float:
    """Write recordings of ``hours`` in all, and return how long they are."""
    total_s, number = 0.0, 0
    while total_s < 3600 * hours:
        turn, place = divmod(number, len(short))
        samples, rate = soundfile.read(short[place], dtype="int16")
        step, is_backwards = divmod(turn, 2)
        speed = 1.08 ** ((step + 1) // 2 * (-1) ** step)
        told = samples[::-1] if is_backwards else samples
        soundfile.write(folder / f"{number:05d}.flac", told, round(rate * speed))
        total_s, number = total_s + samples.size / round(rate * speed), number + 1
    return total_s


def made(place: Path, hours: float) -> tuple[Path, float]:
    """Return a folder with recordings of so many hours, and how long they are; what is there is taken."""
    short, folder = place / "short", place / f"{hours}"
    if not short.exists():
        short.mkdir(parents=True)
        raw(short, 40.0)
    if not folder.exists():
        folder.mkdir()
        longer(sorted(short.iterdir()), folder, hours)
    return folder, sum(soundfile.info(path).duration for path in folder.iterdir())


def measured(folder: Path, length_s: float, workers: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        CorpusFolder.created(Path(home), "c").add(str(folder), BASIS, {})
        tree, begun = Tree(), time.monotonic()
        command = [sys.executable, "-c", PROGRAM, home, str(workers)]
        quiet = os.environ | {"LANCE_LOG": "error"}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=quiet)
        while process.poll() is None:
            tree.look()
            time.sleep(0.3)
        wall = time.monotonic() - begun
        told = json.loads(process.stdout.read().splitlines()[-1])
        spent = sum(tree.cpu_s.values())
    return {
        "hours": round(length_s / 3600, 2), "workers": workers, "all_mb": round(tree.most_mb), **told,
        "wall_s": round(wall, 1), "cpu_s": round(spent, 1), "hours_per_core_hour": round(length_s / spent, 1),
    }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--hours", type=float, nargs="+", default=[1.0, 4.0, 16.0])
    options.add_argument("--workers", type=int, nargs="+", default=[1])
    options.add_argument("--kept", type=Path, help="where recordings stay, so that the next call need not write them")
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        place = asked.kept or Path(scratch)
        for hours in asked.hours:
            folder, length_s = made(place, hours)
            for workers in asked.workers:
                found.append(measured(folder, length_s, workers))
                print(json.dumps(found[-1]), flush=True)
            if not asked.kept:
                shutil.rmtree(folder)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
