"""What Sayso adds to the bare engine's time for one utterance, part by part, and how long the decision takes.

    python -m benchmarks.speaking.overhead --json .bench/overhead.json

Each utterance is said whole: decision, reservation, ledger, marking, credentials, encryption, file. The engine's own
time is taken inside the same run, around its stream; what is left is Sayso's. Placing the entries in the log comes
after the file is out: it is a part of its own, and not in the sum. The first utterances, which load, are not counted.

Each part is what the speaking thread waits for, without the parts inside it; ``beside`` is work in another thread.
Where others use the machine too, medians tell of them as well: the least of all rounds stands beside them, and the
CPU time.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.speaking.parts import Parts, Place

from sayso.consent import Action, Purpose, Request, minutes
from sayso.consent.permit import Gate
from sayso.disk import Draft
from sayso.engines.registry import engine as engine_named
from sayso.ids import RunId, new_id
from sayso.ledger.log import Log
from sayso.mark.embedder import Embedding
from sayso.mark.marked import MarkedAudio
from sayso.settings import Settings
from sayso.vault import Vault
from sayso.workflows.consent import permission
from sayso.workflows.installation.session import Session, open_session
from sayso.workflows.provenance import content, manifests
from sayso.workflows.speech import credentials, speaking
from sayso.workflows.speech.orders import Order
from sayso.workflows.voices import voicebook

TEXTS = (
    "The keeper climbed the narrow stair before dawn, and he was not alone in the tower that night.",
    "She folded the letter twice, put it under the lamp, and waited for the tide to turn again.",
    "There were eleven boats in the harbour that morning, and not one of them had a crew on board.",
    "If you hear the bell, stay where you are; somebody will come for you before it is quite dark.",
)
LICENSEE, PURPOSE = "Northwind Audio", "audiobook/mystery"
LOADING = 2

PARTS: dict[str, Place] = {
    "other": (speaking, "speak"),
    "order": (speaking, "taken"),
    "decision": (permission, "ask"),
    "voice": (voicebook, "_opened"),
    "gate": (Gate, "check"),
    "mark": (Embedding, "push"),
    "joining": (speaking, "_rendered"),
    "check chains": (speaking, "checked"),
    "encode": (MarkedAudio, "encoded"),
    "sign": (credentials, "issue"),
    "manifest": (manifests, "sealed"),
    "seal": (Vault, "sealed"),
    "keep the clip": (Vault, "put"),
    "fingerprint": (content, "fingerprinted"),
    "write file": (Draft, "write"),
    "waiting for the check": (speaking, "_prepared"),
    "commit": (speaking, "settle"),
    "name": (Draft, "publish"),
    "sequencing": (Log, "integrate"),
}


@dataclass
class Rounds:
    """What was measured of each utterance, in seconds."""

    totals: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    audio: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    waited: list[dict[str, float]] = field(default_factory=list)
    beside: list[dict[str, float]] = field(default_factory=list)

    def of(self, part: str) -> list[float]:
        """Return what each utterance waited for one part."""
        return [waited.get(part, 0.0) for waited in self.waited]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--decisions", type=int, default=500)
    parser.add_argument("--engine", choices=("kokoro", "hibari"), help="this engine only")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    engines = (arguments.engine,) if arguments.engine else ("kokoro", "hibari")
    with tempfile.TemporaryDirectory() as folder:
        session = open_session(Settings(home=Path(folder) / "home"))
        voices = {row.row.engine: row.row.voice_id for row in reversed(voicebook.listed(session))}
        report = {name: said(session, name, voices[name], Path(folder), arguments.rounds) for name in engines}
        report["decision_and_entry_ms"] = decided(session, voices["kokoro"], arguments.decisions)
    for name, figures in report.items():
        _print(name, figures)
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(report, indent=2))


def said(session: Session, engine: str, voice: str, folder: Path, rounds: int) -> dict[str, Any]:
    """Return medians over utterances: seconds of engine and of the rest, and their ratio in per cent, and the parts."""
    parts, found = Parts(), Rounds()
    with parts.watching(PARTS), _watching_engine(parts, type(engine_named(engine, session.settings.threads))):
        for number in range(rounds + LOADING):
            parts.clear()
            order = Order(TEXTS[number % len(TEXTS)], voice, LICENSEE, PURPOSE)
            started, cpu = time.perf_counter(), time.process_time()
            spoken = speaking.speak(session, order, folder / "out.wav")
            total, used = time.perf_counter() - started, time.process_time() - cpu
            session.entry_of(spoken.ticket)
            if number >= LOADING:
                found.totals.append(total)
                found.cpu.append(used)
                found.audio.append(spoken.duration_s)
                found.first.append(spoken.ttfa_ms)
                found.waited.append(dict(parts.waited))
                found.beside.append(dict(parts.beside))
    return _figures(found)


def _figures(found: Rounds) -> dict[str, Any]:
    engine = found.of("engine")
    rest = [total - spent for total, spent in zip(found.totals, engine, strict=True)]
    return {
        "audio_s": statistics.median(found.audio),
        "engine_s": statistics.median(engine),
        "sayso_s": statistics.median(rest),
        "sayso_least_s": min(rest),
        "cpu_s": statistics.median(found.cpu),
        "added_percent": 100 * sum(rest) / sum(engine),
        "ttfa_ms": statistics.median(found.first),
        "rtf": sum(engine) / sum(found.audio),
        "parts_ms": {name: _middle(found.of(name)) for name in PARTS if name != "check chains"},
        "parts_least_ms": {name: 1000 * min(found.of(name)) for name in PARTS if name != "check chains"},
        "beside_ms": _middle([beside.get("check chains", 0.0) for beside in found.beside]),
    }


def _middle(seconds: list[float]) -> float:
    return 1000 * statistics.median(seconds)


@contextmanager
def _watching_engine(parts: Parts, engine: Any) -> Iterator[None]:
    original = engine.stream

    def stream(self: Any, *words: Any, **more: Any) -> Iterator[Any]:
        chunks = original(self, *words, **more)
        while True:
            with parts.timed("engine"):
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk

    engine.stream = stream
    try:
        yield
    finally:
        engine.stream = original


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
        with session.act(row.speaker_id) as tx:
            minutes.release(tx, granted.lease)
    p50, p99 = np.percentile(times, [50, 99])
    return {"p50": float(p50), "p99": float(p99), "max": max(times)}


def _print(name: str, figures: dict[str, Any]) -> None:
    plain = {key: value for key, value in figures.items() if not isinstance(value, dict)}
    print(f"{name:<22}", "  ".join(f"{key} {value:.3f}" for key, value in plain.items()))
    for part, median in figures.get("parts_ms", {}).items():
        print(f"  {part:<24} {median:8.2f} ms, least {figures['parts_least_ms'][part]:8.2f} ms")


if __name__ == "__main__":
    main()
