"""Live repair: sound in, sound out, block by block, with a latency that is known.

What needs the whole recording (the plan, its measures) is left out: an enhancer alone takes noise and talkers away, and
a share of the sound as it came is mixed in, as much later.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import MAX_SAMPLE_RATE, MIN_SAMPLE_RATE, MalformedSignal
from sayso.restoration.enhancers import enhancer

SHARE: Final = 0.95

Floats = NDArray[np.float32]


class LiveRepair:
    """A run over live sound of one channel at ``sample_rate``."""

    def __init__(self, sample_rate: int, *, name: str = "hush", share: float = SHARE) -> None:
        """``name`` is an enhancer; ``share`` of its sound is mixed with the rest of the sound as it came.

        Raise `MalformedSignal` for a rate outside 8,000 to 192,000 Hz, and what `enhancer` raises.
        """
        if not MIN_SAMPLE_RATE <= sample_rate <= MAX_SAMPLE_RATE:
            raise MalformedSignal(
                f"got {sample_rate} Hz, expected {MIN_SAMPLE_RATE} to {MAX_SAMPLE_RATE} Hz; name the rate of the sound"
            )
        import soxr  # noqa: PLC0415 - loads a library that most commands do not need

        found = enhancer(name)
        self.sample_rate, self._share = sample_rate, np.float32(share)
        self._run = found.stream()
        same = sample_rate == found.sample_rate
        self._down = None if same else soxr.ResampleStream(sample_rate, found.sample_rate, 1, dtype="float32")
        self._up = None if same else soxr.ResampleStream(found.sample_rate, sample_rate, 1, dtype="float32")
        self._scale = sample_rate / found.sample_rate
        self._waiting = np.zeros(0, np.float32)
        self._dry = np.zeros(self.delay, np.float32)
        self._begun = 0

    @property
    def delay(self) -> int:
        """Return by how many samples the sound of the enhancer is later than what went in."""
        return round(self._run.delay * self._scale)

    @property
    def latency_s(self) -> float:
        """Return the seconds from a sound going in to its coming out, without those of resampler and computer."""
        return (self._run.delay + self._run.hop) * self._scale / self.sample_rate

    def push(self, samples: Floats, *, last: bool = False) -> Floats:
        """Return what comes out for ``samples``; with ``last`` all that is left. As much comes out as went in."""
        self._dry = np.concatenate([self._dry, samples])
        low = samples if self._down is None else self._down.resample_chunk(samples, last=last)
        self._waiting = np.concatenate([self._waiting, low])
        size = self._waiting.size // self._run.hop * self._run.hop
        if last and self._waiting.size:
            size = -(-(self._waiting.size + self._run.delay) // self._run.hop) * self._run.hop
            self._waiting = np.pad(self._waiting, (0, max(0, size - self._waiting.size)))
        fed, self._waiting = self._waiting[:size], self._waiting[size:]
        made = self._run.push(fed) if fed.size else fed
        made = made if self._up is None else self._up.resample_chunk(made, last=last)
        return self._trimmed(self._mixed(made), last=last)

    def _mixed(self, made: Floats) -> Floats:
        size = min(made.size, self._dry.size)
        dry, self._dry = self._dry[:size], self._dry[size:]
        return self._share * made[:size] + (1 - self._share) * dry

    def _trimmed(self, made: Floats, *, last: bool) -> Floats:
        """Return ``made`` without the silence at the start that the delay brings."""
        cut = min(made.size, max(self.delay - self._begun, 0))
        self._begun += made.size
        if last and self._dry.size:
            made = np.concatenate([made, (1 - self._share) * self._dry])  # what a resampler kept back
        return made[cut:]
