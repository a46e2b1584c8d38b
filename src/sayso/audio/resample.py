"""Resampling."""

from __future__ import annotations

import numpy as np

from sayso.audio.signal import MAX_SAMPLE_RATE, MIN_SAMPLE_RATE, MalformedSignal, Signal


def resample(signal: Signal, sample_rate: int) -> Signal:
    """Return ``signal`` at ``sample_rate`` Hz: its band kept, nothing aliased, not shifted in time (soxr, HQ).

    The length is ``num_samples * sample_rate / signal.sample_rate``, rounded. The same rate gives the same signal.
    Raise `MalformedSignal` for a rate outside 8,000 to 192,000 Hz.
    """
    if not MIN_SAMPLE_RATE <= sample_rate <= MAX_SAMPLE_RATE:
        raise MalformedSignal(f"got {sample_rate} Hz, expected {MIN_SAMPLE_RATE} to {MAX_SAMPLE_RATE} Hz")
    if sample_rate == signal.sample_rate:
        return signal
    import soxr  # noqa: PLC0415 - loads a library that most commands do not need

    channels = [soxr.resample(channel, signal.sample_rate, sample_rate, quality="HQ") for channel in signal.samples]
    return Signal(channels[0][np.newaxis] if len(channels) == 1 else np.stack(channels), sample_rate)
