"""A toy engine: hibari's voice, its pitch and formants moved by the first coordinate, its tilt by the second."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from sayso.audio.signal import Signal
from sayso.engines import Capability, Licence, MeasuredStyles, VoiceAsset
from sayso.engines.hibari import HibariEngine
from sayso.engines.tone import apply_tone, frequencies_hz

NUMBERS = np.dtype("<f8")


@cache
def plain(text: str) -> np.ndarray:
    engine = HibariEngine()
    return next(iter(engine.stream(text, engine.stock_asset("heart")))).samples[0]


class ToySpace:
    dimensions = 2
    weights = (1.0, 0.6)
    tone_hz = ()

    def asset(self, point, *, tone_db=()) -> VoiceAsset:
        assert not len(tone_db)
        return VoiceAsset("toy", "style", np.asarray(point, NUMBERS).tobytes())

    def stock_points(self):
        return [[first, second] for first in (-2.0, -0.7, 0.7, 2.0) for second in (-1.0, 1.0)]

    def measured(self) -> MeasuredStyles:
        return MeasuredStyles(points=np.zeros((0, 2)), embeddings=np.zeros((0, 256)), log_pitches=np.zeros(0), adds={})

    def searcher(self) -> Toy:
        return Toy()


class Toy:
    name = "toy"
    version = "1"
    licence = Licence("Apache-2.0", "Apache-2.0", commercial=True)
    sample_rate = 24_000
    languages = ("en-US",)
    capabilities = frozenset({Capability.STYLE})

    def style_space(self) -> ToySpace:
        return ToySpace()

    def digest(self) -> str:
        return "0" * 64

    def stream(self, text: str, voice: VoiceAsset, *, speed: float = 1.0, seed: int = 0) -> Iterator[Signal]:
        first, second = np.frombuffer(voice.data, NUMBERS)
        samples = plain(text)
        place = np.arange(0, len(samples) - 1, 1.0 + 0.12 * first)
        moved = np.interp(place, np.arange(len(samples)), samples).astype(np.float32)
        tilt_db = (2.0 * second * np.linspace(-1, 1, len(frequencies_hz()))).astype(np.float32)
        yield Signal.mono(np.clip(apply_tone(moved, tilt_db, 24_000), -1, 1), 24_000)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the fit asked the engine for {name}")
