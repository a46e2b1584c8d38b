"""Encoding: a `Signal` to the bytes of a file."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from sayso.audio.container import Container
from sayso.audio.errors import EmptyAudio, TooLong, TooManyChannels
from sayso.audio.resample import resample
from sayso.audio.signal import Signal

_FULL_SCALE: Final = 32_768
_MAX_WAV_BYTES: Final = 0xFFFF_FFFF - 64  # RIFF counts bytes with 32 bits


@dataclass(frozen=True, slots=True)
class _Codec:
    """How a container is written through FFmpeg: muxer, encoder, bits a second, and the rates that it takes."""

    muxer: str
    encoder: str
    bit_rate: int
    a_channel: bool
    sample_rates: tuple[int, ...]


_MPEG_RATES: Final = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_CODECS: Final = {
    Container.MP3: _Codec("mp3", "libmp3lame", bit_rate=128_000, a_channel=False, sample_rates=_MPEG_RATES),
    Container.M4A: _Codec("ipod", "aac", bit_rate=96_000, a_channel=True, sample_rates=_MPEG_RATES),
    Container.OPUS: _Codec(
        "ogg", "libopus", bit_rate=48_000, a_channel=True, sample_rates=(8_000, 12_000, 16_000, 24_000, 48_000)
    ),
}


_BLOCK_SAMPLES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Mastered:
    """How a mastered file is written: bits a second in all (None: as `encode` has it), and its plain metadata.

    ``options`` are FFmpeg's, of the encoder.
    """

    bit_rate: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)


def encode(signal: Signal, container: Container, mastered: Mastered | None = None) -> bytes:
    """Return ``signal`` as the bytes of a file; ``mastered`` names another bit rate, and title, artist and the like.

    WAV and FLAC hold 16-bit PCM, rounded to nearest without dither, so that ``decode`` gives back what was encoded to
    half a step, digital silence stays digital silence, and encoding again changes nothing; values beyond full scale are
    clipped. MP3 is 128 kbit/s constant, M4A is AAC at 96 and Opus at 48 kbit/s a channel; a rate that the codec does
    not know is raised to the next that it knows.

    Raises
    ------
    EmptyAudio : no samples
    TooManyChannels : more than 2 channels for MP3, M4A and Opus, 8 for FLAC
    TooLong : more than a WAV file can count
    """
    if signal.num_samples == 0:
        raise EmptyAudio("got a signal without samples, expected sound")
    _check_channels(signal, container)
    if container in _CODECS:
        return _encode_packets(signal, _CODECS[container], mastered or Mastered())
    file = io.BytesIO()
    _write_pcm(file, _blocks(signal), container)
    return file.getvalue()


def _blocks(signal: Signal) -> Iterator[Signal]:
    """Yield the signal in blocks, so that what is written of it needs little memory beside it."""
    for start in range(0, signal.num_samples, _BLOCK_SAMPLES):
        yield signal.slice(start, start + _BLOCK_SAMPLES)


def _check_channels(signal: Signal, container: Container) -> None:
    most = {Container.WAV: 1024, Container.FLAC: 8}.get(container, 2)
    if signal.num_channels > most:
        raise TooManyChannels(
            f"got {signal.num_channels} channels, expected at most {most} for {container}; mix it down first"
        )


def _encode_packets(signal: Signal, codec: _Codec, mastered: Mastered) -> bytes:
    rate = next((r for r in codec.sample_rates if r >= signal.sample_rate), codec.sample_rates[-1])
    file = io.BytesIO()
    _write_packets(file, _blocks(resample(signal, rate)), codec, mastered)
    return file.getvalue()


def _write_packets(target: Path | BinaryIO, blocks: Iterator[Signal], codec: _Codec, mastered: Mastered) -> int:
    """Write ``blocks`` through FFmpeg and return the samples of one channel that came."""
    import av  # noqa: PLC0415 - loads libraries that most commands do not need

    first = next(blocks)
    rate = next((r for r in codec.sample_rates if r >= first.sample_rate), codec.sample_rates[-1])
    # The edit list of an M4A file tells where the sound ends in units of the movie's time scale: samples, then.
    options = {"movie_timescale": str(rate)} if codec.muxer == "ipod" else {}
    count = 0
    with av.open(target, "w", format=codec.muxer, options=options) as container:
        container.metadata.update(mastered.metadata)
        stream: Any = container.add_stream(codec.encoder, rate=rate)
        stream.options = dict(mastered.options)
        stream.layout = "mono" if first.num_channels == 1 else "stereo"
        stream.bit_rate = mastered.bit_rate or codec.bit_rate * (first.num_channels if codec.a_channel else 1)
        cut = _Frames(stream.codec_context)
        for block in itertools.chain([first], blocks):
            count += block.num_samples
            container.mux([packet for frame in cut.of(block) for packet in stream.encode(frame)])
        container.mux([packet for frame in cut.rest() for packet in stream.encode(frame)])
        container.mux(stream.encode(None))
    return count


class _Frames:
    """Cuts blocks of sound into frames of an encoder's own length, rate and sample format."""

    def __init__(self, context: Any) -> None:
        from av.audio.resampler import AudioResampler  # noqa: PLC0415 - see _write_packets

        context.open()
        self._layout = context.layout
        self._cutter = AudioResampler(
            format=context.format, layout=context.layout, rate=context.sample_rate, frame_size=context.frame_size
        )
        self._count = 0

    def of(self, block: Signal) -> list[Any]:
        """Return the frames that are full with ``block``."""
        from av import AudioFrame  # noqa: PLC0415 - see _write_packets

        whole = AudioFrame.from_ndarray(np.ascontiguousarray(block.samples), format="fltp", layout=self._layout.name)
        whole.sample_rate, whole.pts = block.sample_rate, self._count
        self._count += block.num_samples
        return list(self._cutter.resample(whole))

    def rest(self) -> list[Any]:
        """Return the last frame, which may be short."""
        return list(self._cutter.resample(None))


