"""Live sound from one stream to another, block by block."""

from __future__ import annotations

from typing import BinaryIO, Final

import numpy as np

from sayso.restoration.live import LiveRepair

_BLOCK_S: Final = 0.02
_FULL_SCALE: Final = 32_768


def restore_live(source: BinaryIO, target: BinaryIO, sample_rate: int) -> None:
    """Repair 16-bit little-endian mono PCM from ``source`` into ``target`` as it comes, until it ends.

    Each 20 ms go out as soon as they are computed: `LiveRepair.latency_s` after they came, and the time to compute.
    """
    live = LiveRepair(sample_rate)
    size = 2 * max(1, round(_BLOCK_S * sample_rate))
    while data := source.read(size):
        whole = data[: len(data) // 2 * 2]
        _put(target, live.push(np.frombuffer(whole, "<i2").astype(np.float32) / np.float32(_FULL_SCALE)))
    _put(target, live.push(np.zeros(0, np.float32), last=True))


def _put(target: BinaryIO, samples: np.ndarray) -> None:
    levels = np.clip(np.rint(samples * np.float32(_FULL_SCALE)), -_FULL_SCALE, _FULL_SCALE - 1)
    target.write(levels.astype("<i2").tobytes())
    target.flush()
