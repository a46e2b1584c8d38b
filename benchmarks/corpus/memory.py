"""The most memory of a run, driver and workers together, from a short corpus to a long one (catalogue tier).

    python benchmarks/corpus/memory.py --hours 1 4 16 [--workers 1] [--json FILE]

A corpus longer than the speech at hand is that speech again at another speed, 3 % a time, so that it is no duplicate.
"""

from __future__ import annotations

import argparse
import json
import os
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
print(json.dumps({"speech_hours": done.hours, "duplicates": done.duplicates, "driver_mb": most}))
"""


def longer(short: list[Path], folder: Path, hours: float) -> float:
    """Write recordings of ``hours`` in all, and return how long they are."""
    total_s, number = 0.0, 0
    while total_s < 3600 * hours:
        turn, place = divmod(number, len(short))
        samples, rate = soundfile.read(short[place], dtype="int16")
        speed = 1 + 0.03 * ((turn + 1) // 2) * (-1) ** turn
        soundfile.write(folder / f"{number:05d}.flac", samples, round(rate * speed))
        total_s, number = total_s + samples.size / round(rate * speed), number + 1
    return total_s


def measured(short: list[Path], hours: float, workers: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "raw")
        folder.mkdir()
        length_s = longer(short, folder, hours)
        CorpusFolder.created(Path(scratch, "home"), "c").add(str(folder), BASIS, {})
        tree = Tree()
        command = [sys.executable, "-c", PROGRAM, str(Path(scratch, "home")), str(workers)]
        quiet = os.environ | {"LANCE_LOG": "error"}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=quiet)
        while process.poll() is None:
            tree.look()
            time.sleep(0.3)
        told = json.loads(process.stdout.read().splitlines()[-1])
        spent = sum(tree.cpu_s.values())
    return {
        "hours": round(length_s / 3600, 2), "workers": workers, "all_mb": round(tree.most_mb), **told,
        "cpu_s": round(spent, 1), "hours_per_core_hour": round(length_s / spent, 1),
    }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--hours", type=float, nargs="+", default=[1.0, 4.0, 16.0])
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--json", type=Path)
    asked = options.parse_args()
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        raw(Path(scratch), 40.0)
        for hours in asked.hours:
            found.append(measured(sorted(Path(scratch).iterdir()), hours, asked.workers))
            print(json.dumps(found[-1]), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
