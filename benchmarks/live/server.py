"""The server from outside: how long until sound, what of that is permission, what a withdrawal and a full house do.

    python benchmarks/live/server.py --json .bench/live.json

The server is a process of its own, on loopback; the bare engine is timed in this process, before the server starts. The
client shares the machine with both. ``admit`` and ``first`` are what the server tells of itself (Server-Timing).
"""

from __future__ import annotations

import argparse
import contextlib
import re
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
from benchmarks.live.crowd import Crowd
from benchmarks.live.served import (
    LICENSEE,
    LONG,
    PURPOSE,
    SHORT,
    House,
    begun,
    body,
    client,
    house,
    percentiles,
    recording,
    report,
    serving,
)

from sayso.engines.registry import engine as engine_named
from sayso.workflows.consent import changing, granting
from sayso.workflows.consent.granting import Terms

ENDLESS = " ".join(f"Sentence {number} says that the lamp was lit at noon." for number in range(70))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    figures = begun()
    with tempfile.TemporaryDirectory() as folder, house(Path(folder) / "home") as home:
        voice = home.voice()
        figures["bare_short_ms"], figures["bare_long_ms"] = (bare(text, arguments.rounds) for text in (SHORT, LONG))
        with serving(home.home) as url, client(url, home.key) as http:
            for name, text in (("short", SHORT), ("long", LONG)):
                figures |= {
                    f"{name}_{part}": found for part, found in timed(http, voice, text, arguments.rounds).items()
                }
            figures |= crowded(url, home.key, voice) | at_once(url, home.key, voice)
            figures |= withdrawn(url, home.key, home)
    report(figures, arguments.json)


def bare(text: str, rounds: int) -> dict[str, float]:
    """Return how long the engine alone takes to its first piece, in ms."""
    engine = engine_named("hibari", 1)
    engine.load()
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        next(engine.stream(text, engine.stock_asset("heart"), early=True))
        times.append(1000 * (time.perf_counter() - started))
    return percentiles(times)


def timed(http: httpx.Client, voice: str, text: str, rounds: int) -> dict[str, dict[str, float]]:
    """Return times of one request after another, in ms: to the first byte, admission, and to the first marked piece."""
    found = [asked(http, voice, text) for _ in range(rounds + 3)][3:]
    return {part: percentiles([one[part] for one in found]) for part in found[0]}


def asked(http: httpx.Client, voice: str, text: str) -> dict[str, float]:
    """Return how long one request took, in ms: to its first byte, its permit, and from there to its first piece."""
    started = time.perf_counter()
    with http.stream("POST", "/v1/audio/speech", json=body(voice, text)) as response:
        chunks = response.iter_raw()
        next(chunks)
        took = 1000 * (time.perf_counter() - started)
        told = dict(re.findall(r"(\w+);dur=([\d.]+)", response.headers["server-timing"]))
        for _ in chunks:
            continue
    time.sleep(0.25)  # what was heard is kept and logged meanwhile, as between two turns of a talk
    return {"first_byte_ms": took, "admit_ms": float(told["admit"]), "first_piece_ms": float(told["first"])}


def crowded(url: str, key: str, voice: str) -> dict[str, Any]:
    """Return what 24 requests at once come to: how many are spoken, and how fast the others are refused."""
    spoken, refused, lock = [], [], threading.Lock()

    def ask() -> None:
        with client(url, key) as http:
            started = time.perf_counter()
            with http.stream("POST", "/v1/audio/speech", json=body(voice, LONG)) as response:
                took = 1000 * (time.perf_counter() - started)
                with lock:
                    (spoken if response.status_code == 200 else refused).append(took)
                response.read()

    threads = [threading.Thread(target=ask) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found: dict[str, Any] = {"crowd_spoken": len(spoken), "crowd_refused": len(refused)}
    return found | ({"refusal_ms": percentiles(refused)} if refused else {})


def at_once(url: str, key: str, voice: str, rounds: int = 6) -> dict[str, Any]:
    """Return the same of 24 requests over open connections from one thread: the processor is left to the server."""
    crowd = Crowd()
    for _ in range(rounds):
        crowd.ask(url, key, body(voice, LONG))
        time.sleep(0.7)
    told = {str(status): len(times) for status, times in sorted(crowd.took_ms.items())}
    return {"at_once_answers": told, "at_once_refusal_ms": percentiles(crowd.took_ms.get(429, []))}


def withdrawn(url: str, key: str, home: House, rounds: int = 10) -> dict[str, Any]:
    """Return how long after a withdrawal in another process a stream goes on, and a new request is refused, in ms."""
    cut, refused = [], []
    for _ in range(rounds):
        voice, grant = granted(home)
        with client(url, key) as http, http.stream("POST", "/v1/audio/speech", json=body(voice, ENDLESS)) as response:
            chunks = response.iter_raw()
            next(chunks)
            changing.withdraw(home.session, grant)
            gone = last = time.perf_counter()
            with contextlib.suppress(httpx.RemoteProtocolError):
                for _ in chunks:
                    last = time.perf_counter()
            cut.append(1000 * (last - gone))
            with client(url, key) as other:
                started = time.perf_counter()
                answer = other.post("/v1/audio/speech", json=body(voice, SHORT))
                if answer.status_code == 403:
                    refused.append(1000 * (time.perf_counter() - started))
    return {"cut_after_ms": percentiles(cut), "refused_within_ms": percentiles(refused or [float("nan")])}


def granted(home: House) -> tuple[str, str]:
    """Return a voice of a speaker of their own and the grant under which it speaks."""
    from tests.workflows import conftest

    estate = conftest.furnished(home.session, recording(home))
    return estate.voice, granting.give(home.session, Terms(estate.speaker, LICENSEE, (PURPOSE,)))


if __name__ == "__main__":
    main()
