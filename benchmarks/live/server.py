"""The server from outside: how long until sound, what of that is permission, what a withdrawal and a full house do.

    python benchmarks/live/server.py --json .bench/live.json

The server is a process of its own, on loopback; the bare engine is timed in this process, before the server starts. The
client shares the machine with both. ``admit`` and ``first`` are what the server tells of itself (Server-Timing).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from sayso.engines.registry import engine as engine_named
from sayso.settings import Settings
from sayso.workflows.accounts import api_keys
from sayso.workflows.consent import changing, granting
from sayso.workflows.consent.granting import Terms
from sayso.workflows.installation.session import Session, open_session
from sayso.workflows.voices import voicebook

SHORT = "Yes, of course."
LONG = "The keeper climbed the narrow stair before dawn, and he was not alone in the tower that night."
ENDLESS = " ".join(f"Sentence {number} says that the lamp was lit at noon." for number in range(70))
LICENSEE, PURPOSE = "Northwind Audio", "agent/support"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    figures: dict[str, Any] = {"load_before": os.getloadavg()[0], "cores": os.cpu_count()}
    with tempfile.TemporaryDirectory() as folder:
        session = open_session(Settings(home=Path(folder) / "home"))
        key = api_keys.add(session, "producer", licensee=LICENSEE, purpose=PURPOSE).secret
        voice = voicebook.id_of(session, "heart", "hibari")
        figures["bare_short_ms"], figures["bare_long_ms"] = (bare(text, arguments.rounds) for text in (SHORT, LONG))
        with serving(Path(folder) / "home") as url, client(url, key) as http:
            for name, text in (("short", SHORT), ("long", LONG)):
                figures |= {
                    f"{name}_{part}": found for part, found in timed(http, voice, text, arguments.rounds).items()
                }
            figures |= crowded(url, key, voice)
            figures |= withdrawn(url, key, session)
    report(figures, arguments.json)


def report(figures: dict[str, Any], file: Path | None) -> None:
    """Print the figures, and write them to ``file`` where there is one."""
    figures["load_after"] = os.getloadavg()[0]
    for name, found in figures.items():
        words = [f"{part} {value:.1f}" for part, value in found.items()] if isinstance(found, dict) else [str(found)]
        print(f"{name:<28}", *words)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(figures, indent=2))


def percentiles(values: list[float]) -> dict[str, float]:
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    return {"p50": float(p50), "p95": float(p95), "p99": float(p99), "least": min(values), "count": len(values)}


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


@contextlib.contextmanager
def serving(home: Path) -> Iterator[str]:
    """Yield the address of a server on ``home``, once it is ready."""
    command = [sys.executable, "-c", "from sayso.doors.cli.main import main; main()", "serve", "--port", "0", "--json"]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "SAYSO_HOME": str(home)})
    url = json.loads(process.stdout.readline())["url"]
    print(f"listening after {time.perf_counter() - started:.1f} s")
    while httpx.get(f"{url}/readyz").status_code != 200:
        time.sleep(0.05)
    print(f"ready after {time.perf_counter() - started:.1f} s")
    try:
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def client(url: str, key: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60)


def body(voice: str, text: str, **more: str) -> dict[str, str]:
    return {"model": "sayso", "voice": voice, "input": text, "response_format": "pcm", **more}


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


def withdrawn(url: str, key: str, session: Session, rounds: int = 10) -> dict[str, Any]:
    """Return how long after a withdrawal in another process a stream goes on, and a new request is refused, in ms."""
    cut, refused = [], []
    for _ in range(rounds):
        voice, grant = _granted(session)
        with client(url, key) as http, http.stream("POST", "/v1/audio/speech", json=body(voice, ENDLESS)) as response:
            chunks = response.iter_raw()
            next(chunks)
            changing.withdraw(session, grant)
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


def _granted(session: Session) -> tuple[str, str]:
    """Return a voice of a speaker of their own and the grant under which it speaks."""
    from tests.workflows import conftest

    recording = Path(session.settings.home) / "recording.flac"
    if not recording.exists():
        from hibari import Hibari

        from sayso.audio import Container, Signal, encode

        sound = Signal.mono(np.asarray(Hibari()(LONG + " " + LONG, seed=0)), 24_000)
        recording.write_bytes(encode(sound, Container.FLAC))
    estate = conftest.furnished(session, recording)
    return estate.voice, granting.give(session, Terms(estate.speaker, LICENSEE, (PURPOSE,)))


if __name__ == "__main__":
    main()
