"""Productions killed with SIGKILL at random: does each end as one that was left alone, and what does it cost?

    python -m benchmarks.productions.chaos --kills 20

One book of the given lines is produced in a process that is killed after a random time, again and again, then left to
end; its digest and files are compared with those of a copy of the same installation that was left alone. The engine is
hibari. Prints a table; ``--json`` keeps it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sayso.settings import Settings
from sayso.workflows.audit import auditing
from sayso.workflows.installation.session import open_session
from sayso.workflows.productions import planning

WORK = """
import sys
from pathlib import Path
from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from sayso.workflows.productions import running
from sayso.workflows.productions.delivery import Delivery
home, production, out = sys.argv[1:]
session = open_session(Settings(home=Path(home)))
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


def worked(home: Path, production: str, out: Path, kill_after_s: float | None) -> bool:
    """Produce in a process of its own; return whether it came to its end."""
    words = [sys.executable, "-c", WORK, str(home), production, str(out)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"})
    process.stdout.readline()
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        process.kill()
    return process.wait() == 0


def told(out: Path) -> tuple[str, dict[str, str]]:
    """Return digest and files of a package."""
    found = json.loads((out / "package.json").read_text())
    return found["digest"], {file["name"]: file["sha256"] for file in found["files"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--chapters", type=int, default=2)
    parser.add_argument("--lines", type=int, default=6)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sayso-chaos-"))
    book = folder / "book.txt"
    book.write_text(manuscript(args.chapters, args.lines))
    session = open_session(Settings(home=folder / "home"))
    brief = planning.Brief(book, "Northwind Audio", "audiobook", voice="heart")
    production = planning.plan(session, brief).production.production_id
    session.close()
    shutil.copytree(folder / "home", folder / "alone")
    started = time.monotonic()
    assert worked(folder / "alone", production, folder / "out-alone", None)
    whole_s = time.monotonic() - started
    expected, done, kills, ends = told(folder / "out-alone"), 0, 0, 0
    chance = random.Random(11)
    alike = True
    while kills < args.kills:
        home, out = folder / f"home-{done}", folder / f"out-{done}"
        shutil.copytree(folder / "home", home)
        while not worked(home, production, out, chance.uniform(0.1, 1.1 * whole_s) if kills < args.kills else None):
            kills += 1
        alike &= told(out) == expected
        checked = open_session(Settings(home=home))
        made = [row.entry.facts["clip"] for row in auditing.query(checked) if row.entry.type == "synthesis:clip:made"]
        alike &= len(made) == len(set(made)) == args.chapters * (args.lines + 1)
        auditing.audit(checked)
        checked.close()
        shutil.rmtree(home)
        done, ends = done + 1, ends + 1
    result = {"kills": kills, "productions": ends, "alike": alike, "alone_s": round(whole_s, 1)}
    print(
        f"{kills} kills over {ends} productions of {args.chapters * (args.lines + 1)} lines; {whole_s:.1f} s left alone"
    )
    print(f"digest, files, one result a clip, audit: {'all as left alone' if alike else 'DIFFERENT'}")
    if args.json:
        args.json.write_text(json.dumps(result))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
