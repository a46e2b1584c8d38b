"""What three workers gain over one on a book whose engine waits, and how soon work goes on after a SIGKILL.

    tools/postgres.sh python -m benchmarks.productions.workers --postgres

The engine is hibari behind a wait, as a remote engine or a slow one is, in every process by a `sitecustomize` on the
path. Each process notes when it begins a phrase. "Same worker" is the run's own process, killed and started again,
from its start to the first phrase; "another worker" is a helper that is killed at a line, until another begins that.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.productions.chaos import WORK, Place, manuscript, on_server, processes

from sayso.workflows.installation.session import open_session
from sayso.workflows.productions import planning

WAITS = """
import os, time
from sayso.engines.hibari import HibariEngine
stream = HibariEngine.stream
def waiting(self, text, *words, **more):
    if text == "Ready.":  # what an engine says to itself when it is loaded
        yield from stream(self, text, *words, **more)
        return
    with open(os.environ["PHRASES"], "a") as notes:
        notes.write(f"{time.time()} {os.getpid()} {text}\\n")
    time.sleep(float(os.environ["WAIT_S"]))
    yield from stream(self, text, *words, **more)
HibariEngine.stream = waiting
"""


class Bench:
    """A folder with the waiting engine and the notes of who began what, when."""

    def __init__(self, folder: Path, wait_s: float) -> None:
        self.notes = folder / "phrases"
        (folder / "path").mkdir()
        (folder / "path" / "sitecustomize.py").write_text(WAITS)
        path = f"{folder / 'path'}:{os.environ.get('PYTHONPATH', '')}"
        self.environment = {
            **os.environ,
            "PYTHONPATH": path,
            "PHRASES": str(self.notes),
            "WAIT_S": str(wait_s),
            "OMP_NUM_THREADS": "1",
        }

    def begun(self) -> list[tuple[float, int, str]]:
        """Return the phrases that were begun: when, by which process, and the text."""
        if not self.notes.exists():
            return []
        rows = [line.split(" ", 2) for line in self.notes.read_text().splitlines()]
        return [(float(when), int(pid), text) for when, pid, text in rows]

    def start(self, place: Place, production: str, out: Path, workers: int) -> subprocess.Popen:
        """Start a run in a process of its own."""
        self.notes.unlink(missing_ok=True)
        words = [sys.executable, "-c", WORK, str(place.home), place.database, str(workers), production, str(out)]
        return subprocess.Popen(words, stdout=subprocess.DEVNULL, env=self.environment)

    def wait(self, count: int) -> list[tuple[float, int, str]]:
        """Return the phrases begun as soon as there are so many."""
        while len(found := self.begun()) < count:
            time.sleep(0.02)
        return found


def lines_s(bench: Bench, place: Place, production: str, out: Path, workers: int) -> tuple[float, float]:
    """Return the seconds from a run's first phrase to the end of its lines, and to the end of its package."""
    process = bench.start(place, production, out, workers)
    first = bench.wait(1)[0][0]
    assert process.wait() == 0
    ended = time.time()
    written = min(path.stat().st_mtime for path in out.rglob("*.mp3"))
    return written - first, ended - first


def same_worker_s(bench: Bench, place: Place, production: str, out: Path) -> float:
    """Return the seconds from the start of a run that was killed to its first phrase."""
    process = bench.start(place, production, out, 1)
    bench.wait(2)
    process.kill()
    process.wait()
    began = time.time()
    process = bench.start(place, production, out, 1)
    went_on = bench.wait(1)[0][0]
    process.kill()
    process.wait()
    return went_on - began


def other_worker_s(bench: Bench, place: Place, production: str, out: Path, chance: random.Random) -> float:
    """Return the seconds from the SIGKILL of a helper at a line until another process begins that line."""
    process = bench.start(place, production, out, 2)
    while not (helped := [row for row in bench.begun() if row[1] != process.pid]):
        time.sleep(0.02)
    _, pid, text = chance.choice(helped[-1:])
    assert pid in processes(process.pid)
    os.kill(pid, signal.SIGKILL)
    killed = time.time()
    while not (again := [row for row in bench.begun() if row[2] == text and row[1] != pid]):
        time.sleep(0.02)
    process.kill()
    process.wait()
    return again[0][0] - killed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=18)
    parser.add_argument("--wait", type=float, default=4.0, help="seconds that the engine waits, a phrase")
    parser.add_argument("--restarts", type=int, default=3)
    parser.add_argument("--postgres", action="store_true", help="keep the state on the server of SAYSO_TEST_POSTGRES")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sayso-workers-"))
    place = Place(folder / "home")
    if args.postgres:
        server = os.environ["SAYSO_TEST_POSTGRES"].replace("postgresql://", "postgresql+psycopg://")
        name = f"workers_{os.getpid()}"
        on_server(server, f"CREATE DATABASE {name}")
        place = Place(place.home, f"{server.rpartition('/')[0]}/{name}")
    (folder / "book.txt").write_text(manuscript(1, args.lines - 1))
    session = open_session(place.settings())
    brief = planning.Brief(folder / "book.txt", "Northwind Audio", "audiobook", voice="heart")
    production = planning.plan(session, brief).production.production_id
    _ = session.marker
    session.close()
    bench, chance, found = Bench(folder, args.wait), random.Random(3), {}
    for workers in (1, 3):
        lines, whole = lines_s(bench, place.copied(folder / f"w{workers}"), production, folder / f"o{workers}", workers)
        found[workers] = lines
        print(f"{workers} workers: {args.lines} lines in {lines:.1f} s, the package in {whole:.1f} s", flush=True)
    print(f"workers 1 -> 3: {found[1] / found[3]:.2f}x of the lines", flush=True)
    same, other = [], []
    for count in range(args.restarts):
        same.append(same_worker_s(bench, place.copied(folder / f"s{count}"), production, folder / f"os{count}"))
        copy = place.copied(folder / f"t{count}")
        other.append(other_worker_s(bench, copy, production, folder / f"ot{count}", chance))
    for name, seconds in (("same", same), ("another", other)):
        print(f"work goes on, {name} worker: {', '.join(f'{each:.1f}' for each in seconds)} s")
    if args.json:
        gain = found[1] / found[3]
        args.json.write_text(json.dumps({"gain": gain, "same_worker_s": same, "other_worker_s": other}))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
