"""A server to be timed: a home with keys, the process that serves it, a client, and how figures are told."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from sayso.settings import Settings
from sayso.workflows.accounts import api_keys
from sayso.workflows.installation.session import Session, open_session
from sayso.workflows.voices import voicebook

SHORT = "Yes, of course."
LONG = "The keeper climbed the narrow stair before dawn, and he was not alone in the tower that night."
LICENSEE, PURPOSE = "Northwind Audio", "agent/support"


@dataclass(frozen=True)
class House:
    """A home, its open session, and the keys of a producer and of an operator."""

    home: Path
    session: Session
    key: str
    operator: str

    def voice(self, name: str = "heart", engine: str = "hibari") -> str:
        """Return the id of a stock voice."""
        return voicebook.id_of(self.session, name, engine)


@contextlib.contextmanager
def house(home: Path) -> Iterator[House]:
    """Yield a new home."""
    session = open_session(Settings(home=home))
    keys = (api_keys.add(session, role, licensee=LICENSEE, purpose=PURPOSE).secret for role in ("producer", "operator"))
    try:
        yield House(home, session, *keys)
    finally:
        session.close()


def recording(home: House) -> Path:
    """Return a recording to clone from, which hibari speaks."""
    file = home.home / "recording.flac"
    if not file.exists():
        from hibari import Hibari

        from sayso.audio import Container, Signal, encode

        sound = Signal.mono(np.asarray(Hibari()(LONG + " " + LONG, seed=0)), 24_000)
        file.write_bytes(encode(sound, Container.FLAC))
    return file


@dataclass(frozen=True)
class Running:
    """A server's process: its address, its number, and the file of its log."""

    url: str
    pid: int
    log: Path

    def client(self, key: str, **more: Any) -> httpx.Client:
        """Return a client with this key."""
        return client(self.url, key, **more)

    def faults(self) -> int:
        """Return how many exceptions the log tells of."""
        return self.log.read_text(errors="replace").count("Traceback (most recent call last)")


@contextlib.contextmanager
def running(home: Path, **environment: str) -> Iterator[Running]:
    """Yield a server on ``home``, once it is ready; what it logs goes beside the home."""
    command = [sys.executable, "-c", "from sayso.doors.cli.main import main; main()", "serve", "--port", "0", "--json"]
    log, started = home.with_name(f"{home.name}.log"), time.perf_counter()
    with log.open("w") as told:
        variables = {**os.environ, "SAYSO_HOME": str(home), **environment}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told, text=True, env=variables)
    try:
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"the server did not start: {log.read_text()[-2000:]}")
        url = json.loads(line)["url"]
        print(f"listening after {time.perf_counter() - started:.1f} s")
        while httpx.get(f"{url}/readyz").status_code != 200:
            time.sleep(0.05)
        print(f"ready after {time.perf_counter() - started:.1f} s", flush=True)
        yield Running(url, process.pid, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@contextlib.contextmanager
def serving(home: Path) -> Iterator[str]:
    """Yield the address of a server on ``home``, once it is ready."""
    with running(home) as server:
        yield server.url


def client(url: str, key: str, **more: Any) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60, **more)


def body(voice: str, text: str, **more: str) -> dict[str, str]:
    return {"model": "sayso", "voice": voice, "input": text, "response_format": "pcm", **more}


def metrics(http: httpx.Client) -> dict[str, float]:
    """Return the server's own figures, by name with labels, asked for with an operator's key."""
    lines = http.get("/metrics").raise_for_status().text.splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def endings(found: Mapping[str, float]) -> dict[str, int]:
    """Return how many utterances ended in each way, of the server's own figures."""
    counted: dict[str, int] = {}
    for name, value in found.items():
        if name.startswith("sayso_utterances_total{"):
            ending = name.split('ending="')[1].split('"')[0]
            counted[ending] = counted.get(ending, 0) + int(value)
    return counted


def percentiles(values: list[float]) -> dict[str, float]:
    if not values:
        return {"count": 0}
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    return {"p50": float(p50), "p95": float(p95), "p99": float(p99), "least": min(values), "count": len(values)}


def begun() -> dict[str, Any]:
    """Return the figures of the machine, before anything runs."""
    return {"load_before": os.getloadavg()[0], "cores": os.cpu_count()}


def report(figures: dict[str, Any], file: Path | None) -> None:
    """Print the figures, and write them to ``file`` where there is one."""
    figures["load_after"] = os.getloadavg()[0]
    for name, found in figures.items():
        words = [f"{part} {value:.1f}" for part, value in found.items()] if isinstance(found, dict) else [str(found)]
        print(f"{name:<28}", *words)
    write(figures, file)


def write(figures: Mapping[str, Any], file: Path | None) -> None:
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(figures, indent=2))


def row(bar: str, measured: str) -> None:
    """Print a bar and what was measured."""
    print(f"| {bar} | {measured} |", flush=True)
