"""Blocks: a sound in pieces of a few seconds, as it comes out of a decoder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

Block = tuple[NDArray[np.float32], int]
"""Samples of shape (channels, n), and their rate."""

BLOCK_VALUES: Final = 1 << 18


def gathered(frames: Iterable[Block]) -> Iterator[Block]:
    """Yield ``frames`` in larger blocks: 20 ms are not worth a block of their own."""
    waiting: list[NDArray[np.float32]] = []
    held = rate = 0
    for samples, rate in frames:
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
