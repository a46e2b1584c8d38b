"""An engine that does what its text says: the worst that an engine can do."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

from sayso.audio.signal import Signal
from sayso.engines import (
    CannotClone,
    Capability,
    Determinism,
    Licence,
    StockVoice,
    Streaming,
    Timing,
    Traits,
    Unspeakable,
    VoiceAsset,
    WordTime,
)


class Crooked:
    name = "crooked"
    version = "1"
    licence = Licence("MIT", "MIT", commercial=True)
    sample_rate = 24_000
    languages = ("en",)
    capabilities = frozenset({Capability.STOCK, Capability.CLONE})
    traits = Traits(Streaming.NATIVE, Timing.WORD, Determinism.NONE, frozenset(), reference_s=(0.1, 5.0))

    def digest(self):
        return "0" * 64

    def load(self):
        print("this must reach no one")

    def stock_voices(self):
        return [StockVoice("one", "en", "MIT", "here")]

    def stock_asset(self, name):
        return VoiceAsset("crooked", "tone", name.encode())

    def style_space(self):
        raise CannotClone

    def clone(self, reference):
        return VoiceAsset("crooked", "tone", str(reference.num_samples).encode())

    def align(self, text, voice, **_):
        return [WordTime(word, place, place + 0.5) for place, word in enumerate(text.split())]

    def stream(self, text, voice, *, speed=1.0, seed=0, early=False, stop=None):
        if text in ACTS:
            yield from ACTS[text]() or ()
            return
        for place in range(50 if text.startswith("slow") else 3):
            if stop and stop.is_set():
                time.sleep(0.2 if text == "slow to stop" else 0.0)
                return
            if text.startswith("slow") and place:
                time.sleep(0.02)
            yield PIECE


class Shared(Crooked):
    """Says several texts at once; each piece of one is louder than the piece before."""

    name = "shared"
    traits = Traits(Streaming.NATIVE, Timing.WORD, Determinism.BITWISE, frozenset(), True, (0.1, 5.0))

    def stream(self, text, voice, *, speed=1.0, seed=0, early=False, stop=None):
        for place, piece in enumerate(super().stream(text, voice, stop=stop)):
            yield Signal.mono(piece.mixed() * (place / 50), 24_000) if text.startswith("slow") else piece


class Chancy(Shared):
    """The same, but says nothing twice alike."""

    name = "chancy"
    traits = Traits(Streaming.NATIVE, Timing.WORD, Determinism.NONE, frozenset(), True, (0.1, 5.0))


class Sluggish(Shared):
    """The same, but slower than speech."""

    name = "sluggish"

    def stream(self, text, voice, *, speed=1.0, seed=0, early=False, stop=None):
        for piece in super().stream(text, voice, stop=stop):
            time.sleep(0.15)
            yield piece


PIECE = Signal.mono(np.full(2400, 0.5), 24_000)


def fail():
    raise RuntimeError("a secret of the text")


def silent():
    raise Unspeakable("got nothing to say")


def hang():
    yield PIECE
    time.sleep(600)


def grow():
    yield Signal.mono(np.ones(2_000_000_000), 24_000)


def fatten():
    held = []
    while True:
        held.append(np.ones(2_000_000))
        time.sleep(0.01)


def nonsense():
    os.write(link(), b"\xff" * 64)
    time.sleep(600)


def link() -> int:
    """Return the number of the worker's socket."""
    return next(int(one.name) for one in Path("/proc/self/fd").iterdir() if "socket" in target(one))


def target(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""


ACTS = {
    "die": lambda: os.kill(os.getpid(), 9),
    "quit": lambda: os._exit(3),
    "fail": fail,
    "silent": silent,
    "hang": hang,
    "grow": grow,
    "fatten": fatten,
    "nonsense": nonsense,
    "pid": lambda: [Signal.mono(np.zeros(os.getpid()), 24_000)],
}
