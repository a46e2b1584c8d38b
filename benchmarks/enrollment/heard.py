"""What CAM++ hears in real and synthetic clips, plain and through codecs, telephones, noise and rooms; kept in .bench.

Speech that a system made has no microphone: most of it gets the spectrum and the background noise of a real recording
of its part, so that microphones are no way to tell the one from the other.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, fftconvolve, sosfilt
from spoofs import KEPT, KINDS, MADE, RATE, ROOT, clips
from transformed import filtered, levelled, room

from sayso.audio import Container, Signal, decode, encode
from sayso.audio.resample import resample
from sayso.enrollment.synthetic import LEAST_S
from sayso.voices import campplus
from sayso.voices.gate import speech_of

CONDITIONS = ("mp3", "opus", "phone", "noise", "room", "eq", "resampled")
CHANGED = 2
"""Conditions of each clip beside its plain form."""

MORE = {"real": ("far", "phone", "far noise")}
"""What clips that are trained with go through besides: real ones all of it, others a telephone or a room from far."""

MIKED = 0.6
"""The part of what a system made that gets the microphone of a person."""

FFT, SMOOTH = 1024, 25
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
    """Return what is heard of every clip of ``kinds`` under each condition."""
    every = [_heard(kind) for kind in kinds]
    return Heard(*(np.concatenate([getattr(one, name) for one in every]) for name in NAMES))


def _heard(kind):
    kept = KEPT / f"heard-{kind}.npz"
    if not kept.exists():
        columns = [np.array(column) for column in zip(*_rows(kind), strict=True)]
        np.savez(kept, **dict(zip(NAMES, columns, strict=True)))
        print(kind, len(columns[0]), "heard", flush=True)
    with np.load(kept, allow_pickle=False) as file:
        return Heard(**{name: file[name] for name in NAMES})


def _rows(kind):
    every = clips()
    for number, clip in enumerate(one for one in every if one.kind == kind):
        rng = np.random.default_rng([number, int(hashlib.sha256(kind.encode()).hexdigest()[:8], 16)])
        people = [one for one in every if one.kind == "real" and one.part == clip.part]
        for condition in ("plain", *rng.choice(CONDITIONS, CHANGED, replace=False), *_more(clip, rng)):
            sound = clip.samples()
            if kind in MADE and rng.random() < MIKED:
                sound = miked(sound, people[rng.integers(len(people))].samples(), rng)
            speech = speech_of(Signal.mono(changed(sound, condition, rng, clip.part), RATE), RATE)
            if len(speech) >= LEAST_S * RATE:
                yield kind, clip.who, clip.group, clip.part, condition, campplus.heard(speech).layers


def _more(clip, rng):
    if clip.part == "judge":
        return ()
    return MORE.get(clip.kind, (str(rng.choice(["far", "phone"])),))


def changed(samples, condition, rng, part):
    """Return ``samples`` as they come through ``condition``; noises and rooms of training are not those of judging."""
    for one in condition.split():
        samples = WAYS[one](samples, rng, part) if one in WAYS else samples
    return samples


def miked(samples, other, rng):
    """Return ``samples`` with the spectrum and the background noise of ``other``, a person's recording."""
    (loud, quiet), (own, _) = _spectra(other), _spectra(samples)
    gains = np.sqrt(loud / own)
    sound = levelled(filtered(samples, np.clip(gains / np.exp(np.log(gains[20:300]).mean()), 0.03, 15)), other)
    noise = filtered(rng.standard_normal(len(sound)), np.sqrt(quiet))
    noise *= np.sqrt(quiet.sum() / (_spectra(noise)[0].sum() + 1e-15))
    return np.clip(sound + noise, -1, 1).astype(np.float32)


