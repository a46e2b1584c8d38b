"""Real speech taken apart and put together anew: kinds of synthesis that keep the speaker, the words and the room.

`griffin_lim` keeps mel bands and finds a phase for them (Griffin and Lim, "Signal estimation from modified short-time
Fourier transform", 1984), as text-to-speech without a neural vocoder does. `phase_vocoder` moves pitch and formants.
`source_filter` keeps envelope, pitch and voicing, and excites the envelope at minimum phase by pulses and noise, as
WORLD does (Morise et al., 2016).
"""

from __future__ import annotations

import numpy as np
from scipy.signal import medfilt, resample

RATE = 16_000
FFT, HOP = 1024, 256
FRAME, STEP = 1024, 80


def griffin_lim(speech, rng):
    """Return ``speech`` (16 kHz mono) from 60, 80 or 100 mel bands, after 12 to 60 rounds."""
    window = np.hanning(FFT)
    filters = mel_filters(int(rng.choice([60, 80, 100])))
    spectrum = _analysed(speech, window)
    bands = np.abs(spectrum) @ filters.T
    sizes = np.maximum(bands @ np.linalg.pinv(filters).T, 1e-6)
    phase = np.exp(2j * np.pi * rng.random(sizes.shape))
    before = np.zeros_like(phase)
    for _ in range(int(rng.integers(12, 60))):
        again = _analysed(_joined(sizes * phase, window), window)
        sharper = again - 0.5 * before  # Perraudin et al., "A fast Griffin-Lim algorithm", 2013
        phase, before = sharper / np.maximum(np.abs(sharper), 1e-12), again
    return _joined(sizes * phase, window)[: len(speech)].astype(np.float32)


def phase_vocoder(speech, rng):
    """Return ``speech`` (16 kHz mono) higher or deeper by 1.5 to 6 semitones: made longer or shorter, its phases going
    on from frame to frame (Laroche and Dolson, "Improved phase vocoder time-scale modification of audio", 1999, section
    II), and brought to its length again.
    """
    ratio, window = 2 ** (rng.choice([-1, 1]) * rng.uniform(1.5, 6) / 12), np.hanning(FFT)
    spectrum = _analysed(speech, window)
    times = np.arange(0, len(spectrum) - 1, 1 / ratio)
    before, part = times.astype(int), (times % 1)[:, None]
    sizes = (1 - part) * np.abs(spectrum[before]) + part * np.abs(spectrum[before + 1])
    phases = np.cumsum(np.angle(spectrum[before + 1] * spectrum[before].conj()), axis=0)
    return resample(_joined(sizes * np.exp(1j * phases), window), len(speech)).astype(np.float32)


def source_filter(speech, rng):
    """Return ``speech`` (16 kHz mono), its pitch moved by up to a tenth, spoken by pulses and noise."""
    padded = np.pad(np.asarray(speech, np.float64), FRAME // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::STEP]
    pitch, voiced = _pitch(frames)
    pitch = pitch * 2 ** rng.uniform(-0.14, 0.14)
    size = np.abs(np.fft.rfft(frames * np.hanning(FRAME), axis=1)) + 1e-7
    envelope = _smooth(size, np.where(voiced, pitch, 200.0))
    out = np.zeros(len(padded) + FRAME)
    pulses, at = [], 0.0
    while at < len(frames) * STEP:
        here = min(int(at / STEP), len(frames) - 1)
        pulses.append((int(at), here))
        at += RATE / pitch[here] if voiced[here] else STEP
    above = rng.uniform(2500, 5500)
    rolled = 1 / (1 + np.exp(-(np.arange(FRAME // 2 + 1) * RATE / FRAME - above) / 400))
    for place, here in pulses:
        response = _minimum_phase(envelope[here])
        gap = RATE / pitch[here] if voiced[here] else STEP
        noise = np.fft.rfft(rng.standard_normal(max(int(gap), 1)), FRAME) / np.sqrt(max(gap, 1))
        excited = noise if not voiced[here] else np.sqrt(1 - rolled**2) + rolled * noise
        piece = np.fft.irfft(response * excited, FRAME) * np.sqrt(gap)
        out[place : place + FRAME] += piece
    out = out[: len(speech)]
    return (out * np.sqrt(np.mean(speech**2) / max(np.mean(out**2), 1e-12))).astype(np.float32)


def mel_filters(count):
    """Return triangles of equal height from 0 to 8 kHz: (count, 513)."""
    mel = 1127 * np.log1p(np.arange(FFT // 2 + 1) * RATE / FFT / 700)
    edges = np.linspace(0, mel[-1] + 1e-6, count + 2)[:, None]
    rising, falling = (mel - edges[:-2]) / (edges[1:-1] - edges[:-2]), (edges[2:] - mel) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rising, falling))


def _analysed(samples, window):
    padded = np.pad(np.asarray(samples, np.float64), FFT // 2)
    return np.fft.rfft(np.lib.stride_tricks.sliding_window_view(padded, FFT)[::HOP] * window, axis=1)


def _joined(spectrum, window):
    frames = np.fft.irfft(spectrum, FFT, axis=1) * window
    out, weight = np.zeros((len(frames) + 3) * HOP), np.zeros((len(frames) + 3) * HOP)
    for number, frame in enumerate(frames):
        out[number * HOP : number * HOP + FFT] += frame
        weight[number * HOP : number * HOP + FFT] += window**2
    return (out / np.maximum(weight, 1e-3))[FFT // 2 :][: (len(frames) - 1) * HOP]


def _pitch(frames):
    """Return F0 in Hz of each frame, and whether it is voiced."""
    windowed = frames * np.hanning(FRAME)
    power = np.abs(np.fft.rfft(windowed, 2 * FRAME, axis=1)) ** 2
    energy = np.fft.irfft(power, axis=1)
    shape = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(FRAME), 2 * FRAME)) ** 2)
    lags = np.arange(RATE // 400, RATE // 60)
    periodic = energy[:, lags] / (energy[:, :1] + 1e-9) / (shape[lags] / shape[0]) - 0.0006 * np.arange(len(lags))
    best = periodic.argmax(axis=1)
    voiced = medfilt((periodic.max(axis=1) > 0.45).astype(float), 5) > 0
    return medfilt(RATE / lags[best], 5).clip(60, 400), voiced


def _smooth(size, pitch):
    """Return the envelopes of ``size`` (frames, bins): the cepstrum below three quarters of a period."""
    cepstrum = np.fft.irfft(np.log(size), axis=1)
    quefrency = np.minimum(np.arange(FRAME), FRAME - np.arange(FRAME))
    kept = quefrency[None] < (0.5 * RATE / pitch)[:, None].clip(24, 110)
    return np.exp(np.fft.rfft(cepstrum * kept, axis=1).real)


def _minimum_phase(envelope):
    cepstrum = np.fft.irfft(np.log(envelope))
    cepstrum[1 : FRAME // 2] *= 2
    cepstrum[FRAME // 2 + 1 :] = 0
    return np.exp(np.fft.rfft(cepstrum))
