"""Chains: what happens to a clip on its way, encoded and decoded in memory, so that a mark can be checked beforehand.

The codecs are FFmpeg's, through PyAV; mu-law needs none. What a build of it lacks is reported as not run, never as
passed.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.companding import companded
from sayso.audio.rates import resampled
from sayso.audio.signal import Signal
from sayso.mark.errors import ChainUnknown
from sayso.mark.pattern import CLOCK_HZ

_MU_LAW: Final = "pcm_mulaw"


@dataclass(frozen=True, slots=True)
class Chain:
    """One codec: its encoder and container in FFmpeg, bits a second (0: it has only one rate) and sample rate."""

    name: str
    encoder: str
    muxer: str
    bit_rate: int
    sample_rate: int

    @property
    def runs_here(self) -> bool:
        """Return whether this build of FFmpeg has the encoder; mu-law needs none, and reading back what is none."""
        return self.encoder in {"", _MU_LAW} or _has_encoder(self.encoder)

    def heard(self, signal: Signal) -> Signal:
        """Return ``signal``, mixed to mono, as it comes out: about as long, at the clock's rate, delay taken off."""
        mono = resampled(signal.mixed()[None], signal.sample_rate, CLOCK_HZ)
        if not self.encoder or mono.shape[1] == 0:
            return Signal(mono, CLOCK_HZ)
        sent = resampled(mono, CLOCK_HZ, self.sample_rate)[0]
        if self.encoder == _MU_LAW:  # sample by sample, without a delay
            return Signal(
                _fitted(resampled(companded(sent)[None], self.sample_rate, CLOCK_HZ), mono.shape[1]), CLOCK_HZ
            )
        back = resampled(_decoded(_encoded(sent, self), self)[None], self.sample_rate, CLOCK_HZ)[0]
        return Signal.mono(_in_place(back, mono[0]), CLOCK_HZ)


NONE: Final = Chain("none", "", "", 0, CLOCK_HZ)
CHAINS: Final = {
    chain.name: chain
    for chain in (
        NONE,
        Chain("mp3-64", "libmp3lame", "mp3", 64_000, 24_000),
        Chain("mp3-32", "libmp3lame", "mp3", 32_000, 24_000),
        Chain("aac-64", "aac", "adts", 64_000, 24_000),
        Chain("opus-24", "libopus", "ogg", 24_000, 24_000),
        Chain("opus-16", "libopus", "ogg", 16_000, 24_000),
        Chain("mu-law-8k", _MU_LAW, "wav", 0, 8_000),
        Chain("amr-nb-12.2", "libopencore_amrnb", "amr", 12_200, 8_000),
        Chain("amr-nb-7.4", "libopencore_amrnb", "amr", 7_400, 8_000),
    )
}

_LONGEST_DELAY_S: Final = 0.12


def chains_named(names: tuple[str, ...]) -> tuple[Chain, ...]:
    """Return the chains of these names, in order; raise `ChainUnknown`."""
    unknown = [name for name in names if name not in CHAINS]
    if unknown:
        told = ", ".join(repr(name[:40]) for name in unknown)
        raise ChainUnknown(f"got {told}, expected some of {', '.join(CHAINS)}")
    return tuple(CHAINS[name] for name in names)


@cache
def _has_encoder(name: str) -> bool:
    from av.codec import codecs_available  # noqa: PLC0415 - loads libraries that most commands do not need

    return name in codecs_available and _opens(name)


def _opens(name: str) -> bool:
    from av.codec import Codec  # noqa: PLC0415 - see _has_encoder
    from av.codec.codec import UnknownCodecError  # noqa: PLC0415 - see _has_encoder

    try:
        Codec(name, "w")
    except UnknownCodecError:
        return False
    return True


def _encoded(samples: NDArray[np.float32], chain: Chain) -> bytes:
    import av  # noqa: PLC0415 - see _has_encoder
    from av.audio.resampler import AudioResampler  # noqa: PLC0415 - see _has_encoder

    file = io.BytesIO()
    with av.open(file, "w", format=chain.muxer) as container:
        stream: Any = container.add_stream(chain.encoder, rate=chain.sample_rate, layout="mono")
        if chain.bit_rate:
            stream.bit_rate = chain.bit_rate
        context = stream.codec_context
        context.open()
        whole = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None]), format="fltp", layout="mono")
        whole.sample_rate, whole.pts = chain.sample_rate, 0
        cutter = AudioResampler(
            format=context.format, layout="mono", rate=chain.sample_rate, frame_size=context.frame_size or None
        )
        for frame in [*cutter.resample(whole), *cutter.resample(None)]:
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _decoded(data: bytes, chain: Chain) -> NDArray[np.float32]:
    import av  # noqa: PLC0415 - see _has_encoder
    from av.audio.resampler import AudioResampler  # noqa: PLC0415 - see _has_encoder

    with av.open(io.BytesIO(data), "r") as container:
        flat = AudioResampler(format="flt", layout="mono", rate=chain.sample_rate)
        frames = [piece for frame in container.decode(audio=0) for piece in flat.resample(frame)]
        frames += flat.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.float32)


def _fitted(back: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """Return ``back`` (channels, n), cut or filled up with silence to ``length``."""
    return np.pad(back[:, :length], ((0, 0), (0, max(0, length - back.shape[1]))))


def _in_place(back: NDArray[np.float32], sent: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``back`` moved to where it fits ``sent`` best, so that the mark need not be searched for."""
    most = round(_LONGEST_DELAY_S * CLOCK_HZ)
    size = 1 << (max(len(back), len(sent)) + most - 1).bit_length()
    fit = np.fft.irfft(np.fft.rfft(back, size) * np.fft.rfft(sent, size).conj(), size)
    delays = np.concatenate([np.arange(most), np.arange(-most, 0)])
    delay = int(delays[np.argmax(fit[delays])])
    placed = np.zeros(len(sent), dtype=np.float32)
    piece = back[max(delay, 0) :][: len(sent) + min(delay, 0)]
    placed[max(-delay, 0) :][: len(piece)] = piece
    return placed
