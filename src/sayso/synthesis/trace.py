"""The trace of a render: where each phrase lies, and a digest of the sound as it was before its mark.

Marks are keyed by installation, so marked sound differs from one to the next. The digest does not: by it anybody can
tell that two installations made the same sound of the same script.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sayso.audio.signal import Signal

_FULL_SCALE: Final = 32_768


@dataclass(frozen=True, slots=True)
class Traced:
    """What a trace held in the end: ``digest`` of the sound, and where each phrase stops, in samples."""

    digest: str
    stops: tuple[int, ...]

    def encoded(self) -> str:
        """Return it as one line of text."""
        return json.dumps({"digest": self.digest, "stops": self.stops}, separators=(",", ":"))

    @classmethod
    def decode(cls, text: str) -> Traced:
        """Return what `encoded` wrote; raise ValueError for other text."""
        told = json.loads(text)
        return cls(str(told["digest"]), tuple(int(stop) for stop in told["stops"]))


class RenderTrace:
    """Listens to a render, phrase by phrase, before the mark; it lets no sound out."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.begin()

    def begin(self) -> None:
        """Forget an attempt that another one replaces."""
        self._hash = hashlib.sha256()
        self._stops: list[int] = []
        self._heard = 0

    def hear(self, place: int, piece: Signal) -> None:
        """Take the next ``piece`` of the phrase at ``place``."""
        levels = np.clip(np.rint(piece.samples[0] * np.float32(_FULL_SCALE)), -_FULL_SCALE, _FULL_SCALE - 1)
        self._hash.update(levels.astype("<i2").tobytes())
        self._heard += piece.num_samples
        while len(self._stops) <= place:
            self._stops.append(self._heard)
        self._stops[place] = self._heard

    def traced(self) -> Traced:
        """Return what was heard."""
        return Traced(self._hash.hexdigest(), tuple(self._stops))


def sentence_spans(traced: Traced, pauses: Sequence[float], sample_rate: int) -> list[tuple[int, int]]:
    """Return first and last sample of what is heard of each phrase, the pause after it (ms) left out."""
    starts = (0, *traced.stops[:-1])
    return [
        (start, max(start, stop - round(pause * sample_rate / 1000)))
        for start, stop, pause in zip(starts, traced.stops, pauses, strict=False)
    ]
