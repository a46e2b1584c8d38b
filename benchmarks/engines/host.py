"""The host of engines: first sound through it, beside the bare engine; how soon a stopped run is over; what it refuses.

    python benchmarks/engines/host.py --json .bench/host.json

First sound is timed in pairs, the bare engine in this process and the same text through the host, in turns, so that
what else the machine does weighs on both. ``cpu`` is the worker's processor time for the same piece, which a busy
machine stretches less. A stop is timed from the call until no process works on the run any more.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np

from sayso.engines.host import EngineHost, HostBusy, HostedEngine, SpeakOrder
from sayso.engines.registry import engine as engine_named

SHORT = "Good morning."
LONG = "The keeper climbed the narrow stair before dawn, and he was not alone in the tower that night."
WARMING = 3


def first_sound(speaker, text: str, voice) -> tuple[float, float]:
    """Return wall and processor time of this process, in ms, until the first piece."""
    wall, used = time.perf_counter(), time.process_time()
    pieces = speaker.stream(text, voice, early=True)
    next(pieces)
    took = 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - used)
    pieces.close()
    return took


def idle(host: EngineHost) -> None:
    while host.load().active:
        time.sleep(0.002)


def percentiles(values: list[float]) -> dict[str, float]:
    return {f"p{share}": round(float(np.percentile(values, share)), 1) for share in (50, 95, 99)}


def measured_sound(name: str, host: EngineHost, rounds: int) -> dict[str, dict[str, float]]:
    bare, hosted = engine_named(name, 1), HostedEngine(host, patience_s=120.0)
    bare.load()
    voice = bare.stock_asset(bare.stock_voices()[0].name)
    rows = {}
    for label, text in (("short", SHORT), ("long", LONG)):
        times: dict[str, list[float]] = {"bare": [], "bare cpu": [], "hosted": [], "added": []}
        for place in range(rounds + WARMING):
            here = first_sound(bare, text, voice)
            there = first_sound(hosted, text, voice)
            idle(host)
            if place >= WARMING:
                times["bare"].append(here[0])
                times["bare cpu"].append(here[1])
                times["hosted"].append(there[0])
                times["added"].append(there[0] - here[0])
        rows |= {f"{name} {label}, {what}": percentiles(values) for what, values in times.items()}
    return rows


def measured_stops(name: str, host: EngineHost, rounds: int) -> dict[str, dict[str, float]]:
    """Stop a long text at a random moment."""
    bare, chance, took = engine_named(name, 1), random.Random(5), []
    voice = bare.stock_asset(bare.stock_voices()[0].name)
    before = host.load().restarts
    for _ in range(rounds):
        run = host.submit(SpeakOrder(f"{LONG} {LONG}", voice), lambda _: None)
        time.sleep(chance.uniform(0.0, 0.3))
        started = time.perf_counter()
        run.stop()
        run.wait(10.0)
        took.append(1000 * (time.perf_counter() - started))
        while host.load().ready < host.load().workers:
            time.sleep(0.01)
        idle(host)
    return {f"{name}, stop to idle": percentiles(took) | {"killed": float(host.load().restarts - before)}}


def measured_refusals(host: EngineHost, rounds: int) -> dict[str, dict[str, float]]:
    bare, took = engine_named(host.engine_name, 1), []
    voice = bare.stock_asset(bare.stock_voices()[0].name)
    runs = []
    for _ in range(rounds):
        started = time.perf_counter()
        try:
            runs.append(host.submit(SpeakOrder(LONG, voice), lambda _: None))
        except HostBusy:
            took.append(1000 * (time.perf_counter() - started))
    for run in runs:
        run.stop()
    return {f"{host.engine_name}, refusal": percentiles(took) | {"count": float(len(took))}}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--engines", default="hibari,kokoro")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--json", type=Path)
    words = parser.parse_args()
    rows: dict[str, dict[str, float]] = {}
    for name in words.engines.split(","):
        rounds = words.rounds if name == "hibari" else max(5, words.rounds // 5)
        started = time.perf_counter()
        with EngineHost(name, threads=1 if name == "hibari" else 2, queue_limit=8) as host:
            ready = 1000 * (time.perf_counter() - started)
            rows[f"{name}, host ready"] = {"ms": round(ready, 1), "real-time factor": host.load().real_time_factor}
            rows |= measured_sound(name, host, rounds) | measured_stops(name, host, rounds)
            rows |= measured_refusals(host, 400)
        show({label: row for label, row in rows.items() if label.startswith(name)})
    if words.json:
        words.json.parent.mkdir(exist_ok=True)
        words.json.write_text(json.dumps(rows, indent=1))


def show(rows: dict[str, dict[str, float]]) -> None:
    for label, row in rows.items():
        print(f"{label:28}", "  ".join(f"{name} {value:.3g}" for name, value in row.items()), flush=True)


if __name__ == "__main__":
    main()
