"""Denoisers, vocoders and conversion: the sound is made anew."""

from __future__ import annotations

import numpy as np
import soxr

from attacks.registry import RATE_HZ, NotRun, package


def denoise(samples, name, _context):
    if name == "rnnoise":
        package("pyrnnoise")
        from pyrnnoise import RNNoise

        machine = RNNoise(48_000)
        pcm = np.clip(soxr.resample(samples, RATE_HZ, 48_000) * 32767, -32768, 32767).astype(np.int16)
        frames = [np.asarray(frame).reshape(-1) for _, frame in machine.denoise_chunk(pcm, partial=True)]
        return soxr.resample(np.concatenate(frames).astype(np.float32) / 32768, 48_000, RATE_HZ)
    if name == "noisereduce":
        package("noisereduce")
        import noisereduce

        return noisereduce.reduce_noise(samples, RATE_HZ)
    raise NotRun(f"no weights of {name} at hand")


def vocoder(samples, name, _context):
    if name == "world":
        package("pyworld")
        import pyworld

        sound = samples.astype(np.float64)
        pitch, envelope, aperiodicity = pyworld.wav2world(sound, RATE_HZ)
        return pyworld.synthesize(pitch, envelope, aperiodicity, RATE_HZ)
    return _griffin_lim(samples)


def _griffin_lim(samples, rounds: int = 32, size: int = 1024, hop: int = 256):
    """From the magnitudes of 80 mel bands back to sound, phases found by Griffin and Lim's rounds."""
    from scipy.signal import istft, stft

    def spectrum(sound):
        return stft(sound, RATE_HZ, nperseg=size, noverlap=size - hop)[2]

    hz = np.linspace(0, RATE_HZ / 2, size // 2 + 1)
    mel = np.linspace(0, 2595 * np.log10(1 + RATE_HZ / 2 / 700), 82)
    edge = 700 * (10 ** (mel / 2595) - 1)
    up = (hz - edge[:-2, None]) / (edge[1:-1] - edge[:-2])[:, None]
    down = (edge[2:, None] - hz) / (edge[2:] - edge[1:-1])[:, None]
    bank = np.maximum(np.minimum(up, down), 0)
    size_of = np.sqrt(np.maximum(np.linalg.pinv(bank) @ (bank @ np.abs(spectrum(samples)) ** 2), 1e-12))
    angle = np.exp(2j * np.pi * np.random.default_rng(0).random(size_of.shape))
    for _ in range(rounds):
        sound = istft(size_of * angle, RATE_HZ, nperseg=size, noverlap=size - hop)[1]
        again = spectrum(sound)[:, : size_of.shape[1]]
        angle[:, : again.shape[1]] = np.exp(1j * np.angle(again))
    return istft(size_of * angle, RATE_HZ, nperseg=size, noverlap=size - hop)[1][: samples.size]


def converted(_samples, name, _context):
    raise NotRun(f"no weights for {name} at hand")
