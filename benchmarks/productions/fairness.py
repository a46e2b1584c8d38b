"""Eight productions at once beside one alone, with an engine that waits: is any starved, and what do they cost?

    python -m benchmarks.productions.fairness --productions 8 --lines 4 --wait 4

Each production is one licensee's book, made in a process of its own; ``--turns`` lines and chapters of all of them are
worked on at once (setting `production_turns`). Alone is one book of as many lines as all the others together, made by
as many processes as there are turns. Counted are the clips of the state, from the first phrase that an engine began to
the last: lines a second, eight by one, and when each production began its last line, as a share of their mean.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.productions.chaos import Place, manuscript
from benchmarks.productions.workers import Bench

from sayso.workflows.installation.session import open_session
from sayso.workflows.productions import planning

WORK = """
import sys
from pathlib import Path
from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from sayso.workflows.productions import running
from sayso.workflows.productions.delivery import Delivery
home, turns, workers, production, out = sys.argv[1:]
session = open_session(Settings(home=Path(home), production_turns=int(turns), production_workers=int(workers)))
running.run(session, production, Delivery(Path(out), ("mp3",)))
session.close()
"""


def planned(place: Place, folder: Path, lines: int, number: int) -> str:
    """Return a new production of so many lines, of a licensee of its own."""
    book = folder / f"book{number}.txt"
    book.write_text(manuscript(1, lines - 1).replace("The keeper", f"Keeper {number}"))
    session = open_session(place.settings())
    brief = planning.Brief(book, f"Licensee {number}", "audiobook", voice="heart")
    production: str = planning.plan(session, brief).production.production_id
    _ = session.marker
    session.close()
    return production


def begun_s(bench: Bench, place: Place, productions: list[str], *, turns: int, workers: int) -> list[list[float]]:
    """Return when each production began each of its phrases, in seconds of the clock; all are begun at once."""
    folder, running = bench.notes.parent, []
    for count, production in enumerate(productions):
        notes = folder / f"phrases-{count}-of-{len(productions)}"
        words = [sys.executable, "-c", WORK, str(place.home), str(turns), str(workers), production]
        words.append(str(folder / f"out-{count}-of-{len(productions)}"))
        environment = {**bench.environment, "PHRASES": str(notes)}
        running.append((notes, subprocess.Popen(words, stdout=subprocess.DEVNULL, env=environment)))
    for _, process in running:
        assert process.wait() == 0
    return [[float(row.split(" ", 1)[0]) for row in notes.read_text().splitlines()] for notes, _ in running]


def lines_a_second(begun: list[list[float]]) -> float:
    """Return the lines begun a second, between the first and the last of all."""
    times = sorted(time for each in begun for time in each)
    return (len(times) - 1) / (times[-1] - times[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--productions", type=int, default=8)
    parser.add_argument("--lines", type=int, default=4)
    parser.add_argument("--wait", type=float, default=4.0, help="seconds that the engine waits, a phrase")
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sayso-fairness-") as name:
        folder = Path(name)
        place, bench = Place(folder / "home"), Bench(folder, args.wait)
        many = [planned(place, folder, args.lines, number) for number in range(args.productions)]
        whole = planned(place, folder, args.lines * args.productions, args.productions)
        together = begun_s(bench, place, many, turns=args.turns, workers=1)
        alone = begun_s(bench, place, [whole], turns=args.turns, workers=args.turns)
    first = min(time for each in together for time in each)
    last = [max(each) - first for each in together]
    spread = (max(last) - min(last)) / statistics.mean(last)
    share = lines_a_second(together) / lines_a_second(alone)
    print(f"load {os.getloadavg()[0]:.1f}; {args.productions} productions of {args.lines} lines, {args.turns} turns")
    print(
        f"last line begun after {', '.join(f'{each:.1f}' for each in sorted(last))} s: within {spread:.0%} of the mean"
    )
    print(
        f"{lines_a_second(together):.3f} lines a second together, {lines_a_second(alone):.3f} alone: {share:.2f} of one"
    )
    if args.json:
        args.json.write_text(json.dumps({"last_s": last, "spread": spread, "share": share}))


if __name__ == "__main__":
    main()
