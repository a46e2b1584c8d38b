"""A cloned voice on kokoro: its first byte, gaps, what governing costs the processor, and the bare engine beside it.

    python benchmarks/live/cloned.py --json .bench/live-kokoro.json

The voice is a cloned one of a speaker with a grant; in place of the fit, which takes minutes, the middle of two stock
voices is its style: the same kind of asset on the same path; with ``--student`` a student of hibari, which
`benchmarks.voices.students` keeps. ``bare`` is that asset on the bare engine, with the same
containers, under FastAPI, in a process of its own, which is Kokoro-FastAPI's path; Kokoro-FastAPI itself needs torch.
Both servers are asked in turn, one listener each, or two. ``*_threads`` is how many threads the bare engine takes; the
server's engine takes what it takes.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from benchmarks.live import processes
from benchmarks.live.bare import bare
from benchmarks.live.player import Player
from benchmarks.live.served import (
    LICENSEE,
    LONG,
    PURPOSE,
    SHORT,
    House,
    Running,
    begun,
    body,
    endings,
    house,
    metrics,
    percentiles,
    recording,
    report,
    row,
    running,
    write,
)

from sayso.engines.protocol import VoiceAsset
from sayso.engines.registry import engine as engine_named
from sayso.voices import FittedVoice
from sayso.workflows.voices import cloning
from sayso.workflows.voices.cloning import Commission, clone_voice

LONGEST = (
    "There were eleven boats in the harbour that morning, and not one of them had a crew on board. She folded the "
    "letter twice, put it under the lamp, and waited for the tide to turn again. If you hear the bell, stay where you "
    "are; somebody will come for you before it is quite dark."
)
UNBROKEN = "Nobody who had ever lived in the narrow house behind the harbour wall would have called that winter mild"
TEXTS = {"short": SHORT, "long": LONG, "longest": LONGEST, "unbroken": UNBROKEN}
FORMS, TURNS = ("mp3", "wav"), 2
SPEECH = "/v1/audio/speech"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=25, help="times each text is said")
    parser.add_argument("--beside", type=int, default=5, help="requests in a row to one of the two servers")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="of the bare engine")
    parser.add_argument("--student", type=Path, metavar="FILE", help="the bytes of a student, in place of the style")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    figures = begun()
    with contextlib.ExitStack() as open_:
        folder = Path(open_.enter_context(tempfile.TemporaryDirectory()))
        home = open_.enter_context(house(folder / "home"))
        asset = VoiceAsset("hibari", "student", asked.student.read_bytes()) if asked.student else style()
        voice = cloned(home, asset)
        server = open_.enter_context(running(home.home))
        http, operator = (open_.enter_context(server.client(key)) for key in (home.key, home.operator))
        _alone(http, voice, 1)
        figures |= spent(server, operator, lambda: figures.update(_alone(http, voice, asked.rounds)))
        write(figures, asked.json)
        for threads in asked.threads:
            with bare(asset.engine, asset, threads, folder) as other:
                for listeners in (1, 2):
                    ratios = beside(
                        {"governed": (server, home.key), "bare": (other, "none")}, voice, listeners, asked.rounds
                    )
                    figures |= {f"{name}_{listeners}_bare_threads_{threads}": ratio for name, ratio in ratios.items()}
        figures["server_exceptions"] = server.faults()
    report(figures, asked.json)
    first = figures["first_byte_ms"]
    row(
        f"cloned voice on {asset.engine}, any text: first byte <= 500 ms p95",
        f"{first['p50']:.0f} ms p50, {first['p95']:.0f} p95",
    )
    row("no gap at load 1", f"{figures['gaps']} in {first['count']} streams")
    row("CPU of governance and marking beside the engine <= 5 %", f"{figures['server_percent_of_engine']:.1f} %")
    least = min(value for name, value in figures.items() if name.startswith("ratio_1"))
    row("throughput beside the bare engine under FastAPI >= 0.95", f"{least:.2f} at least of one listener's")


def style() -> VoiceAsset:
    """Return the voice between two stock voices."""
    space = engine_named("kokoro").style_space()
    names = ("af_heart", "am_michael")
    points = [space.stock_points()[space.stock_names.index(name)] for name in names]
    return space.asset(np.mean(points, axis=0))


def cloned(home: House, asset: VoiceAsset) -> str:
    """Return a voice that is a speaker's own and speaks with ``asset``."""
    from tests.workflows import conftest

    def fitted(*_: Any, seed: int, **__: Any) -> FittedVoice:
        embedding = np.random.default_rng(seed).standard_normal(256).astype(np.float32)
        return FittedVoice(asset=asset, embedding=embedding, similarity=0.8, naturalness=3.2, renders=0, seconds=0.0)

    speaker, _ = conftest.granted(home.session, licensee=LICENSEE, purposes=(PURPOSE,), max_minutes=100_000.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cloning, "fit", fitted)
        order = Commission(speaker, (recording(home),), effort="fast", engine=asset.engine, **conftest.FREE)
        return clone_voice(home.session, order).voice


