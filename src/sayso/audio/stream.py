"""Streaming: a file of sound as a run of short signals, so that hours of it need no more memory than a minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal
from sayso.audio.source import blocks_of

MAX_STREAM_S: Final = 24 * 3600.0


def stream(
    source: Path | bytes, *, sample_rate: int | None = None, max_duration_s: float = MAX_STREAM_S
) -> Iterator[Signal]:
    """Yield the sound of a file, or of its bytes, in blocks of a few seconds, at ``sample_rate`` or the file's own.

    One after another the blocks are what `decode` and then `resample` give, to the resampler's rounding. What is wrong
    with the file is raised as by `decode`, but damage only where it is met: blocks before it may have been yielded.
    """
    blocks = (
        Signal(np.ascontiguousarray(samples), rate)
        for samples, rate in blocks_of(source, max_duration_s=max_duration_s)
    )
    return blocks if sample_rate is None else _resampled(blocks, sample_rate)


def excerpt(source: Path | bytes, start_s: float, end_s: float, *, sample_rate: int) -> Signal:
    """Return what is heard between two moments, at ``sample_rate``; raise as `stream`. Only that much is held at once.

    What lies beyond the end of the sound is left out; of nothing at all comes one channel without samples.
    """
    first, last = round(start_s * sample_rate), round(end_s * sample_rate)
    place, kept = 0, list[np.ndarray]()
    for block in stream(source, sample_rate=sample_rate):
        kept.append(block.samples[:, max(0, first - place) : max(0, last - place)])
        place += block.num_samples
        if place >= last:
            break
    return Signal(np.concatenate(kept, axis=1) if kept else np.zeros((1, 0), dtype=np.float32), sample_rate)


def _resampled(blocks: Iterable[Signal], sample_rate: int) -> Iterator[Signal]:
    import soxr  # noqa: PLC0415 - see resample

    resampler, channels = None, 1
    for block in blocks:
        if block.sample_rate == sample_rate:
            yield block
            continue
        if resampler is None:
            resampler = soxr.ResampleStream(
                block.sample_rate, sample_rate, block.num_channels, dtype="float32", quality="HQ"
            )
        yield from _some(resampler.resample_chunk(np.ascontiguousarray(block.samples.T)), sample_rate)
        channels = block.num_channels
    if resampler is not None:
        rest = resampler.resample_chunk(np.zeros((0, channels), dtype=np.float32), last=True)
        yield from _some(rest, sample_rate)


def _some(interleaved: NDArray[np.float32], sample_rate: int) -> Iterator[Signal]:
    if len(interleaved):
        yield Signal(np.ascontiguousarray(interleaved.T), sample_rate)
