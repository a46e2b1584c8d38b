"""Streaming: a file of sound as a run of short signals, so that hours of it need no more memory than a minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.blocks import Block
from sayso.audio.salvage import Salvage
from sayso.audio.signal import Signal, concatenate

MAX_STREAM_S: Final = 24 * 3600.0


def stream(
    source: Path | bytes | Salvage, *, sample_rate: int | None = None, max_duration_s: float = MAX_STREAM_S
) -> Iterator[Signal]:
    """Yield the sound of a file, or of its bytes, in blocks of a few seconds, at ``sample_rate`` or the file's own.

    What is damaged or joined is read as far as it decodes; a `Salvage` given as the source tells what was skipped. Of
    a sound file one block after another is what `decode` and then `resample` give, to the resampler's rounding. No
    block has fewer channels than those before it: a part of fewer is repeated, a part of more widens what follows, so
    that no channel is mixed away; `joined` makes them one. Raise as `Salvage.blocks`.
    """
    salvage = source if isinstance(source, Salvage) else Salvage(source, max_duration_s=max_duration_s)
    return _uniform(salvage.blocks(), sample_rate)


def excerpt(source: Path | bytes, start_s: float, end_s: float, *, sample_rate: int) -> Signal:
    """Return what is heard between two moments, at ``sample_rate``; raise as `stream`. Only that much is held at once.

    What lies beyond the end of the sound is left out; of nothing at all comes one channel without samples.
    """
    first, last = round(start_s * sample_rate), round(end_s * sample_rate)
    place, kept = 0, list[Signal]()
    for block in stream(source, sample_rate=sample_rate):
        kept.append(Signal(block.samples[:, max(0, first - place) : max(0, last - place)], sample_rate))
        place += block.num_samples
        if place >= last:
            break
    return joined(kept) if kept else Signal(np.zeros((1, 0), dtype=np.float32), sample_rate)


def joined(blocks: Sequence[Signal]) -> Signal:
    """Return blocks of one rate as one signal, with the channels of the one that has most."""
    num_channels = max(block.num_channels for block in blocks)
    return concatenate([Signal(_widened(block.samples, num_channels), block.sample_rate) for block in blocks])


def _uniform(blocks: Iterable[Block], sample_rate: int | None) -> Iterator[Signal]:
    """Yield ``blocks`` at one rate, each with as many channels as any before it at least."""
    num_channels, rate_in, resampler = 0, 0, _Resampler(0, 0, 0)
    for samples, rate in blocks:
        sample_rate, channels_in, num_channels = sample_rate or rate, num_channels, max(num_channels, len(samples))
        if rate != rate_in or num_channels != channels_in:
            yield from resampler.end()
            rate_in, resampler = rate, _Resampler(rate, sample_rate, num_channels)
        yield from resampler.take(_widened(samples, num_channels))
    yield from resampler.end()


def _widened(samples: NDArray[np.float32], num_channels: int) -> NDArray[np.float32]:
    """Return ``samples`` with ``num_channels`` channels, those that are there repeated."""
    return samples if len(samples) == num_channels else np.resize(samples, (num_channels, samples.shape[1]))


class _Resampler:
    """Brings a run of blocks of one rate to another."""

    def __init__(self, rate: int, to: int, num_channels: int) -> None:
        import soxr  # noqa: PLC0415 - see resample

        self._to, self._num_channels = to, num_channels
        self._soxr = None if rate == to else soxr.ResampleStream(rate, to, num_channels, dtype="float32", quality="HQ")

    def take(self, samples: NDArray[np.float32]) -> Iterator[Signal]:
        """Yield what comes out for ``samples``, shape (channels, n)."""
        if self._soxr is None:
            yield Signal(np.ascontiguousarray(samples), self._to)
        else:
            yield from self._some(self._soxr.resample_chunk(np.ascontiguousarray(samples.T)))

    def end(self) -> Iterator[Signal]:
        """Yield what is left."""
        if self._soxr is not None:
            nothing = np.zeros((0, self._num_channels), dtype=np.float32)
            yield from self._some(self._soxr.resample_chunk(nothing, last=True))

    def _some(self, interleaved: NDArray[np.float32]) -> Iterator[Signal]:
        if len(interleaved):
            yield Signal(np.ascontiguousarray(interleaved.reshape(-1, self._num_channels).T), self._to)
