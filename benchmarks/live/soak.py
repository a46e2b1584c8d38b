"""A server for an hour at 70 % of what it admits: does its memory grow, does anything go wrong.

    python benchmarks/live/soak.py --minutes 60 --json .bench/live-soak.json

What it admits is found first: as many listeners as it has places ask without a pause, for ``--calibrate`` seconds. Then
they keep to 70 % of that rate. Memory is what the server's process and the engine's hold (RSS); growth is from the
median of the tenth of the time after the warm-up to that of the last tenth. ``unkept`` are utterances that were heard
and are not kept and logged yet. Figures are written each minute. ``home_mib`` is what the clips need on
disk, in the folder for temporary files (TMPDIR): about 0.1 MB each.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from benchmarks.live import processes
from benchmarks.live.player import Player
from benchmarks.live.served import (
    LONG,
    SHORT,
    Running,
    begun,
    body,
    endings,
    house,
    metrics,
    percentiles,
    report,
    row,
    running,
    write,
)

SHARE = 0.7
TEXTS = (SHORT, LONG, "There were eleven boats in the harbour, and not one of them had a crew on board.")
WARMED = 0.1
"""The share of the time that warms up."""


@dataclass
class Heard:
    """What the listeners met, so far."""

    firsts_ms: list[float] = field(default_factory=list)
    gaps: int = 0
    refused: int = 0
    errors: list[str] = field(default_factory=list)
    late: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, http: httpx.Client, voice: str, text: str) -> None:
        """Ask once, and note what came of it."""
        player = Player()
        try:
            with http.stream("POST", "/v1/audio/speech", json=body(voice, text)) as response:
                status = response.status_code
                for data in response.iter_raw():
                    player.got(len(data) if status == 200 else 0)
            fault = "" if status in {200, 429} else f"status {status}"
            fault = "a sound that is too short" if status == 200 and player.heard_s < len(text) / 40 else fault
        except httpx.HTTPError as error:
            status, fault = 0, f"{type(error).__name__} after {player.heard_s:.1f} s"
        with self.lock:
            if fault:
                self.errors.append(fault)
            elif status == 429:
                self.refused += 1
            else:
                self.firsts_ms.append(player.first_ms)
                self.gaps += len(player.gaps_s)


@dataclass(frozen=True)
class Load:
    """So many listeners, each of whom asks each ``every_s`` (0: without a pause), until ``ends_s``."""

    server: Running
    key: str
    voice: str
    listeners: int
    every_s: float
    ends_s: float

    def run(self, heard: Heard) -> list[threading.Thread]:
        """Let them begin, one after the other within their time."""
        threads = [threading.Thread(target=self._listen, args=(heard, number)) for number in range(self.listeners)]
        for thread in threads:
            thread.start()
        return threads

    def _listen(self, heard: Heard, number: int) -> None:
        due_s = time.monotonic() + self.every_s * number / self.listeners
        with self.server.client(self.key) as http:
            while time.monotonic() < self.ends_s:
                time.sleep(max(0.0, due_s - time.monotonic()))
                heard.ask(http, self.voice, TEXTS[number % len(TEXTS)])
                number += self.listeners + 1
                due_s += self.every_s
                if self.every_s and due_s < time.monotonic() - self.every_s:
                    heard.late += 1
                    due_s = time.monotonic()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--calibrate", type=float, default=30, metavar="SECONDS")
    parser.add_argument("--every", type=float, default=5, metavar="SECONDS", help="between two looks at the memory")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    figures = begun() | {"minutes": asked.minutes}
    with contextlib.ExitStack() as open_:
        folder = Path(open_.enter_context(tempfile.TemporaryDirectory()))
        home = open_.enter_context(house(folder / "home"))
        server = open_.enter_context(running(home.home))
        operator = open_.enter_context(server.client(home.operator))
        places = int(metrics(operator)["sayso_places"])
        figures |= {"places": places} | _admitted(server, home.key, home.voice(), places, asked.calibrate, operator)
        every_s = places / (SHARE * figures["admitted_per_s"])
        heard, ends_s = Heard(), time.monotonic() + 60 * asked.minutes
        threads = Load(server, home.key, home.voice(), places, every_s, ends_s).run(heard)
        samples = _watched(server, operator, heard, threads, asked.every, (figures, asked.json))
        figures |= _kept(operator) | {"server_exceptions": server.faults(), "home_mib": _size_mib(home.home)}
    figures |= _told(heard, samples)
    report({name: found for name, found in figures.items() if name != "samples"}, None)
    write(figures, asked.json)
    worst = max(figures["growth_percent"].values(), default=0.0)
    row("soak at 70 % of the limit: memory growth <= 5 %", f"{worst:.1f} % at most in {asked.minutes:g} minutes")
    row("soak: 0 errors", f"{figures['errors']} errors, {heard.refused} refused, {heard.gaps} gaps")


def _admitted(
    server: Running, key: str, voice: str, places: int, seconds: float, operator: httpx.Client
) -> dict[str, Any]:
    """Return how many utterances a second are made and kept, if as many ask without a pause as there are places."""
    heard, started = Heard(), time.monotonic()
    for thread in Load(server, key, voice, places, 0.0, started + seconds).run(heard):
        thread.join()
    asked_s = time.monotonic() - started
    kept = _kept(operator)
    whole_s = time.monotonic() - started
    return {
        "calibration_refused": heard.refused,
        "calibration_errors": len(heard.errors),
        "heard_per_s": len(heard.firsts_ms) / asked_s,
        "admitted_per_s": len(heard.firsts_ms) / whole_s,
        "calibration_kept_after_s": kept["kept_after_s"],
    }


def _kept(operator: httpx.Client) -> dict[str, Any]:
    """Return how utterances ended, once all are kept, and how long that took."""
    started, found, last = time.monotonic(), metrics(operator), -1
    while time.monotonic() - started < 600 and (sum(endings(found).values()) != last or last < _heard(found)):
        last = sum(endings(found).values())
        time.sleep(0.5)
        found = metrics(operator)
    return {"endings": endings(found), "kept_after_s": time.monotonic() - started}


def _size_mib(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / (1 << 20)


def _heard(found: dict[str, float]) -> int:
    return int(sum(value for name, value in found.items() if name.startswith("sayso_first_byte_seconds_count")))


def _watched(
    server: Running,
    operator: httpx.Client,
    heard: Heard,
    threads: list[threading.Thread],
    every_s: float,
    told: tuple[dict[str, Any], Path | None],
) -> list[dict[str, float]]:
    """Return looks at the processes, until the listeners have gone."""
    samples: list[dict[str, float]] = []
    started, minute = time.monotonic(), 0
    while any(thread.is_alive() for thread in threads):
        samples.append({"at_s": time.monotonic() - started, **_look(server, operator)})
        if samples[-1]["at_s"] >= 60 * minute:
            minute += 1
            figures, file = told
            write(figures | _told(heard, samples), file)
            words = " ".join(f"{name} {value:.0f}" for name, value in samples[-1].items())
            print(
                f"{words} heard {len(heard.firsts_ms)} refused {heard.refused} errors {len(heard.errors)}", flush=True
            )
        time.sleep(every_s)
    return samples


def _look(server: Running, operator: httpx.Client) -> dict[str, float]:
    found = metrics(operator)
    workers = processes.engines(server.pid)
    return {
        "server_mib": processes.resident_mib(server.pid),
        "engine_mib": sum(processes.resident_mib(each) for each in workers),
        "engines": len(workers),
        "threads": processes.threads(server.pid),
        "files": processes.files(server.pid),
        "unkept": _heard(found) - sum(endings(found).values()),
    }


def _told(heard: Heard, samples: list[dict[str, float]]) -> dict[str, Any]:
    with heard.lock:
        return {
            "spoken": len(heard.firsts_ms),
            "first_byte_ms": percentiles(heard.firsts_ms),
            "refused": heard.refused,
            "gaps": heard.gaps,
            "late": heard.late,
            "errors": len(heard.errors),
            "errors_told": sorted(set(heard.errors))[:20],
            "growth_percent": _growth(samples),
            "samples": samples,
        }


def _growth(samples: list[dict[str, float]]) -> dict[str, float]:
    """Return by how many percent each process and both together grew after the warm-up."""
    tenth = max(1, int(len(samples) * WARMED))
    first, last = samples[tenth : 2 * tenth], samples[-tenth:]
    if not first:
        return {}
    sizes = {
        "server": ["server_mib"],
        "engine": ["engine_mib"],
        "both": ["server_mib", "engine_mib"],
    }
    held = {
        who: [statistics.median(sum(one[name] for name in names) for one in part) for part in (first, last)]
        for who, names in sizes.items()
    }
    return {who: 100 * (after / before - 1) for who, (before, after) in held.items()}


if __name__ == "__main__":
    main()