def _alone(http: httpx.Client, voice: str, rounds: int) -> dict[str, Any]:
    """Return how soon each text is heard by one listener, and its gaps."""
    players = {name: [_heard(http, voice, text) for _ in range(rounds)] for name, text in TEXTS.items()}
    everyone = [player for each in players.values() for player in each]
    gaps = [1000 * gap for player in everyone for gap in player.gaps_s]
    return {
        "first_byte_ms": percentiles([player.first_ms for player in everyone]),
        **{f"{name}_first_ms": percentiles([one.first_ms for one in each]) for name, each in players.items()},
        "gaps": len(gaps),
        "gaps_ms": percentiles(gaps),
        **{f"{name}_gaps": sum(len(one.gaps_s) for one in each) for name, each in players.items()},
        "heard_s": sum(player.heard_s for player in everyone),
        "real_time_factor": float(np.mean([(one.last_s - one.asked_s) / one.heard_s for one in everyone])),
    }


def _heard(http: httpx.Client, voice: str, text: str) -> Player:
    player = Player()
    with http.stream("POST", SPEECH, json=body(voice, text)) as response:
        if response.status_code != 200:
            raise SystemExit(f"{response.status_code}: {response.read()!r}")
        for data in response.iter_raw():
            player.got(len(data))
    time.sleep(0.5)  # what was heard is kept and logged meanwhile, as between two turns of a talk
    return player


def spent(server: Running, operator: httpx.Client, work: Any) -> dict[str, Any]:
    """Return the processor time that the server and its engine take for ``work``, keeping and logging included."""
    names = {"server": [server.pid], "engine": processes.engines(server.pid)}
    before = {name: sum(map(processes.ran_s, pids)) for name, pids in names.items()}
    started = time.monotonic()
    work()
    while sum(endings(found := metrics(operator)).values()) < _count(found):
        time.sleep(0.2)
    wall_s = time.monotonic() - started
    took = {f"{name}_cpu_s": sum(map(processes.ran_s, pids)) - before[name] for name, pids in names.items()}
    return took | {"wall_s": wall_s, "server_percent_of_engine": 100 * took["server_cpu_s"] / took["engine_cpu_s"]}


def _count(found: dict[str, float]) -> float:
    return sum(value for name, value in found.items() if name.startswith("sayso_first_byte_seconds_count"))


def beside(servers: dict[str, tuple[Running, str]], voice: str, listeners: int, count: int) -> dict[str, float]:
    """Return how many requests a second each server answers, asked in turn, and the ratio."""
    took = dict.fromkeys(servers, 0.0)
    for form in FORMS * TURNS:
        for name, (server, key) in servers.items():
            took[name] += _through(server, key, [body(voice, LONG, response_format=form)] * count, listeners)
    rates = {f"{name}_per_s": TURNS * len(FORMS) * count * listeners / seconds for name, seconds in took.items()}
    return rates | {"ratio": took["bare"] / took["governed"]}


def _through(server: Running, key: str, orders: Sequence[dict[str, str]], listeners: int) -> float:
    """Return how long so many listeners take, each of whom asks for all ``orders``, again where there is no place."""

    def listen(_: int) -> None:
        with server.client(key) as http:
            for order in orders:
                while (answer := http.post(SPEECH, json=order)).status_code in {429, 503}:
                    time.sleep(0.05)
                answer.raise_for_status()

    started = time.monotonic()
    with ThreadPoolExecutor(listeners) as pool:
        list(pool.map(listen, range(listeners)))
    return time.monotonic() - started


if __name__ == "__main__":
    main()
