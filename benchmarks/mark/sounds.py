"""Sounds that are no speech: music and noise, made here or recorded, to see what a detector makes of them."""

from __future__ import annotations

import numpy as np
import soundfile
import soxr
from clips import root
from synthetic import RATE_HZ

MINOR, MAJOR = (0, 3, 7, 10), (0, 4, 7, 11)
CHORDS = ((0, MAJOR), (9, MINOR), (5, MAJOR), (7, MAJOR), (2, MINOR), (4, MINOR))


def music(seconds: float, seed: int) -> np.ndarray:
    """Return a little tune: chords of plucked tones, a bass, a melody and drums, at 80 to 140 beats a minute."""
    rng = np.random.default_rng([3, seed])
    total = round(seconds * RATE_HZ)
    beat = round(RATE_HZ * 60 / rng.uniform(80, 140))
    sound = np.zeros(total + 4 * beat)
    key_hz = 110 * 2 ** (rng.integers(12) / 12)
    for number, start in enumerate(range(0, total, beat)):
        root_step, steps = CHORDS[(number // 4 + seed) % len(CHORDS)]
        if number % 2 == 0:
            for step in steps:
                _add(sound, start, _tone(key_hz * 2 ** ((root_step + step) / 12), 2 * beat, 3.0, rng))
        _add(sound, start, 1.5 * _tone(key_hz / 2 * 2 ** (root_step / 12), beat, 2.0, rng))
        melody = rng.choice((0, 2, 4, 7, 9, 12))
        for half in range(rng.integers(1, 3)):
            _add(sound, start + half * beat // 2, _tone(2 * key_hz * 2 ** (melody / 12), beat // 2, 4.0, rng))
        _add(sound, start, 2 * _drum(beat, 40.0 if number % 2 else 12.0, rng, low=number % 2 == 0))
        _add(sound, start + beat // 2, 0.7 * _drum(beat // 2, 90.0, rng, low=False))
    return _levelled(sound[:total])


def noise(seconds: float, seed: int) -> np.ndarray:
    """Return white, pink, brown, humming or recorded noise, by turns; parts of recordings where they are at hand."""
    rng = np.random.default_rng([4, seed])
    total = round(seconds * RATE_HZ)
    kind = seed % 5
    recorded = sorted((root() / "noise").glob("*.flac"))
    if kind == 4 and recorded:
        samples, rate = soundfile.read(recorded[seed // 5 % len(recorded)], dtype="float32", always_2d=True)
        samples = np.resize(soxr.resample(samples[:, 0], rate, RATE_HZ), 2 * total + RATE_HZ)
        start = int(rng.integers(samples.size - total))
        return _levelled(samples[start : start + total])
    hz = np.maximum(np.fft.rfftfreq(total, 1 / RATE_HZ), 20.0)
    spectrum = np.fft.rfft(rng.standard_normal(total)) / hz ** (0, 0.5, 1, 0.5, 0.5)[kind]
    sound = np.fft.irfft(spectrum, total)
    if kind == 3:
        time_s = np.arange(total) / RATE_HZ
        hum = sum(np.sin(2 * np.pi * 50 * part * time_s + rng.uniform(0, 6)) / part for part in range(1, 20))
        sound = sound / np.std(sound) + 3 * hum
    return _levelled(sound)


def _tone(hz: float, length: int, decay: float, rng: np.random.Generator) -> np.ndarray:
    time_s = np.arange(length) / RATE_HZ
    bright = rng.uniform(0.8, 1.6)
    parts = (np.sin(2 * np.pi * hz * part * time_s) * np.exp(-part * time_s) / part**bright for part in range(1, 13))
    return np.exp(-decay * time_s) * sum(parts)


def _drum(length: int, decay: float, rng: np.random.Generator, *, low: bool) -> np.ndarray:
    time_s = np.arange(length) / RATE_HZ
    hit = np.sin(2 * np.pi * 60 * time_s * np.exp(-4 * time_s)) if low else rng.standard_normal(length)
    return np.exp(-decay * time_s) * hit


def _add(sound: np.ndarray, start: int, part: np.ndarray) -> None:
    stop = min(sound.size, start + part.size)
    sound[start:stop] += part[: max(0, stop - start)]


def _levelled(sound: np.ndarray) -> np.ndarray:
    return (0.1 * sound / max(float(np.std(sound)), 1e-9)).clip(-1, 1).astype(np.float32)