def write_blocks(target: Path | BinaryIO, blocks: Iterable[Signal], container: Container) -> int:
    """Write ``blocks``, all of one rate and number of channels, to ``target``; return the samples of one channel.

    The file is the one that `encode` makes of all blocks together, but that a rate that the codec does not know is
    raised by FFmpeg as the sound comes. A file at ``target`` is a draft: it is not whole until this returns.

    Raises
    ------
    EmptyAudio : no samples
    TooManyChannels : more than 2 channels for MP3, M4A and Opus, 8 for FLAC
    TooLong : more than a WAV file can count
    """
    coming = (block for block in blocks if block.num_samples)
    first = next(coming, None)
    if first is None:
        raise EmptyAudio("got a signal without samples, expected sound")
    _check_channels(first, container)
    whole = itertools.chain([first], coming)
    if container in _CODECS:
        return _write_packets(target, whole, _CODECS[container], Mastered())
    return _write_pcm(target, whole, container)


def _write_pcm(target: Path | BinaryIO, blocks: Iterator[Signal], container: Container) -> int:
    import soundfile  # noqa: PLC0415 - loads a library that most commands do not need

    first, count = next(blocks), 0
    form = container.value.upper()
    with soundfile.SoundFile(target, "w", first.sample_rate, first.num_channels, "PCM_16", format=form) as file:
        for block in itertools.chain([first], blocks):
            count += block.num_samples
            if container is Container.WAV and count * block.num_channels * 2 > _MAX_WAV_BYTES:
                raise TooLong("got more sound than a WAV file can hold (4 GiB); cut it into parts or use FLAC")
            levels = np.clip(np.rint(block.samples * np.float32(_FULL_SCALE)), -_FULL_SCALE, _FULL_SCALE - 1)
            file.write(levels.T.astype(np.int16))
    return count
