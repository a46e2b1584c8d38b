"""What Sayso adds to the bare engine's time for one utterance, and how long the decision with its entry takes.

    python benchmarks/speaking/overhead.py --json .bench/overhead.json

Each utterance is said whole: decision, reservation, ledger, marking, credentials, encryption, file. The engine's own
time is taken inside the same run, around its stream; what is left is Sayso's. The first utterance, which loads, is not
counted.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sayso.consent import Action, Purpose, Request, minutes
from sayso.ids import RunId, new_id
from sayso.settings import Settings
from sayso.workflows.consent import permission
from sayso.workflows.installation.session import Session, open_session
from sayso.workflows.speech import speaking
from sayso.workflows.speech.speaking import Order, speak
from sayso.workflows.voices import voicebook

TEXTS = (
    "The keeper climbed the narrow stair before dawn, and he was not alone in the tower that night.",
    "She folded the letter twice, put it under the lamp, and waited for the tide to turn again.",
    "There were eleven boats in the harbour that morning, and not one of them had a crew on board.",
    "If you hear the bell, stay where you are; somebody will come for you before it is quite dark.",
)
LICENSEE, PURPOSE = "Northwind Audio", "audiobook/mystery"


@dataclass
class Timed:
    """An engine that counts the time spent in its stream; everything else is the engine's own."""

    engine: Any
    spent_s: list[float] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def stream(self, *words: Any, **more: Any) -> Iterator[Any]:
        chunks = self.engine.stream(*words, **more)
        while True:
            started = time.perf_counter()
            chunk = next(chunks, None)
            self.spent_s[-1] += time.perf_counter() - started
            if chunk is None:
                return
            yield chunk


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--decisions", type=int, default=500)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        session = open_session(Settings(home=Path(folder) / "home"))
        voices = {row.row.engine: row.row.voice_id for row in reversed(voicebook.listed(session))}
        report = {
            engine: said(session, voices[engine], Path(folder), arguments.rounds) for engine in ("kokoro", "hibari")
        }
        report["decision_and_entry_ms"] = decided(session, voices["kokoro"], arguments.decisions)
    for name, figures in report.items():
        print(f"{name:<22}", "  ".join(f"{key} {value:.2f}" for key, value in figures.items()))
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(report, indent=2))


def said(session: Session, voice: str, folder: Path, rounds: int) -> dict[str, float]:
    """Return medians over utterances: seconds of engine and of the rest, and their ratio in per cent."""
    cast = voicebook.cast(session, voice)
    timed = Timed(cast.engine)
    rest, engine, audio, first = [], [], [], []
    with_engine = voicebook.Cast(cast.row, timed)
    original, speaking.cast = speaking.cast, lambda *_: with_engine
    try:
        for number in range(rounds + 1):
            timed.spent_s.append(0.0)
            started = time.perf_counter()
            spoken = speak(session, Order(TEXTS[number % len(TEXTS)], voice, LICENSEE, PURPOSE), folder / "out.wav")
            total = time.perf_counter() - started
            if number:
                engine.append(timed.spent_s[-1])
                rest.append(total - timed.spent_s[-1])
                audio.append(spoken.duration_s)
                first.append(spoken.ttfa_ms)
    finally:
        speaking.cast = original
    return {
        "audio_s": statistics.median(audio),
        "engine_s": statistics.median(engine),
        "sayso_s": statistics.median(rest),
        "added_percent": 100 * sum(rest) / sum(engine),
        "ttfa_ms": statistics.median(first),
        "rtf": sum(engine) / sum(audio),
    }


def decided(session: Session, voice: str, count: int) -> dict[str, float]:
    """Return percentiles, in ms, of decision, reservation, durable intent entry and signed permit."""
    row = voicebook.row_of(session, voice)
    request = Request(
        speaker=row.speaker_id,
        voice=voice,
        action=Action.SYNTHESIZE,
        licensee=LICENSEE,
        purpose=Purpose(PURPOSE),
        language="en",
        text_commitment="0" * 64,
        engine_digest=row.engine_digest,
        voice_digest=row.voice_digest,
        ceiling_ms=1000,
    )
    times = []
    for _ in range(count):
        started = time.perf_counter()
        granted = permission.ask(session, request, "synthesis:clip", run=RunId(new_id("run")))
        times.append(1000 * (time.perf_counter() - started))
        with session.write() as tx:
            minutes.release(tx, granted.lease)
    p50, p99 = np.percentile(times, [50, 99])
    return {"p50": float(p50), "p99": float(p99), "max": max(times)}


if __name__ == "__main__":
    main()
