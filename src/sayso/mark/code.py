"""The error-correcting code: a tail-biting convolutional code of rate 1/3, decoded from soft bits.

Tail-biting (the encoder starts in the state in which it ends) spends no bits on a tail, which at 80 bits would cost
0.6 dB. Decoding is the wrap-around Viterbi algorithm (Shao, Lin, Fossorier 2003) with a list: each end state offers
its survivor, and the checksum picks.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

CONSTRAINT: Final = 14
GENERATORS: Final = (0o21645, 0o35661, 0o37133)
"""Larsen 1973, table I: free distance 26, the largest at this length and rate."""

RATE: Final = len(GENERATORS)
_STATES: Final = 1 << (CONSTRAINT - 1)


def encode(bits: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Return the code word of ``bits`` as +1 and -1 (a bit 0 is +1), shape (RATE * len(bits),)."""
    taps = np.array([[(g >> shift) & 1 for shift in range(CONSTRAINT)] for g in GENERATORS], dtype=np.uint8)
    # Column k of the history is the input k steps earlier, around the circle.
    history = np.stack([np.roll(bits, k) for k in range(CONSTRAINT)], axis=1)
    parity = (history @ taps[:, ::-1].T) & 1
    return (1 - 2 * parity.astype(np.int8)).reshape(-1)


def candidates(soft: NDArray[np.float32], *, count: int) -> Iterator[NDArray[np.uint8]]:
    """Yield up to ``count`` decodings of ``soft`` (positive means +1), the likeliest first, without repeats."""
    length = soft.size // RATE
    branch = soft.reshape(length, RATE) @ _signs().T  # the gain of each of the 2^RATE outputs, at each step
    gains = branch.take(_outputs(), axis=1)
    metric = np.zeros(_STATES, dtype=np.float32)
    choices = np.empty((length, _STATES), dtype=bool)
    ways = np.empty((4, _STATES // 2), dtype=np.float32)  # made once: to make it at each step costs as much as to fill
    for step in range(2 * length):
        _step(metric, gains[step % length], choices[step % length], ways)
    seen: set[bytes] = set()
    for state in np.argsort(-metric)[:count]:
        bits = _trace(choices, int(state), length)
        if bits.tobytes() not in seen:
            seen.add(bits.tobytes())
            yield bits


def _step(
    metric: NDArray[np.float32], gain: NDArray[np.float32], choice: NDArray[np.bool_], ways: NDArray[np.float32]
) -> None:
    """Put into ``metric`` that of each state after one more step, and into ``choice`` which of two ways is the better.

    State = the last K-1 inputs, newest on top. Successors of p are p >> 1 and that with the top bit set, so the two
    ways into a state come from neighbours 2q and 2q + 1. All generators have their first and last tap, so that another
    newest or oldest input turns each bit of the output: ``gain`` is that of the way from 2q to q, the others follow.
    ``ways`` is room for the metric of each way.
    """
    half = _STATES // 2
    even, odd = metric[::2], metric[1::2]
    np.add(even, gain, out=ways[0])
    np.subtract(odd, gain, out=ways[1])
    np.subtract(even, gain, out=ways[2])
    np.add(odd, gain, out=ways[3])
    for low, (first, second) in ((0, ways[:2]), (half, ways[2:])):
        np.greater(second, first, out=choice[low : low + half])
        np.maximum(first, second, out=metric[low : low + half])


def _trace(choices: NDArray[np.bool_], state: int, length: int) -> NDArray[np.uint8]:
    """Return the inputs of the last ``length`` steps, of which ``choices`` tells, of the survivor in ``state``."""
    bits = np.empty(length, dtype=np.uint8)
    half = _STATES // 2
    for step in range(length - 1, -1, -1):
        bits[step] = state >= half
        state = 2 * (state % half) + int(choices[step, state])
    return bits


@cache
def _outputs() -> NDArray[np.intp]:
    """Return the output (3 bits as a number) on the way from each even state 2q into state q, shape (states / 2,)."""
    register = 2 * np.arange(_STATES // 2)  # the newest input on top, the oldest at the bottom
    word = np.zeros_like(register)
    for generator in GENERATORS:
        word = (word << 1) | (np.bitwise_count(register & generator) & 1)
    return word


@cache
def _signs() -> NDArray[np.float32]:
    """Return the +1 and -1 of each output word, shape (2^RATE, RATE)."""
    words = np.arange(1 << RATE)
    return np.stack([1 - 2 * ((words >> (RATE - 1 - k)) & 1) for k in range(RATE)], axis=1).astype(np.float32)
