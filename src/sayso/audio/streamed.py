"""Encoding while sound is made: each piece of sound becomes bytes at once, and all bytes together are a valid file.

A file whose length is not known yet says so: WAV with the sizes 0xFFFFFFFF, FLAC with 0 samples (RFC 9639 section 8.2),
MP3 without a Xing header. Opus comes in pages of one packet, so that none waits for a second to fill.
"""

from __future__ import annotations

import io
import struct
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal

_FULL_SCALE: Final = 32_768
_UNKNOWN: Final = 0xFFFF_FFFF


class StreamFormat(StrEnum):
    """A form in which sound leaves while it is made."""

    MP3 = "mp3"
    OPUS = "opus"
    AAC = "aac"
    FLAC = "flac"
    WAV = "wav"
    PCM = "pcm"

    @property
    def media_type(self) -> str:
        """Return the media type, as HTTP names it."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES: Final = {
    StreamFormat.MP3: "audio/mpeg",
    StreamFormat.OPUS: "audio/ogg",
    StreamFormat.AAC: "audio/aac",
    StreamFormat.FLAC: "audio/flac",
    StreamFormat.WAV: "audio/wav",
    StreamFormat.PCM: "audio/pcm",
}

_ENCODERS: Final[dict[StreamFormat, tuple[str, str, int, dict[str, str]]]] = {
    StreamFormat.MP3: ("mp3", "libmp3lame", 128_000, {"write_xing": "0", "id3v2_version": "0"}),
    StreamFormat.OPUS: ("ogg", "libopus", 48_000, {"page_duration": "1"}),
    StreamFormat.AAC: ("adts", "aac", 96_000, {}),
    StreamFormat.FLAC: ("flac", "flac", 0, {}),
}
"""Muxer, encoder, bits a second (0: without loss) and the muxer's options."""


class StreamEncoder:
    """One sound on its way into one file; call `push` for each piece, then `finish`."""

    def __init__(self, form: StreamFormat, *, sample_rate: int, num_channels: int = 1) -> None:
        """Take the form, and the form of the sound: Hz, and 1 or 2 channels."""
        self._form, self._rate, self._channels = form, sample_rate, num_channels
        self._packets: _Packets | None = None
        self._has_begun = False

    def push(self, signal: Signal) -> bytes:
        """Return the bytes that are ready once ``signal`` is taken; the first ones begin the file."""
        return self._start() + (_pcm(signal) if self._packets is None else self._packets.push(signal.samples))

    def finish(self) -> bytes:
        """Return the rest of the file."""
        return self._start() + (b"" if self._packets is None else self._packets.finish())

    def _start(self) -> bytes:
        if self._has_begun:
            return b""
        self._has_begun = True
        if self._form in _ENCODERS:
            self._packets = _Packets(self._form, sample_rate=self._rate, num_channels=self._channels)
        return _wav_header(self._rate, self._channels) if self._form is StreamFormat.WAV else b""


def _pcm(signal: Signal) -> bytes:
    levels = np.clip(np.rint(signal.samples * np.float32(_FULL_SCALE)), -_FULL_SCALE, _FULL_SCALE - 1)
    return bytes(levels.T.astype("<i2").tobytes())


def _wav_header(rate: int, channels: int) -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, 2 * channels * rate, 2 * channels, 16)
    return struct.pack("<4sI4s", b"RIFF", _UNKNOWN, b"WAVE") + form + struct.pack("<4sI", b"data", _UNKNOWN)


class _Packets:
    """Sound through FFmpeg's encoder and muxer, whose bytes are taken out after each piece."""

    def __init__(self, form: StreamFormat, *, sample_rate: int, num_channels: int) -> None:
        import av  # noqa: PLC0415 - loads libraries that most commands do not need

        muxer, encoder, bit_rate, options = _ENCODERS[form]
        self._file = _Outflow()
        self._out = av.open(
            self._file, "w", format=muxer, options={**options, "flush_packets": "1"}, container_options={}
        )
        stream: Any = self._out.add_stream(encoder, rate=sample_rate)
        stream.layout = "mono" if num_channels == 1 else "stereo"
        if bit_rate:
            stream.bit_rate = bit_rate
        self._stream = stream
        context: Any = self._stream.codec_context
        if form is StreamFormat.FLAC:
            context.options = {"frame_size": "1024"}
        context.open()
        self._rate, self._layout = sample_rate, context.layout.name
        self._cutter = av.AudioResampler(
            format=context.format, layout=context.layout, rate=sample_rate, frame_size=context.frame_size or 1024
        )
        self._place = 0

    def push(self, samples: NDArray[np.float32]) -> bytes:
        from av import AudioFrame  # noqa: PLC0415 - see __init__

        if samples.shape[1]:
            frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=self._layout)
            frame.sample_rate, frame.pts = self._rate, self._place
            self._place += samples.shape[1]
            self._mux(self._cutter.resample(frame))
        return self._file.taken()

    def finish(self) -> bytes:
        self._mux([*self._cutter.resample(None), None])
        self._out.close()
        return self._file.taken()

    def _mux(self, frames: list[Any]) -> None:
        for frame in frames:
            self._out.mux(self._stream.encode(frame))


class _Outflow(io.RawIOBase):
    """A file that cannot be gone back in: what is written to it is taken once."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)
