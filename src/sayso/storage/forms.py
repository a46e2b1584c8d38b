"""A sound to the bytes of a form and back, gapless: as many samples as went in, at the same rate, not shifted."""

from __future__ import annotations

from typing import Final

import numpy as np

from sayso.audio import Container, Signal, decode, encode
from sayso.audio.encode import Mastered
from sayso.audio.resample import resample
from sayso.storage.purpose import StorageForm

_FULL_SCALE: Final = 32_768
_OPUS_RATE: Final = 48_000
_BY_BANDS: Final = {"application": "lowdelay"}


def is_16_bit(signal: Signal) -> bool:
    """Return whether 16-bit PCM holds ``signal`` without loss."""
    levels = signal.samples * np.float32(_FULL_SCALE)
    return bool((levels == np.rint(levels)).all() and np.abs(levels + 0.5).max(initial=0) <= _FULL_SCALE - 0.5)


def packed_as(signal: Signal, form: StorageForm) -> bytes:
    """Return ``signal`` as the bytes of ``form``; raise what `encode` raises."""
    container = form.container or Container.FLAC
    if form.is_lossless:
        return encode(signal, container)
    bit_rate = form.bit_rate * signal.num_channels
    if form.by_bands:
        # Of sound at its own rate Opus keeps the levels of the bands with fewer bits.
        return encode(resample(signal, _OPUS_RATE), container, Mastered(bit_rate, options=_BY_BANDS))
    return encode(signal, container, Mastered(bit_rate))


def unpacked(data: bytes, sample_rate: int, num_samples: int) -> Signal:
    """Return the sound of ``data`` at the rate and length that it had; raise what `decode` raises."""
    found = decode(data)
    if found.sample_rate != sample_rate:
        found = resample(found, sample_rate)
    if found.num_samples == num_samples:
        return found
    fitted = np.zeros((found.num_channels, num_samples), np.float32)
    common = min(num_samples, found.num_samples)
    fitted[:, :common] = found.samples[:, :common]
    return Signal(fitted, sample_rate)


def written_as(signal: Signal, container: Container) -> bytes:
    """Return a recording as the bytes of a file to hand out; raise what `encode` raises."""
    return encode(signal, container)
