"""Speed, tempo, pitch, cuts and jitter."""

from __future__ import annotations

import numpy as np
import soxr

from attacks import channels, codecs
from attacks.registry import RATE_HZ, Context, NotRun, package


def jitter(samples, share, context: Context):
    """Drop ``share`` of the samples and repeat as many others, at random."""
    rng = context.rng()
    keep = np.delete(np.arange(samples.size), rng.choice(samples.size, round(share * samples.size), replace=False))
    again = rng.choice(keep.size, samples.size - keep.size, replace=False)
    return samples[np.sort(np.concatenate([keep, keep[again]]))]


def speed(samples, factor, _context):
    return soxr.resample(samples, round(100_000 * factor), 100_000)


def stretch(samples, parameter, _context):
    """Signalsmith Stretch: ``parameter`` is (tempo, cents)."""
    tempo, cents = parameter
    package("python_stretch")
    from python_stretch import Signalsmith

    machine = Signalsmith.Stretch()
    machine.preset(1, RATE_HZ)
    machine.setTimeFactor(tempo)
    machine.setTransposeSemitones(cents / 100)
    return machine.process(np.array(samples[None], dtype=np.float32))[0]  # a copy: it takes nothing read-only


def overlap_add(samples, tempo, _context):
    """FFmpeg's atempo (WSOLA), as players use for faster speech."""
    return _through_filter(samples, "atempo", f"{tempo}")


def trimmed(samples, _parameter, _context):
    """FFmpeg's silenceremove: each pause below -40 dB (RMS of 20 ms) longer than 0.3 s is cut down to 0.1 s.

    As podcast editors truncate silence; at -16 LUFS, -40 dB lies some 25 dB below speech. The silence before the first
    word goes too.
    """
    pauses = "stop_periods=-1:stop_duration=0.3:stop_silence=0.1:stop_threshold=-40dB"
    return _through_filter(
        samples, "silenceremove", f"start_periods=1:start_threshold=-40dB:{pauses}:detection=rms:window=0.02"
    )


def podcast(samples, chain, context: Context):
    """Normalise to -16 LUFS, truncate silences, then pass through the codecs of ``chain``."""
    return codecs.codec(trimmed(channels.loudness(samples, -16, context), "", context), chain, context)


def _through_filter(samples, name: str, arguments: str):
    """Return ``samples`` after one of FFmpeg's audio filters."""
    import av

    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=RATE_HZ, format="flt", layout="mono", time_base="1/24000")
    change, sink = graph.add(name, arguments), graph.add("abuffersink")
    source.link_to(change)
    change.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None], dtype=np.float32), "flt", "mono")
    frame.sample_rate, frame.pts = RATE_HZ, 0
    graph.push(frame)
    graph.push(None)
    out = []
    while True:
        try:
            out.append(graph.pull().to_ndarray().reshape(-1))
        except (av.error.EOFError, av.error.BlockingIOError):
            return np.concatenate(out).astype(np.float32)


def crop(samples, seconds, _context):
    length = min(samples.size, round(seconds * RATE_HZ))
    start = (samples.size - length) // 2
    return samples[start : start + length]


def splice(samples, seconds, context: Context):
    """Put ``seconds`` of the marked clip in the middle of unmarked speech of others."""
    if not context.others:
        raise NotRun("no other clips")
    return np.concatenate([context.others[0], crop(samples, seconds, context), context.others[-1]])


def cut_and_join(samples, kind, context: Context):
    """Trim silences, drop 50 ms each second, or put the thirds into another order."""
    if kind == "silence":
        step = 480
        level = np.array([np.std(samples[at : at + step]) for at in range(0, samples.size, step)])
        return np.concatenate([samples[k * step :][:step] for k in np.flatnonzero(level > 0.03 * level.max())])
    if kind == "each second":
        parts = [samples[at : at + RATE_HZ - 1200] for at in range(0, samples.size, RATE_HZ)]
        return np.concatenate(parts)
    first, second, third = np.array_split(samples, 3)
    del context
    return np.concatenate([second, third, first])
