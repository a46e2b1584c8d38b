"""Encoding: a `Signal` to the bytes of a file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from sayso.audio.container import Container
from sayso.audio.errors import EmptyAudio, TooLong, TooManyChannels
from sayso.audio.resample import resample
from sayso.audio.signal import Signal

STREAMED: Final = frozenset({Container.WAV, Container.FLAC})
"""The containers that can be written block by block."""

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


@dataclass(frozen=True, slots=True)
class Mastered:
    """How a mastered file is written: bits a second in all (None: as `encode` has it), and its plain metadata."""

    bit_rate: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


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
    most = {Container.WAV: 1024, Container.FLAC: 8}.get(container, 2)
    if signal.num_channels > most:
        raise TooManyChannels(
            f"got {signal.num_channels} channels, expected at most {most} for {container}; mix it down first"
        )
    if container in _CODECS:
        return _encode_packets(signal, _CODECS[container], mastered or Mastered())
    return _encode_pcm(signal, container)


def _encode_pcm(signal: Signal, container: Container) -> bytes:
    import soundfile  # noqa: PLC0415 - loads a library that most commands do not need

    if container is Container.WAV and signal.samples.size * 2 > _MAX_WAV_BYTES:
        raise TooLong("got more sound than a WAV file can hold (4 GiB); cut it into parts or use FLAC")
    levels = np.clip(np.rint(signal.samples * np.float32(_FULL_SCALE)), -_FULL_SCALE, _FULL_SCALE - 1)
    file = io.BytesIO()
    soundfile.write(
        file, levels.T.astype(np.int16), signal.sample_rate, subtype="PCM_16", format=container.value.upper()
    )
    return file.getvalue()


def _encode_packets(signal: Signal, codec: _Codec, mastered: Mastered) -> bytes:
    import av  # noqa: PLC0415 - loads libraries that most commands do not need

    rate = next((r for r in codec.sample_rates if r >= signal.sample_rate), codec.sample_rates[-1])
    signal = resample(signal, rate)
    file = io.BytesIO()
    # The edit list of an M4A file tells where the sound ends in units of the movie's time scale: samples, then.
    options = {"movie_timescale": str(rate)} if codec.muxer == "ipod" else {}
    with av.open(file, "w", format=codec.muxer, options=options) as container:
        container.metadata.update(mastered.metadata)
        stream: Any = container.add_stream(codec.encoder, rate=rate)
        stream.layout = "mono" if signal.num_channels == 1 else "stereo"
        stream.bit_rate = mastered.bit_rate or codec.bit_rate * (signal.num_channels if codec.a_channel else 1)
        for frame in _frames(signal, stream.codec_context):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _frames(signal: Signal, context: Any) -> Any:
    """Return the signal cut into frames of the encoder's own length and sample format."""
    from av import AudioFrame  # noqa: PLC0415 - see _encode_packets
    from av.audio.resampler import AudioResampler  # noqa: PLC0415 - see _encode_packets

    context.open()
    whole = AudioFrame.from_ndarray(np.ascontiguousarray(signal.samples), format="fltp", layout=context.layout.name)
    whole.sample_rate = signal.sample_rate
    whole.pts = 0
    cutter = AudioResampler(
        format=context.format, layout=context.layout, rate=signal.sample_rate, frame_size=context.frame_size
    )
    return [*cutter.resample(whole), *cutter.resample(None)]


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
