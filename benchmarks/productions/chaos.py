"""Productions killed with SIGKILL at random: does each end as one that was left alone, and what does it cost?

    python -m benchmarks.productions.chaos --kills 20 --workers 1
    tools/postgres.sh python -m benchmarks.productions.chaos --kills 20 --workers 3 --postgres

One book of the given lines is produced in a process that is killed after a random time, again and again, then left to
end; with workers, any of its processes is what is killed. Digest and files are compared with those of a copy of the
same installation that was left alone, and each line must have one clip. Minutes, of which a stock voice has none, are
counted in tests/workflows/productions/test_kills.py. The engine is hibari. Prints a table; ``--json`` keeps it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sayso.settings import Settings
from sayso.workflows.audit import auditing
from sayso.workflows.installation.session import open_session
from sayso.workflows.productions import planning

WORK = """
import json, sys, time
from pathlib import Path
from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from sayso.workflows.productions import running
from sayso.workflows.productions.delivery import Delivery
home, database, workers, production, out = sys.argv[1:]
session = open_session(Settings(home=Path(home), database_url=database, production_workers=int(workers)))
print("ready", flush=True)
running.run(session, production, Delivery(Path(out), ("mp3", "m4b")))
session.close()
"""


def manuscript(chapters: int, lines: int) -> str:
    """Return a book of numbered sentences."""
    parts = []
    for chapter in range(1, chapters + 1):
        parts.append(f"CHAPTER {chapter}")
        parts += [
            f"The keeper wrote line number {line} of chapter {chapter} into his book and put out the lamp."
            for line in range(1, lines + 1)
        ]
    return "\n\n".join(parts)


@dataclass(frozen=True)
class Place:
    """A home and the database of its state; "" for a file in the home."""

    home: Path
    database: str = ""

    def settings(self) -> Settings:
        return Settings(home=self.home, database_url=self.database)

    def copied(self, home: Path) -> Place:
        """Return a copy, made while nobody works on the original."""
        shutil.copytree(self.home, home)
        if not self.database:
            return Place(home)
        server, _, name = self.database.rpartition("/")
        copy = f"{name}_{home.name.replace('-', '_')}"
        on_server(self.database, f"CREATE DATABASE {copy} TEMPLATE {name}")
        return Place(home, f"{server}/{copy}")


def on_server(database: str, statement: str) -> None:
    """Run a statement on the server of a database."""
    import psycopg

    address = database.replace("postgresql+psycopg", "postgresql").rpartition("/")[0] + "/postgres"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)


def processes(pid: int) -> list[int]:
    """Return a process and those that it started."""
    found = [pid]
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def worked(
    place: Place, production: str, out: Path, kill_after_s: float | None, *, workers: int, chance: random.Random
) -> tuple[bool, bool]:
    """Produce in a process of its own; return whether it came to its end, and whether one of its processes was killed.

    A run outlives the helpers that are killed.
    """
    hit = False
    words = [sys.executable, "-c", WORK, str(place.home), place.database, str(workers), production, str(out)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"})
    process.stdout.readline()
    if kill_after_s is not None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(kill_after_s)
        hit = process.poll() is None
        if hit:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(processes(process.pid)), signal.SIGKILL)
    return process.wait() == 0, hit


def told(out: Path) -> tuple[str, dict[str, str]]:
    """Return digest and files of a package."""
    found = json.loads((out / "package.json").read_text())
    return found["digest"], {file["name"]: file["sha256"] for file in found["files"]}


def faults(place: Place, lines: int) -> list[str]:
    """Return what is wrong with the state of a production that ended."""
    session, found = open_session(place.settings()), []
    entries = [row.entry for row in auditing.query(session)]
    made = [entry.facts["clip"] for entry in entries if entry.type == "synthesis:clip:made"]
    if not len(made) == len(set(made)) == lines:
        found.append(f"{len(made)} results of {lines} clips")
    auditing.audit(session)
    session.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--chapters", type=int, default=2)
    parser.add_argument("--lines", type=int, default=6)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--postgres", action="store_true", help="keep the state on the server of SAYSO_TEST_POSTGRES")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sayso-chaos-"))
    place, chance = Place(folder / "home"), random.Random(args.seed)
    if args.postgres:
        server = os.environ["SAYSO_TEST_POSTGRES"].replace("postgresql://", "postgresql+psycopg://")
        name = f"chaos_{os.getpid()}"
        on_server(server, f"CREATE DATABASE {name}")
        place = Place(place.home, f"{server.rpartition('/')[0]}/{name}")
    book = folder / "book.txt"
    book.write_text(manuscript(args.chapters, args.lines))
    session = open_session(place.settings())
    brief = planning.Brief(book, "Northwind Audio", "audiobook", voice="heart")
    production = planning.plan(session, brief).production.production_id
    _ = session.marker  # whose secret is made when it is first asked for: every copy is to have the same
    session.close()
    how = {"workers": args.workers, "chance": chance}
    started = time.monotonic()
    assert worked(place.copied(folder / "alone"), production, folder / "out-alone", None, **how)[0]
    whole_s, lines = time.monotonic() - started, args.chapters * (args.lines + 1)
    expected, done, kills, wrong, last = told(folder / "out-alone"), 0, 0, [], []
    while kills < args.kills:
        copy, out = place.copied(folder / f"home-{done}"), folder / f"out-{done}"
        is_done = False
        while not is_done and kills < args.kills:
            is_done, hit = worked(copy, production, out, chance.uniform(0.1, 1.1 * whole_s), **how)
            kills += hit
        if not is_done:
            began = time.monotonic()
            assert worked(copy, production, out, None, **how)[0]
            last.append(time.monotonic() - began)
        wrong += [] if told(out) == expected else [f"production {done}: other files than when left alone"]
        wrong += [f"production {done}: {fault}" for fault in faults(copy, lines)]
        shutil.rmtree(copy.home)
        done += 1
        print(f"{kills} kills, {done} productions, {wrong[-2:]}", flush=True)
    where = "PostgreSQL" if args.postgres else "SQLite"
    print(f"{kills} kills over {done} productions of {lines} lines, {args.workers} workers, {where}; {whole_s:.1f} s")
    print(f"digest, files, one result a clip, audit: {wrong or 'all as left alone'}")
    if args.json:
        result = {"kills": kills, "productions": done, "wrong": wrong, "alone_s": round(whole_s, 1)}
        args.json.write_text(json.dumps({**result, "last_s": statistics.mean(last) if last else 0.0}))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
