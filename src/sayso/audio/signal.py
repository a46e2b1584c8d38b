"""The `Signal`: the only form in which audio passes between rooms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from sayso.errors import Invalid
from sayso.units import samples_to_ms

MIN_SAMPLE_RATE: Final = 8_000
MAX_SAMPLE_RATE: Final = 192_000
MAX_SAMPLE: Final = 1e6
"""What no sound reaches, full scale being 1.0; powers of it still fit a float32."""

_INVERTED: Final = -0.5


class MalformedSignal(Invalid):
    """The samples are not a signal."""


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """Sound: float32 samples of shape (channels, samples), full scale 1.0, read-only, at ``sample_rate`` Hz.

    Raises
    ------
    MalformedSignal : wrong type or shape, a value not finite or beyond `MAX_SAMPLE`, a rate outside 8,000 to 192,000 Hz
    """

    samples: NDArray[np.float32]
    sample_rate: int

    def __post_init__(self) -> None:
        """Check the samples and freeze them."""
        samples = self.samples
        if samples.dtype != np.float32 or samples.ndim != 2 or samples.shape[0] == 0:
            raise MalformedSignal(
                f"got {samples.dtype} of shape {samples.shape}, expected float32 of shape (channels, samples)"
            )
        if not MIN_SAMPLE_RATE <= self.sample_rate <= MAX_SAMPLE_RATE:
            raise MalformedSignal(f"got {self.sample_rate} Hz, expected {MIN_SAMPLE_RATE} to {MAX_SAMPLE_RATE} Hz")
        if not (samples.max(initial=0.0) <= MAX_SAMPLE and samples.min(initial=0.0) >= -MAX_SAMPLE):
            raise MalformedSignal(f"got samples that are not finite or beyond {MAX_SAMPLE:g}, expected +-1")
        frozen = np.ascontiguousarray(samples).view()
        frozen.flags.writeable = False
        object.__setattr__(self, "samples", frozen)

    @classmethod
    def mono(cls, samples: NDArray[np.floating], sample_rate: int) -> Self:
        """Return a one-channel signal of ``samples``, shape (samples,)."""
        return cls(np.asarray(samples, dtype=np.float32).reshape(1, -1), sample_rate)

    @property
    def num_channels(self) -> int:
        """Return the number of channels."""
        return int(self.samples.shape[0])

    @property
    def num_samples(self) -> int:
        """Return the number of samples a channel."""
        return int(self.samples.shape[1])

    @property
    def duration_s(self) -> float:
        """Return the length in seconds."""
        return self.num_samples / self.sample_rate

    @property
    def duration_ms(self) -> int:
        """Return the length in whole milliseconds, rounded up."""
        return samples_to_ms(self.num_samples, self.sample_rate)

    def mixed(self) -> NDArray[np.float32]:
        """Return the mean of the channels, shape (samples,)."""
        if self.num_channels == 1:
            return self.samples.reshape(-1)
        return np.asarray(self.samples.mean(axis=0), dtype=np.float32)

    def mixed_in_phase(self) -> NDArray[np.float32]:
        """Return the mean of the channels, those turned over that run against the loudest, shape (samples,).

        A recording with one channel inverted is the same recording: a plain mean of it would be silence.
        """
        if self.num_channels == 1:
            return self.samples.reshape(-1)
        loudest = self.samples[int(np.argmax(np.square(self.samples).sum(axis=1)))]
        signs = [-1.0 if _correlation(loudest, channel) < _INVERTED else 1.0 for channel in self.samples]
        return np.asarray(np.array(signs, dtype=np.float32) @ self.samples / self.num_channels, dtype=np.float32)

    def slice(self, start: int, stop: int) -> Self:
        """Return the samples from ``start`` up to ``stop``."""
        return type(self)(self.samples[:, start:stop], self.sample_rate)


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    scale = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(np.dot(one, other)) / scale if scale > 0 else 0.0


def concatenate(signals: Sequence[Signal]) -> Signal:
    """Return the signals one after another; raise `MalformedSignal` unless they share rate and channels."""
    if len({(s.sample_rate, s.num_channels) for s in signals}) != 1:
        raise MalformedSignal(
            "got no signals or signals of different rates or channels, expected at least one, all alike"
        )
    return Signal(np.concatenate([s.samples for s in signals], axis=1), signals[0].sample_rate)
