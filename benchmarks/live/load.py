"""A server under load from `hey`, a program of its own: what it speaks, what it sends away, how long both take.

    python benchmarks/live/load.py --requests 200 --listeners 2 8 --json .bench/live-load.json

"not run" where hey (Debian's package of that name) is not installed. Listeners ask without a pause.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.live.served import SHORT, begun, body, house, percentiles, report, row, running, write


def answers(lines: str) -> dict[int, list[float]]:
    """Return how long each answer took until its end, in milliseconds, by its status; ``lines`` are hey's CSV."""
    found: dict[int, list[float]] = {}
    for each in csv.DictReader(io.StringIO(lines)):
        found.setdefault(int(each["status-code"]), []).append(1000 * float(each["response-time"]))
    return found


def asked(hey: str, url: str, key: str, voice: str, requests: int, listeners: int) -> dict[int, list[float]]:
    """Let ``listeners`` ask for a short text, ``requests`` times in all."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as words:
        json.dump(body(voice, SHORT), words)
        words.flush()
        command = [hey, "-n", str(requests), "-c", str(listeners), "-m", "POST", "-T", "application/json", "-o", "csv"]
        command += ["-D", words.name, "-H", f"Authorization: Bearer {key}", f"{url}/v1/audio/speech"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return answers(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--listeners", type=int, nargs="+", default=[1, 2, 8])
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    hey = shutil.which("hey")
    if hey is None:
        print("load: not run; install hey")
        return
    figures: dict[str, Any] = begun()
    with contextlib.ExitStack() as open_:
        folder = Path(open_.enter_context(tempfile.TemporaryDirectory()))
        home = open_.enter_context(house(folder / "home"))
        server = open_.enter_context(running(home.home))
        asked(hey, server.url, home.key, home.voice(), 20, 1)
        for listeners in given.listeners:
            found = asked(hey, server.url, home.key, home.voice(), given.requests, listeners)
            for status, times in sorted(found.items()):
                figures[f"listeners_{listeners}_status_{status}_ms"] = percentiles(times)
                told = percentiles(times)
                row(
                    f"{listeners} listeners, status {status}",
                    f"{len(times)}, {told['p50']:.0f} ms p50, {told['p95']:.0f} p95",
                )
        figures["server_exceptions"] = server.faults()
    report(figures, None)
    write(figures, given.json)


if __name__ == "__main__":
    main()
