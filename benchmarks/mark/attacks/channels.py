"""Levels, rates, filters, noise, rooms and lines."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
import soxr
from scipy.signal import butter, fftconvolve, sosfilt

from attacks.registry import RATE_HZ, Context, NotRun


def untouched(samples, _parameter, _context):
    return samples


def polarity(samples, _parameter, _context):
    return -samples


def shift(samples, seconds, context: Context):
    """Delay by ``seconds``, or cut the beginning where negative; "frame": by a random part of a frame."""
    if seconds == "frame":
        return samples[int(context.rng().integers(512)) :]
    count = round(abs(seconds) * RATE_HZ)
    return samples[count:] if seconds < 0 else np.concatenate([np.zeros(count, dtype=np.float32), samples])


def gain(samples, factor, _context):
    return factor * samples


def clip(samples, over_db, _context):
    """Raise to ``over_db`` above full scale and clip."""
    return np.clip(samples / np.abs(samples).max() * 10 ** (over_db / 20), -1, 1)


def resample(samples, rate, _context):
    return soxr.resample(soxr.resample(samples, RATE_HZ, rate), rate, RATE_HZ)


def depth(samples, bits, _context):
    """Round to ``bits``; "mu-law": to 8 bit mu-law at 8 kHz."""
    if bits == "mu-law":
        return soxr.resample(_mu_law(soxr.resample(samples, RATE_HZ, 8_000)), 8_000, RATE_HZ)
    return np.round(samples * 2 ** (bits - 1)) / 2 ** (bits - 1)


def _mu_law(line):
    line = np.clip(line, -1, 1)
    law = np.round(np.sign(line) * np.log1p(255 * np.abs(line)) / np.log(256) * 127) / 127
    return (np.sign(law) * (256 ** np.abs(law) - 1) / 255).astype(np.float32)


def telephone(samples, _parameter, _context):
    line = sosfilt(butter(4, (300, 3_400), "band", fs=8_000, output="sos"), soxr.resample(samples, RATE_HZ, 8_000))
    return soxr.resample(_mu_law(line), 8_000, RATE_HZ)


def _with(samples, noise, snr_db):
    noise = np.resize(noise, samples.size).astype(np.float32)
    return samples + noise * np.sqrt(np.mean(samples**2) / np.mean(noise**2) / 10 ** (snr_db / 10))


def white(samples, snr_db, context: Context):
    return _with(samples, context.rng().standard_normal(samples.size), snr_db)


@cache
def _recorded(folder: str) -> list[np.ndarray]:
    root = Path(os.environ.get("SAYSO_SPEECH", "../shared/speech")) / folder
    sounds = []
    for path in sorted(root.glob("*.flac")):
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        sounds.append(soxr.resample(samples[:, 0], rate, RATE_HZ))
    return sounds


def background(samples, snr_db, context: Context):
    """Mix with a recorded noise."""
    noises = _recorded("noise")
    if not noises:
        raise NotRun("no recorded noise in SAYSO_SPEECH")
    return _with(samples, noises[context.seed % len(noises)], snr_db)


def babble(samples, snr_db, context: Context):
    """Mix with up to six other talkers."""
    if not context.others:
        raise NotRun("no other clips")
    talkers = [np.resize(one, samples.size) / max(float(np.std(one)), 1e-6) for one in context.others[:6]]
    return _with(samples, np.sum(talkers, axis=0), snr_db)


def music(samples, snr_db, context: Context):
    """Mix with chords of plucked tones and a beat, made here: no recorded music is at hand."""
    rng, time_s = context.rng(), np.arange(samples.size) / RATE_HZ
    bed = np.zeros(samples.size)
    for start in range(0, samples.size, RATE_HZ // 2):
        since = np.maximum(time_s - start / RATE_HZ, 0)
        on = (time_s * RATE_HZ >= start) * np.exp(-3 * since)
        root = 110 * 2 ** (rng.integers(12) / 12)
        for ratio in (1, 1.26, 1.5, 2):
            for harmonic in range(1, 9):
                bed += on * np.sin(2 * np.pi * root * ratio * harmonic * since) / harmonic
        bed += 2 * on * np.exp(-40 * since) * rng.standard_normal(samples.size)
    return _with(samples, bed, snr_db)


def _filtered(samples, order, cut, kind):
    return sosfilt(butter(order, cut, kind, fs=RATE_HZ, output="sos"), samples)


def low_pass(samples, cut_hz, _context):
    return _filtered(samples, 6, cut_hz, "low")


def high_pass(samples, cut_hz, _context):
    return _filtered(samples, 4, cut_hz, "high")


def equaliser(samples, most_db, context: Context):
    """Random gains at 18 points of a scale like Bark's."""
    hz, points = np.fft.rfftfreq(samples.size, 1 / RATE_HZ), np.geomspace(80, 12_000, 18)
    gain_db = np.interp(hz, points, context.rng().uniform(-most_db, most_db, points.size))
    return np.fft.irfft(np.fft.rfft(samples) * 10 ** (gain_db / 20), samples.size)


