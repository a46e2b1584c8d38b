"""How much sound still comes after a withdrawal: one process streams, another withdraws in the middle.

    python benchmarks/consent/withdrawal.py --rounds 40 --engine hibari

Two measures, both from the moment in which the withdrawal is committed. ``released``: the sound of the pieces let go
after it, counted in samples. ``heard``: what somebody still hears who plays the stream as it comes (mode ``live``; the
piece that is playing included). Mode ``eager`` lets the engine run as fast as it can.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sayso.audio import Container, Signal, encode
from sayso.engines.registry import engine as engine_named
from sayso.settings import Settings
from sayso.voices import FittedVoice
from sayso.workflows.consent.granting import Terms, give
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.installation.session import Session, open_session
from sayso.workflows.voices import cloning
from sayso.workflows.voices.cloning import Commission, clone_voice

ROOT = Path(__file__).parent.parent.parent
STREAMER = ROOT / "tests" / "workflows" / "streamer.py"
TERMS = {"licensee": "Northwind Audio", "purposes": ("audiobook/mystery",)}
FREE = {"licence": "public-domain", "evidence": "https://example.org/free"}
TEXT = "The keeper climbed the narrow stair before dawn. He carried a lamp, two letters, and bad news for the harbour."


@dataclass
class Estate:
    """A speaker with a voice, in a home of its own."""

    session: Session
    speaker: str
    voice: str
    grant: str


def estate_in(folder: Path, engine: str) -> Estate:
    """Return an estate whose voice speaks with a stock asset of the engine: fitting one is not what is measured."""
    speaking = engine_named(engine)
    asset = speaking.stock_asset(speaking.stock_voices()[0].name)
    fitted = FittedVoice(asset, np.zeros(256, np.float32), similarity=0.8, naturalness=3.0, renders=0, seconds=0.0)
    cloning.fit = lambda *_, **__: fitted
    hibari = engine_named("hibari")
    said = list(hibari.stream(TEXT, hibari.stock_asset("heart")))
    recording = folder / "recording.flac"
    samples = np.concatenate([piece.samples[0] for piece in said])
    recording.write_bytes(encode(Signal.mono(samples, hibari.sample_rate), Container.FLAC))
    session = open_session(Settings(home=folder / "home"))
    speaker = add_speaker(session, "Ada")
    grant = give(session, Terms(speaker=speaker, **TERMS))
    cloned = clone_voice(session, Commission(speaker, (recording,), effort="fast", engine=engine, **FREE))
    return Estate(session, speaker, cloned.voice, grant)


class Worker:
    """One of the two processes."""

    def __init__(self, *words: object) -> None:
        env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        command = [sys.executable, str(STREAMER), *map(str, words)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
        assert self.heard() == ["ready"]

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def heard(self) -> list[str]:
        assert self.process.stdout is not None
        return self.process.stdout.readline().split()


def one_round(streaming: Worker, withdrawing: Worker, grant: str, chance: random.Random) -> dict[str, float] | None:
    """Return how many milliseconds came after the commit; None where the text was over before."""
    streaming.say("go")
    told = [streaming.heard()]
    time.sleep(chance.uniform(0.0, 0.3))
    withdrawing.say(grant)
    while told[-1][0] == "piece":
        told.append(streaming.heard())
    committed = int(withdrawing.heard()[1])
    if told.pop() != ["end", "refused"]:
        return None
    pieces = [tuple(map(int, words[1:])) for words in told]
    after = [1000 * (stop - start) / rate for start, stop, rate, moment in pieces if moment >= committed]
    _, stop, rate, _ = pieces[-1]
    played_ms = min((committed - pieces[0][3]) / 1e6, 1000 * stop / rate)
    return {"released_ms": sum(after), "heard_ms": 1000 * stop / rate - played_ms}


def measure(estate: Estate, mode: str, rounds: int) -> dict[str, Any]:
    """Return the distribution over ``rounds`` withdrawals, each of a grant of its own."""
    chance = random.Random(4)
    streaming = Worker("stream", estate.session.settings.home, estate.voice, mode)
    withdrawing = Worker("withdraw", estate.session.settings.home)
    found = []
    while len(found) < rounds:
        result = one_round(streaming, withdrawing, estate.grant, chance)
        found += [] if result is None else [result]
        estate.grant = give(estate.session, Terms(speaker=estate.speaker, **TERMS))
    for worker in (streaming, withdrawing):
        worker.process.communicate(timeout=60)
    names = ["released_ms", "heard_ms"] if mode == "live" else ["released_ms"]
    return {name: spread([each[name] for each in found]) for name in names}


def spread(values: list[float]) -> dict[str, float]:
    """Return median, 95th percentile and largest."""
    ordered = sorted(values)
    place = min(len(ordered) - 1, round(0.95 * len(ordered)))
    figures = {"p50": statistics.median(ordered), "p95": ordered[place], "max": ordered[-1]}
    return {name: round(value, 1) for name, value in figures.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--engine", default="hibari")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        estate = estate_in(Path(folder), options.engine)
        found = {mode: measure(estate, mode, options.rounds) for mode in ("live", "eager")}
    for mode, figures in found.items():
        for name, values in figures.items():
            told = "  ".join(f"{label} {value:6.1f} ms" for label, value in values.items())
            print(f"{options.engine:8s} {mode:6s} {name.removesuffix('_ms'):9s} {told}  ({options.rounds} rounds)")
    if options.json:
        options.json.write_text(json.dumps({"engine": options.engine, **found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
