"""The source of a sound: a file, or its bytes, and the blocks of sound in it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from sayso.audio.blocks import BLOCK_VALUES, Block, Limit
from sayso.audio.container import AudioFormat, id3_size, sniff
from sayso.audio.errors import AGAIN, AudioNotFound, AudioUnreadable, CorruptAudio, EmptyAudio, UnknownFormat
from sayso.audio.header import check_ogg_whole, check_wav_whole, is_endless_flac
from sayso.audio.packets import packet_blocks
from sayso.audio.signal import MAX_SAMPLE

_HEAD: Final = 256
_PCM: Final = frozenset({AudioFormat.WAV, AudioFormat.AIFF, AudioFormat.FLAC})


def blocks_of(source: Path | bytes, *, max_duration_s: float) -> Iterator[Block]:
    """Yield the sound of ``source`` block by block, at least one sample in all.

    What is wrong with it is raised as `sayso.audio.decode` tells; damage only where it is met.
    """
    with opened(source) as file:
        head = _head_of(file)
        form = sniff(head)
        limit = Limit(max_duration_s)
        is_pcm = form in _PCM or (form is AudioFormat.OGG and b"\x01vorbis" in head)
        is_pcm = is_pcm and not (form is AudioFormat.FLAC and is_endless_flac(head))
        blocks = pcm_blocks(file, form, limit) if is_pcm else packet_blocks(file, form, head, limit)
        is_empty = True
        for samples, sample_rate in blocks:
            if not (np.abs(samples) <= MAX_SAMPLE).all():
                raise CorruptAudio(f"got samples that are not finite or beyond {MAX_SAMPLE:g}, expected +-1; {AGAIN}")
            is_empty = is_empty and samples.shape[1] == 0
            yield samples, sample_rate
        if is_empty:
            raise EmptyAudio("got a file without a single sample, expected sound; record it again")


def pcm_blocks(file: BinaryIO, form: AudioFormat, limit: Limit) -> Iterator[Block]:
    """Yield the sound of ``file`` through libsndfile, which is fastest for PCM and exact about where Ogg Vorbis ends.

    Raise `CorruptAudio` (cut off, too) and `TooLong`.
    """
    import soundfile  # noqa: PLC0415 - loads a library that most commands do not need

    if form is AudioFormat.WAV:
        check_wav_whole(file)
    if form is AudioFormat.OGG:
        check_ogg_whole(file)
    file.seek(0)
    try:
        with soundfile.SoundFile(file) as sound:
            limit.check(sound.frames, sound.samplerate, sound.channels)
            done = 0
            while done < sound.frames:
                block = sound.read(max(1, BLOCK_VALUES // sound.channels), "float32", always_2d=True)
                if len(block) == 0:
                    raise CorruptAudio(
                        f"got a file cut off: it declares {sound.frames} samples and holds {done}; {AGAIN}"
                    )
                done += len(block)
                yield block.T, sound.samplerate
    except soundfile.LibsndfileError as error:
        raise CorruptAudio(f"got a damaged {form.upper()} file ({error.error_string.rstrip('.')}); {AGAIN}") from None


@contextlib.contextmanager
def opened(source: Path | bytes) -> Iterator[BinaryIO]:
    """Yield ``source`` as a file; raise `AudioNotFound` or `AudioUnreadable`."""
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    try:
        if source.is_fifo() or source.is_char_device() or source.is_socket():
            raise UnknownFormat(f"got {source}, a pipe or a device, expected an audio file; write it to a file first")
        file = source.open("rb")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise AudioNotFound(f"got {source}, expected an audio file: {(error.strerror or '').lower()}") from None
    except OSError as error:
        raise AudioUnreadable(f"could not read {source}: {error.strerror or error}; check who may read it") from error
    with file:
        yield file


def _head_of(file: BinaryIO) -> bytes:
    """Return the first bytes of the sound, after any ID3v2 tags, and leave ``file`` at its start."""
    start = 0
    while True:
        file.seek(start)
        head = file.read(_HEAD)
        if not head:
            raise EmptyAudio("got an empty file, expected sound; record it again" if start == 0 else "")
        size = id3_size(head)
        if size == 0:
            file.seek(0)
            return head
        start += size
