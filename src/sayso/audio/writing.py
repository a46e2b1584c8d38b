"""Writing: sound that comes block by block, as PCM, so that hours of it need no more memory than a block."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np

from sayso.audio.container import Container
from sayso.audio.errors import EmptyAudio, TooLong
from sayso.audio.signal import Signal

STREAMED: Final = frozenset({Container.WAV, Container.FLAC})
"""The containers that can be written block by block."""

_FULL_SCALE: Final = 32_768
_MAX_WAV_BYTES: Final = 0xFFFF_FFFF - 64


def write_blocks(path: Path, blocks: Iterable[Signal], container: Container) -> int:
    """Write ``blocks``, all of one rate and number of channels, to ``path`` as 16-bit PCM; return the samples of one.

    As `encode` does, values beyond full scale are clipped. ``path`` is a draft: it is not whole until this returns.

    Raises
    ------
    EmptyAudio : no samples
    TooLong : more than a WAV file can count
    """
    import soundfile  # noqa: PLC0415 - loads a library that most commands do not need

    file, count = None, 0
    try:
        for block in blocks:
            if file is None:
                file = soundfile.SoundFile(
                    path, "w", block.sample_rate, block.num_channels, "PCM_16", format=container.value.upper()
                )
            count += block.num_samples
            if container is Container.WAV and count * block.num_channels * 2 > _MAX_WAV_BYTES:
                raise TooLong("got more sound than a WAV file can hold (4 GiB); cut it into parts or use FLAC")
            levels = np.clip(np.rint(block.samples * np.float32(_FULL_SCALE)), -_FULL_SCALE, _FULL_SCALE - 1)
            file.write(levels.T.astype(np.int16))
    finally:
        if file is not None:
            file.close()
    if not count:
        raise EmptyAudio("got a signal without samples, expected sound")
    return count
