"""Everything compressed, through FFmpeg."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.blocks import Block, Limit, gathered
from sayso.audio.container import AudioFormat
from sayso.audio.errors import AGAIN, CorruptAudio, EmptyAudio
from sayso.audio.header import check_ogg_whole, declares_length

MOST_PLANES: Final = 7
"""PyAV looks for the planes of a frame until there is none, and a frame has places for eight (AV_NUM_DATA_POINTERS): of
one with eight or more it reads beyond their end. Such frames come packed into one plane."""

_SLACK_S: Final = 0.1  # containers round their durations to milliseconds and frames


def packet_blocks(file: BinaryIO, form: AudioFormat, head: bytes, limit: Limit) -> Iterator[Block]:
    """Yield the sound of ``file``; raise `EmptyAudio` (no stream of sound), `CorruptAudio` and `TooLong`."""
    import av  # noqa: PLC0415 - loads libraries that most commands do not need

    if form is AudioFormat.OGG:
        check_ogg_whole(file)
    file.seek(0)
    try:
        with av.open(file, format=form.value, metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise EmptyAudio(f"got a {form.name} file without an audio stream, expected sound")
            trusted = form is not AudioFormat.AAC and (form is not AudioFormat.MP3 or declares_length(head))
            declared_s = _declared_s(container) if trusted else 0.0
            # FFmpeg knows where the sound ends (edit list, LAME header) but plays the padding after it, too.
            cut = declared_s > 0 and form in {AudioFormat.MP3, AudioFormat.MP4}
            yield from gathered(_frames(container, limit, declared_s=declared_s, cut=cut))
    except av.error.FFmpegError as error:
        raise CorruptAudio(f"got a damaged {form.name} file ({error.strerror}); {AGAIN}") from None


def _frames(container: Any, limit: Limit, *, declared_s: float, cut: bool) -> Iterator[Block]:
    """Yield the samples of each frame, without the padding after the declared end where it is to be ``cut``."""
    stream_ = container.streams.audio[0]
    context = stream_.codec_context
    if context is None:
        raise CorruptAudio(f"got sound in a codec that no decoder knows; {AGAIN}")
    sample_rate, num_channels = context.sample_rate, context.channels
    limit.check(int(declared_s * sample_rate), sample_rate, num_channels)
    end = round(declared_s * sample_rate)
    done = 0
    for frame, samples in unpacked(container.decode(stream_)):
        if frame.sample_rate != sample_rate or frame.layout.nb_channels != num_channels:
            raise CorruptAudio(f"got a file that changes its rate or channels on the way; {AGAIN}")
        limit.check(done + frame.samples, sample_rate, num_channels)
        yield samples[:, : max(0, end - done)] if cut else samples, sample_rate
        done += frame.samples
    if done < (declared_s - _SLACK_S) * sample_rate:
        raise CorruptAudio(
            f"got a file cut off: it declares {declared_s:.2f} s and holds {done / sample_rate:.2f} s; {AGAIN}"
        )


def _declared_s(container: Any) -> float:
    """Return the length that the file declares for its first audio stream, 0.0 where it declares none."""
    stream = container.streams.audio[0]
    if stream.duration is not None:
        return float(stream.duration * stream.time_base)
    if len(container.streams) > 1:
        return 0.0  # a film, perhaps, that outlasts its sound
    # The container's length counts from its first time stamp, the delay of the codec included.
    start_s = float((stream.start_time or 0) * stream.time_base)
    return max(0.0, (container.duration or 0) / 1_000_000 - start_s)


def unpacked(frames: Any) -> Iterator[tuple[Any, NDArray[np.float32]]]:
    """Yield the frames as float32, each with its samples, of shape (channels, n)."""
    from av.audio.resampler import AudioResampler  # noqa: PLC0415 - see packet_blocks

    converters = {"fltp": AudioResampler(format="fltp"), "flt": AudioResampler(format="flt")}
    for frame in frames:
        form = "fltp" if frame.layout.nb_channels <= MOST_PLANES else "flt"
        for each in [frame] if frame.format.name == form else converters[form].resample(frame):
            samples = np.asarray(each.to_ndarray(), dtype=np.float32)
            yield each, samples if form == "fltp" else samples.reshape(-1, each.layout.nb_channels).T
