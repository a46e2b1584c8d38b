"""The statistics of real and synthetic clips, plain and through codecs, noise and rooms; kept in .bench."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.signal import fftconvolve
from spoofs import KEPT, KINDS, RATE, ROOT, clips

from sayso.audio import Container, Signal, decode, encode
from sayso.audio.resample import resample
from sayso.enrollment.traces import LEAST_S, traces
from sayso.voices.gate import speech_of

CONDITIONS = ("plain", "mp3", "opus", "noise", "room", "resampled")
CHANGED = 2
"""Conditions of each clip beside its plain form."""


NAMES = ("kinds", "who", "groups", "parts", "conditions", "numbers")


@dataclass(frozen=True)
class Heard:
    """What was measured: of each row its kind, who it is parted by, its group, part and condition, and the numbers."""

    kinds: np.ndarray
    who: np.ndarray
    groups: np.ndarray
    parts: np.ndarray
    conditions: np.ndarray
    numbers: np.ndarray

    def of(self, chosen):
        return Heard(*(getattr(self, name)[chosen] for name in NAMES))


def heard(kinds=("real", *KINDS)):
    """Return the statistics of every clip of ``kinds`` under each condition."""
    every = [_heard(kind) for kind in kinds]
    return Heard(*(np.concatenate([getattr(one, name) for one in every]) for name in NAMES))


def _heard(kind):
    some = [clip for clip in clips() if clip.kind == kind]
    code = hashlib.sha256(Path(traces.__code__.co_filename).read_bytes()).hexdigest()[:12]
    kept = KEPT / f"heard-{kind}-{len(some)}-{code}.npz"
    if not kept.exists():
        columns = [np.array(column) for column in zip(*_rows(some), strict=True)]
        np.savez(kept, **dict(zip(NAMES, columns, strict=True)))
        print(kind, len(some), "heard", flush=True)
    with np.load(kept, allow_pickle=False) as file:
        return Heard(**{name: file[name] for name in NAMES})


def _rows(some):
    for number, clip in enumerate(some):
        samples = clip.samples()
        rng = np.random.default_rng([number, len(some)])
        for condition in ("plain", *rng.choice(CONDITIONS[1:], CHANGED, replace=False)):
            speech = speech_of(Signal.mono(changed(samples, condition, rng, clip.part), RATE), RATE)
            if len(speech) >= LEAST_S * RATE:
                yield clip.kind, clip.who, clip.group, clip.part, condition, traces(speech)


def changed(samples, condition, rng, part):
    """Return ``samples`` as they come through ``condition``; noises and rooms of training are not those of judging."""
    if condition == "mp3":
        return _coded(samples, Container.MP3)
    if condition == "opus":
        return _coded(samples, Container.OPUS)
    if condition == "noise":
        return _noisy(samples, rng, part)
    if condition == "room":
        return _roomy(samples, rng, part)
    if condition == "resampled":
        rate = int(rng.choice([12_000, 22_050, 24_000, 44_100]))
        there = resample(Signal.mono(samples, RATE), rate)
        return resample(there, RATE).samples[0]
    return samples


def _coded(samples, container):
    signal = decode(encode(Signal.mono(samples, RATE), container))
    return resample(Signal.mono(signal.mixed(), signal.sample_rate), RATE).samples[0]


def _noisy(samples, rng, part):
    """Return the samples with noise of 15 to 35 dB: recorded by another device, or of a colour drawn."""
    name = "noise1" if part == "train" else "noise2"
    noise = decode((ROOT / "noise" / f"{name}.flac").read_bytes()).mixed()
    noise = np.roll(np.resize(noise, len(samples)), int(rng.integers(len(samples))))
    if rng.random() < 0.5:
        shape = np.fft.rfft(rng.standard_normal(len(samples)))
        noise = np.fft.irfft(shape / np.maximum(np.arange(len(shape)), 20.0) ** rng.uniform(0, 0.8), len(samples))
    level = 10 ** (-rng.uniform(15, 35) / 20) * np.sqrt(np.mean(samples**2) / (np.mean(noise**2) + 1e-12))
    return (samples + level * noise).astype(np.float32)


def _roomy(samples, rng, part):
    """Return the samples in a room: exponential decay for training, a measured response for judging."""
    if part == "judge":
        response = decode((ROOT / "rir" / f"rir{rng.integers(1, 3)}.flac").read_bytes()).mixed()
    else:
        times = np.arange(int(0.5 * RATE)) / RATE
        response = rng.standard_normal(len(times)) * 10 ** (-3 * times / rng.uniform(0.15, 0.6))
        response *= 10 ** (-rng.uniform(0, 12) / 20) / np.sqrt(np.sum(response**2))
        response[0] = 1.0
    wet = fftconvolve(samples, response)[: len(samples)]
    return (wet * np.sqrt(np.mean(samples**2) / (np.mean(wet**2) + 1e-12))).astype(np.float32)
