"""Synthetic speech for the benchmarks: each voice reads eight sentences once, and is kept in .bench/speech."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RATE_HZ = 24_000
KEPT = Path(__file__).parents[2] / ".bench" / "speech"
TEXTS = (
    "The keeper climbed the narrow stair before dawn, and he carried a lamp, two letters and bad news for the harbour.",
    "She had never asked for much, only that the garden be left as it was until the first snow had fallen on it.",
    "When the train stopped between the stations, nobody spoke, and in the silence one could hear the rain begin.",
    "A good map tells you where you are; a better one tells you what the people who live there call the place.",
    "He counted the coins twice, put them back into the tin, and wrote the sum on the inside of the cupboard door.",
    "The committee met on a Thursday, disagreed politely for three hours, and adjourned without having voted at all.",
    "Beneath the bridge the water ran black and quick, carrying leaves, bottles, and once a single red shoe.",
    "Every instrument in the orchestra had been tuned, but the conductor was still standing outside in the cold.",
)


@dataclass(frozen=True)
class Reader:
    """A synthetic voice: its name, where it is from, and how it speaks."""

    name: str
    source: str
    sex: str
    accent: str

    def samples(self) -> np.ndarray:
        """Return the eight sentences, float32 at 24 kHz; made the first time."""
        return kept(self.name, lambda: [_spoken(self, text, seed) for seed, text in enumerate(TEXTS)])


def kept(name: str, made: Callable[[], list[np.ndarray]]) -> np.ndarray:
    """Return the speech kept under ``name``, float32 at 24 kHz; what ``made`` gives is kept the first time."""
    path = KEPT / f"{name}.npy"
    if not path.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npy")
        np.save(part, np.round(np.clip(np.concatenate(made()), -1, 1) * 32767).astype(np.int16))
        part.rename(path)
    return np.load(path).astype(np.float32) / 32767


def readers() -> list[Reader]:
    """Return the voices of hibari, and of Kokoro where it is installed."""
    every = [Reader("hibari", "hibari", "F", "synthetic, en-US")]
    try:
        from sayso.engines.kokoro import Kokoro

        voices = list(Kokoro().stock_voices())
    except Exception as error:  # noqa: BLE001 - without the engine the benchmark runs on the other one
        print(f"Kokoro is not here ({error}); synthetic speech is hibari's alone")
        voices = []
    return every + [Reader(one.name, "kokoro", one.name[1].upper(), f"synthetic, {one.language}") for one in voices]


_ENGINES: dict[str, object] = {}


def _spoken(reader: Reader, text: str, seed: int) -> np.ndarray:
    if reader.source == "hibari":
        from hibari import Hibari

        engine = _ENGINES.setdefault("hibari", Hibari())
        return np.asarray(engine(text, seed=seed), dtype=np.float32)
    from sayso.engines.kokoro import Kokoro

    if "kokoro" not in _ENGINES:
        _ENGINES["kokoro"] = Kokoro()
        _ENGINES["kokoro"].load()
    engine = _ENGINES["kokoro"]
    parts = engine.stream(text, engine.stock_asset(reader.name), seed=seed)
    return np.concatenate([part.samples[0] for part in parts])
