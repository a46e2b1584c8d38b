"""Real codecs, encoded and decoded in memory; their delay is left in, as it is in the world."""

from __future__ import annotations

import io

import av
import numpy as np
import soundfile
import soxr

from attacks.registry import RATE_HZ, NotRun, package

CODECS = {
    "mp3": ("mp3", "libmp3lame", RATE_HZ),
    "aac": ("adts", "aac", RATE_HZ),
    "opus": ("ogg", "libopus", RATE_HZ),
    "amr-nb": ("amr", "libopencore_amrnb", 8_000),
    "gsm": ("gsm", "libgsm", 8_000),
}


def codec(samples, parameter, _context):
    """Pass through (codec, bits a second), or through several one after another."""
    for name, kbps in [parameter] if isinstance(parameter[0], str) else parameter:
        samples = vorbis(samples, kbps) if name == "vorbis" else through(samples, name, kbps)
    return samples


def vorbis(samples: np.ndarray, kbps: float) -> np.ndarray:
    """Return ``samples`` after libvorbis, through libsndfile, at the quality that comes nearest to ``kbps``."""
    low, high, best = 0.0, 1.0, None
    for _ in range(6):
        file = io.BytesIO()
        level = (low + high) / 2
        soundfile.write(file, samples, RATE_HZ, format="OGG", subtype="VORBIS", compression_level=level)
        rate = file.tell() * 8 * RATE_HZ / samples.size / 1000
        if best is None or abs(rate - kbps) < best[0]:
            best = abs(rate - kbps), file.getvalue()
        low, high = (level, high) if rate > kbps else (low, level)
    return soundfile.read(io.BytesIO(best[1]), dtype="float32")[0]


def through(samples: np.ndarray, name: str, kbps: float) -> np.ndarray:
    """Return ``samples`` after one pass through a codec; raise `NotRun` where FFmpeg was built without it."""
    container, encoder, rate = CODECS[name]
    try:
        av.codec.Codec(encoder, "w")
    except Exception:  # noqa: BLE001 - its type differs between versions of PyAV
        raise NotRun(f"no encoder {encoder} in this build of FFmpeg") from None
    file = io.BytesIO()
    with av.open(file, "w", format=container) as writer:
        stream = writer.add_stream(encoder, rate=rate, layout="mono")
        stream.bit_rate = round(1000 * kbps)
        frame = av.AudioFrame.from_ndarray(_pcm(soxr.resample(samples, RATE_HZ, rate))[None], "s16", "mono")
        frame.sample_rate, frame.pts = rate, 0
        resampler = av.AudioResampler(format=stream.codec_context.format or "s16", layout="mono", rate=rate)
        fifo = av.AudioFifo()
        for piece in resampler.resample(frame):
            fifo.write(piece)
        size = 160 if name == "amr-nb" else 1152
        while fifo.samples:
            for packet in stream.encode(fifo.read(min(size, fifo.samples))):
                writer.mux(packet)
        for packet in stream.encode(None):
            writer.mux(packet)
    file.seek(0)
    with av.open(file) as reader:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
        frames = [piece for frame in reader.decode(audio=0) for piece in resampler.resample(frame)]
        frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def _pcm(samples: np.ndarray) -> np.ndarray:
    return np.clip(np.round(samples * 32767), -32768, 32767).astype(np.int16)


def codec2(samples, mode, _context):
    package("pycodec2")
    import pycodec2

    coder = pycodec2.Codec2(mode)
    line = _pcm(soxr.resample(samples, RATE_HZ, 8_000))
    size = coder.samples_per_frame()
    frames = [coder.decode(coder.encode(line[at : at + size])) for at in range(0, line.size - size + 1, size)]
    return soxr.resample(np.concatenate(frames).astype(np.float32) / 32768, 8_000, RATE_HZ)


def neural_codec(_samples, name, _context):
    raise NotRun(f"no weights of {name} at hand")
