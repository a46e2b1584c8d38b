"""Decoding: a file of sound, or its bytes, to a `Signal`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sayso.audio.blocks import joined
from sayso.audio.signal import Signal
from sayso.audio.source import blocks_of

MAX_DURATION_S: Final = 6 * 3600.0


def decode(source: Path | bytes, *, max_duration_s: float = MAX_DURATION_S) -> Signal:
    """Return the sound of a WAV, AIFF, FLAC, MP3, AAC, M4A, MP4, Ogg, Opus or WebM file, or of its bytes.

    All channels and the sample rate are kept (Opus is 48,000 Hz by RFC 7845). The delay and padding that encoders add
    are taken off wherever the container tells them. Memory stays bounded: what is longer than ``max_duration_s``
    is refused by its header, or else as soon as the limit is passed.

    Raises
    ------
    AudioNotFound, AudioUnreadable : no such file, or no right to read it
    EmptyAudio : no bytes, no audio stream or no samples
    UnknownFormat : none of the formats above
    CorruptAudio : damaged, or cut off: fewer samples than declared
    TooLong : longer than ``max_duration_s``
    MalformedSignal : a sample rate outside 8,000 to 192,000 Hz
    """
    samples, sample_rate = joined(blocks_of(source, max_duration_s=max_duration_s))
    return Signal(samples, sample_rate)
