"""Live: a pattern worked into sound that is heard while it is made, with at most 40 ms of delay.

Sound comes in pieces of any size and leaves as soon as nothing that follows can change it: two steps of the pattern's
clock at a time (see `stepwise`). Between the rate of the sound and that of the clock only the difference is converted.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.rates import conversion
from sayso.mark.pattern import CLOCK_HZ
from sayso.mark.stepwise import DELAY_SAMPLES, STEP_SAMPLES, Stepwise

LATENCY_S: Final = 0.040
"""No sample depends on a sample later than this, at any rate; at 24 kHz it is 32 ms (tests/mark/test_live.py)."""

SILENT_RUN_S: Final = 0.002
"""Digital silence at least so long stays as it is; shorter runs of zeros are crossings."""


class Live:
    """One clip on its way through; call `push` for one piece after another, then `finish`."""

    def __init__(self, stepwise: Stepwise, *, sample_rate: int, num_channels: int) -> None:
        """Take what works the pattern in, and the form of the sound."""
        self._stepwise = stepwise
        self._to_clock = conversion(sample_rate, CLOCK_HZ)
        self._to_host = conversion(CLOCK_HZ, sample_rate)
        self._silent_run = round(SILENT_RUN_S * sample_rate)
        self._host = _Span(num_channels, lead=max(self._to_clock.reach, self._silent_run), stop=0)
        self._change = _Span(num_channels, lead=self._to_host.reach, stop=-DELAY_SAMPLES)
        self._clocked = 0
        self._done = 0

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take (channels, n) samples; return those that are done, shape (channels, m), in order, without a gap."""
        self._host.append(samples)
        done = [self._host.between(0, 0)]
        while self._to_clock.needed(self._clocked + STEP_SAMPLES) <= self._host.stop:
            done.append(self._step())
        return np.concatenate(done, axis=1)

    def finish(self) -> NDArray[np.float32]:
        """Return what is still on its way, as if silence followed."""
        total = self._host.stop
        rest = [self._host.between(0, 0)]
        silence = np.zeros((rest[0].shape[0], STEP_SAMPLES), dtype=np.float32)
        while self._done < total:
            rest.append(self.push(silence))
        done = np.concatenate(rest, axis=1)
        return done[:, : done.shape[1] - (self._done - total)]

    def _step(self) -> NDArray[np.float32]:
        stop = self._clocked + STEP_SAMPLES
        clocked = self._to_clock.between(self._host.samples, self._host.start, first=self._clocked, stop=stop)
        self._change.append(self._stepwise.step(clocked))
        self._clocked = stop
        first, until = self._done, self._to_host.ready(self._change.stop)
        change = self._to_host.between(self._change.samples, self._change.start, first=first, stop=until)
        inside = slice(self._silent_run, -self._silent_run)
        around = self._host.between(first - self._silent_run, until + self._silent_run)
        padded = np.zeros_like(around)
        padded[:, inside] = change
        done = added(around, padded, self._silent_run)[:, inside]
        self._done = until
        self._host.drop_until(min(until - self._silent_run, self._to_clock.first_needed(stop)))
        self._change.drop_until(self._to_host.first_needed(until))
        return done


class _Span:
    """Samples of a clip from ``start`` to ``stop``, of which it begins with ``lead`` of silence."""

    def __init__(self, num_channels: int, *, lead: int, stop: int) -> None:
        self.samples = np.zeros((num_channels, lead), dtype=np.float32)
        self.start = stop - lead

    @property
    def stop(self) -> int:
        return self.start + self.samples.shape[1]

    def append(self, samples: NDArray[np.float32]) -> None:
        self.samples = np.concatenate([self.samples, samples], axis=1)

    def between(self, first: int, stop: int) -> NDArray[np.float32]:
        return self.samples[:, first - self.start : stop - self.start]

    def drop_until(self, first: int) -> None:
        self.samples = self.samples[:, first - self.start :]
        self.start = first


def added(host: NDArray[np.float32], change: NDArray[np.float32], silent_run: int) -> NDArray[np.float32]:
    """Return host and change together: silence is kept, and nothing is driven over full scale that was not."""
    is_sound = host.any(axis=0)
    if not is_sound.all():
        edges = np.flatnonzero(np.diff((~is_sound).astype(np.int8), prepend=0, append=0))
        change = change.copy()
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            if end - begin >= silent_run:
                change[:, begin:end] = 0
    ceiling = np.maximum(np.abs(host), 1)
    return np.asarray(np.clip(host + change, -ceiling, ceiling))
