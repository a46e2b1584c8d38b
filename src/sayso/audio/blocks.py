"""Blocks: a sound in pieces of a few seconds, as it comes out of a decoder, and how much of it is taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.errors import RateTooLow, TooLong

Block = tuple[NDArray[np.float32], int]
"""Samples of shape (channels, n), and their rate."""

BLOCK_VALUES: Final = 1 << 18

_LOWEST_HZ: Final = 2_000
"""Below it there is no speech, and a small file would grow to hours of samples at the rate of detection."""

_MAX_VALUES_PER_S: Final = (
    96_000  # two channels at 48 kHz: bounds the memory of a small file that decodes to a huge one
)


def gathered(frames: Iterable[Block]) -> Iterator[Block]:
    """Yield ``frames`` in larger blocks, each of one rate and number of channels: 20 ms are not worth a block."""
    waiting: list[NDArray[np.float32]] = []
    held = rate = 0
    for samples, new_rate in frames:
        if held and (len(samples), new_rate) != (len(waiting[0]), rate):  # a damaged frame says that it is stereo
            yield np.concatenate(waiting, axis=1), rate
            waiting, held = [], 0
        rate = new_rate
        waiting.append(samples)
        held += samples.size
        if held >= BLOCK_VALUES:
            yield np.concatenate(waiting, axis=1), rate
            waiting, held = [], 0
    if held:
        yield np.concatenate(waiting, axis=1), rate


def joined(blocks: Iterable[Block]) -> Block:
    """Return ``blocks`` (one at least, of one rate) as one; little more memory is held than the sound takes."""
    held = list(blocks)
    rate = held[0][1]
    waiting = [samples for samples, _ in held]
    del held
    whole = np.empty((len(waiting[0]), sum(samples.shape[1] for samples in waiting)), dtype=np.float32)
    waiting.reverse()
    done = 0
    while waiting:
        samples = waiting.pop()  # freed as soon as it is copied: the pages of the whole are taken one by one
        whole[:, done : done + samples.shape[1]] = samples
        done += samples.shape[1]
    return whole, rate


class Limit:
    """The longest duration that is taken."""

    def __init__(self, max_duration_s: float) -> None:
        """Take the longest duration."""
        self.max_duration_s = max_duration_s

    def check(self, num_samples: int, sample_rate: int, num_channels: int) -> None:
        """Raise `TooLong` if this is too long, or too much to hold, `RateTooLow` if its rate is that of no sound."""
        if sample_rate < _LOWEST_HZ:
            raise RateTooLow(f"got {sample_rate} samples a second, expected at least {_LOWEST_HZ:,}")
        duration_s = num_samples / max(sample_rate, 1)
        if duration_s > self.max_duration_s:
            raise TooLong(
                f"got {duration_s:,.0f} s of sound or more, expected at most {self.max_duration_s:,.0f} s; "
                "cut it into parts"
            )
        if num_samples * num_channels > self.max_duration_s * _MAX_VALUES_PER_S:
            raise TooLong(
                f"got {duration_s:,.0f} s of sound in {num_channels} channels at {sample_rate} Hz, which is more than "
                f"{self.max_duration_s:,.0f} s of two at 48,000 Hz; mix it down or cut it into parts"
            )