def _spectra(samples):
    """Return the smoothed power of the louder half of the frames, and that of the quietest of them."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, FFT)[:: FFT // 2]
    power = np.abs(np.fft.rfft(frames * np.hanning(FFT), axis=1)) ** 2
    level, window = power.sum(axis=1), np.hanning(SMOOTH) / np.hanning(SMOOTH).sum()
    parts = (power[level >= np.quantile(level, 0.5)], power[level <= np.quantile(level, 0.08)])
    logs = [np.pad(np.log(part.mean(axis=0) + 1e-12), SMOOTH // 2, "edge") for part in parts]
    return [np.exp(np.convolve(one, window, "valid")) for one in logs]


def _coded(samples, container):
    signal = decode(encode(Signal.mono(samples, RATE), container))
    return resample(Signal.mono(signal.mixed(), signal.sample_rate), RATE).samples[0]


def _by_way_of(samples, rate):
    return resample(resample(Signal.mono(samples, RATE), rate), RATE).samples[0]


def _telephoned(samples, _rng, _part):
    """Return the samples at 8 kHz through mu-law at full level (ITU-T G.711's curve, 8 bits)."""
    narrow = _by_way_of(samples, 8_000)
    top = np.abs(narrow).max() + 1e-9
    steps = np.round(np.sign(narrow) * np.log1p(255 * np.abs(narrow) / top) / np.log(256) * 127) / 127
    return (np.sign(steps) * (256 ** np.abs(steps) - 1) / 255 * top).astype(np.float32)


def _noisy(samples, rng, part):
    """Return the samples with noise of 15 to 40 dB: recorded by another device, or of a colour drawn."""
    name = "noise1" if part == "train" else "noise2"
    noise = decode((ROOT / "noise" / f"{name}.flac").read_bytes()).mixed()
    noise = np.roll(np.resize(noise, len(samples)), int(rng.integers(len(samples))))
    if rng.random() < 0.6:
        shape = np.fft.rfft(rng.standard_normal(len(samples)))
        noise = np.fft.irfft(shape / np.maximum(np.arange(len(shape)), 20.0) ** rng.uniform(0, 0.8), len(samples))
    level = 10 ** (-rng.uniform(15, 40) / 20) * np.sqrt(np.mean(samples**2) / (np.mean(noise**2) + 1e-12))
    return (samples + level * noise).astype(np.float32)


def _roomy(samples, rng, part):
    """Return the samples in a room: exponential decay for training, a measured response for judging."""
    response = room(rng, (0, 12))
    if part == "judge":
        response = decode((ROOT / "rir" / f"rir{rng.integers(1, 3)}.flac").read_bytes()).mixed()
    return levelled(fftconvolve(samples, response)[: len(samples)], samples)


def _far(samples, rng, _part):
    """Return the samples from further away: single reflections, highs that fade sooner, 9 dB over the direct sound."""
    count = int(0.9 * RATE)
    times, fades_s = np.arange(count) / RATE, rng.uniform(0.2, 1.0)
    low = rng.standard_normal(count) * 10 ** (-3 * times / fades_s)
    high = rng.standard_normal(count) * 10 ** (-3 * times / (fades_s * rng.uniform(0.3, 0.9)))
    parted = rng.uniform(1000, 4000)
    response = _first_order(low, parted, "low") + _first_order(high, parted, "high")
    gap = int(rng.uniform(0.001, 0.006) * RATE)
    response[:gap] = 0
    for place in rng.integers(gap, gap + int(0.03 * RATE), int(rng.integers(3, 9))):
        response[place] += rng.normal() * np.abs(response).max()
    response *= 10 ** (-rng.uniform(-9, 6) / 20) / np.sqrt(np.sum(response**2))
    response[0] = 1.0
    return levelled(fftconvolve(samples, response)[: len(samples)], samples)


def _first_order(sound, hz, kind):
    return sosfilt(butter(1, hz, kind, fs=RATE, output="sos"), sound)


def _equalised(samples, rng, _part):
    gains_db = np.interp(np.linspace(0, 1, FFT // 2 + 1), np.linspace(0, 1, 9), rng.normal(0, 5, 9))
    return filtered(samples, 10 ** (gains_db / 20)).astype(np.float32)


WAYS = {
    "mp3": lambda samples, _rng, _part: _coded(samples, Container.MP3),
    "opus": lambda samples, _rng, _part: _coded(samples, Container.OPUS),
    "phone": _telephoned,
    "noise": _noisy,
    "room": _roomy,
    "far": _far,
    "eq": _equalised,
    "resampled": lambda samples, rng, _part: _by_way_of(samples, int(rng.choice([12_000, 22_050, 24_000, 44_100]))),
}
