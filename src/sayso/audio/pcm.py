"""PCM through libsndfile, which is fastest for it and exact about where Ogg Vorbis ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from sayso.audio.blocks import BLOCK_VALUES, Block, Limit
from sayso.audio.container import AudioFormat
from sayso.audio.errors import AGAIN, CorruptAudio
from sayso.audio.header import check_ogg_whole, check_wav_whole


def pcm_blocks(file: BinaryIO, form: AudioFormat, limit: Limit) -> Iterator[Block]:
    """Yield the sound of ``file``; raise `CorruptAudio` (cut off, too) and `TooLong`."""
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
