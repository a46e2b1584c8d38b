"""Interleaved requests of all kinds while engine, marker, database and clock fail and consent ends in mid-stream.

    python -m benchmarks.live.interleaved --requests 10000 [--seed 1] [--json FILE]

Prints how many answers there were of each kind and status. The first answer that breaks a promise ends it with an
error: sound without a valid permit, a frame as the engine made it, an answer across organisations.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from tests.doors.api.test_interleaved import Scene, interleaved
from tests.workflows.conftest import Estate, furnished

from sayso.audio import Container, Signal, encode
from sayso.engines.registry import engine as engine_named
from sayso.settings import Settings
from sayso.workflows.installation.session import open_session

_SPOKEN = (
    "The keeper climbed the narrow stair before dawn. He carried a lamp, two letters, and bad news for the harbour."
)


def _estate(folder: Path) -> Estate:
    engine = engine_named("hibari")
    pieces = [signal.samples for signal in engine.stream(_SPOKEN, engine.stock_asset("heart"))]
    recording = folder / "recording.flac"
    recording.write_bytes(encode(Signal(np.concatenate(pieces, axis=1), engine.sample_rate), Container.FLAC))
    return furnished(open_session(Settings(home=folder / "home")), recording, max_minutes=100_000.0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        scene = Scene(_estate(Path(folder)), asked.seed, patch)
        counts = asyncio.run(interleaved(scene, -(-asked.requests // 6)))
        scene.session.close()
    told = {
        "requests": sum(counts.values()),
        "seconds": round(time.monotonic() - began),
        "answers": {f"{kind} {status}": number for (kind, status), number in sorted(counts.items())},
    }
    print(json.dumps(told, indent=1))
    if asked.json:
        asked.json.write_text(json.dumps(told))


if __name__ == "__main__":
    main()