def _envelope_db(samples, seconds):
    smooth = butter(1, 1 / seconds, "low", fs=RATE_HZ, output="sos")
    return 10 * np.log10(np.maximum(sosfilt(smooth, samples**2), 1e-9))


def dynamics(samples, parameter, _context):
    """("compress", threshold dB), ("expand", threshold dB) or ("agc", target dB)."""
    kind, level_db = parameter
    over = _envelope_db(samples / np.abs(samples).max(), 0.3 if kind == "agc" else 0.02) - level_db
    slope = {"compress": -0.75 * np.maximum(over, 0), "expand": np.minimum(over, 0), "agc": -0.8 * over}[kind]
    return samples * 10 ** (np.clip(slope, -30, 24) / 20)


def loudness(samples, target_lufs, _context):
    """Normalise to ``target_lufs`` and limit peaks at -1 dB with a look-ahead of 5 ms."""
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    from sayso.audio import integrated_loudness
    from sayso.audio.signal import Signal

    loud = samples * 10 ** ((target_lufs - integrated_loudness(Signal.mono(samples, RATE_HZ))) / 20)
    safe = np.minimum(1, 0.89 / np.maximum(np.abs(loud), 1e-9))
    return loud * uniform_filter1d(minimum_filter1d(safe, 241), 121)


def echo(samples, parameter, _context):
    volume, delay_s = parameter
    delay = round(delay_s * RATE_HZ)
    return samples + volume * np.concatenate([np.zeros(delay), samples])[: samples.size]


def room(samples, parameter, context: Context):
    """(reverberation time s, direct-to-reverberant ratio dB) of noise that dies away, or "recorded"."""
    if parameter == "recorded":
        rooms = _recorded("rir")
        if not rooms:
            raise NotRun("no recorded rooms in SAYSO_SPEECH")
        return fftconvolve(samples, rooms[context.seed % len(rooms)])
    rt60_s, drr_db = parameter
    time_s = np.arange(round(1.2 * rt60_s * RATE_HZ)) / RATE_HZ
    tail = context.rng().standard_normal(time_s.size) * 10 ** (-3 * time_s / rt60_s)
    tail *= 10 ** (-drr_db / 20) / np.sqrt(np.sum(tail**2))
    return fftconvolve(samples, np.concatenate([[1.0], np.zeros(60), tail]))[: samples.size]


def smooth(samples, length, _context):
    return np.convolve(samples, np.hanning(length + 2)[1:-1] / np.hanning(length + 2).sum(), "same")


def rerecord(samples, metres, context: Context):
    """Play in a room and record at ``metres``: device filters, room, noise at 25 dB, clocks 100 ppm apart."""
    samples = soxr.resample(samples, 1_000_000, 1_000_100)
    samples = _filtered(samples, 2, (180, 7_500), "band")
    samples = equaliser(samples, 4, context)
    samples = room(samples, (0.4, {0.3: 10, 1: 3, 3: -4}[metres]), context)
    return white(samples, 25, context)
