"""A person's speech moved, coded or played: kinds of attack that keep the words, made with ffmpeg and pyworld.

`moved` shifts the pitch by 1.5 to 6 semitones with Rubber Band, its formants with it or not, `stretched` pitch and
formants together by playing faster and overlapping pieces that fit (WSOLA, ffmpeg's atempo); `world` takes speech apart
with WORLD (Morise et al., 2016) and puts it together with another pitch and other formants; `codec2` is the vocoder of
1,300 to 3,200 bit/s; `replay` a loudspeaker and a room, simulated. The command ffmpeg (with librubberband and
libcodec2) is needed, and of packages that are none of the project's `pip install pyworld`.
"""

from __future__ import annotations

import subprocess

import numpy as np
from scipy.signal import butter, fftconvolve, sosfilt

RATE = 16_000
TAPS = 2048
PCM = ("-f", "s16le", "-ar", str(RATE), "-ac", "1")
FFMPEG = ("ffmpeg", "-hide_banner", "-loglevel", "error", "-threads", "1")
MODES = ("3200", "2400", "1600", "1300")


def moved(speech, rng):
    """Return ``speech`` (16 kHz mono) higher or deeper."""
    semitones = rng.choice([-1, 1]) * rng.uniform(1.5, 6)
    formants = "preserved" if rng.random() < 0.5 else "shifted"
    how = f"rubberband=pitch={2 ** (semitones / 12):.5f}:formant={formants}"
    return _samples(_told([*PCM, "-i", "-", "-af", how, *PCM, "-"], _bytes(speech)))


def stretched(speech, rng):
    """Return ``speech`` (16 kHz mono) higher or deeper by 1.5 to 6 semitones, as long as before."""
    ratio = 2 ** (rng.choice([-1, 1]) * rng.uniform(1.5, 6) / 12)
    how = f"asetrate={RATE * ratio:.0f},aresample={RATE},atempo={1 / ratio:.5f}"
    return _samples(_told([*PCM, "-i", "-", "-af", how, *PCM, "-"], _bytes(speech)))


def codec2(speech, rng):
    """Return ``speech`` through Codec 2, at 8 kHz."""
    mode = str(rng.choice(MODES))
    coder = ("-ar", "8000", "-c:a", "libcodec2", "-mode", mode, "-f", "codec2", "-")
    return _samples(_told(["-f", "codec2", "-i", "-", *PCM, "-"], _told([*PCM, "-i", "-", *coder], _bytes(speech))))


def world(speech, rng):
    """Return ``speech``, its pitch moved by up to 5 semitones, its formants by up to 14 %."""
    import pyworld

    wide = speech.astype(np.float64)
    pitch, times = pyworld.harvest(wide, RATE)
    envelope = pyworld.cheaptrick(wide, pitch, times, RATE)
    noise = pyworld.d4c(wide, pitch, times, RATE)
    bins = np.arange(envelope.shape[1])
    warped = np.minimum(bins / rng.uniform(0.88, 1.14), len(bins) - 1)
    envelope = np.exp(np.array([np.interp(warped, bins, np.log(one)) for one in envelope]))
    pitch = pitch * 2 ** (rng.uniform(-5, 5) / 12)
    return pyworld.synthesize(pitch, np.ascontiguousarray(envelope), noise, RATE).astype(np.float32)


def replay(speech, rng):
    """Return ``speech`` played by a small loudspeaker that distorts, in a room, recorded with noise."""
    low, high = rng.uniform(100, 350), rng.uniform(5000, 7600)
    sound = sosfilt(butter(2, [low, high], "band", fs=RATE, output="sos"), speech)
    sound = filtered(sound, _resonances(rng))
    drive, bent = rng.uniform(0.5, 3), rng.uniform(-0.2, 0.2)
    sound = sound / (np.abs(sound).max() + 1e-9)
    sound = np.tanh(drive * (sound + bent * sound**2))
    sound = fftconvolve(sound, room(rng, (2, 12)))[: len(speech)]
    level = 10 ** (-rng.uniform(30, 55) / 20) * np.sqrt(np.mean(sound**2))
    return levelled(sound + rng.standard_normal(len(sound)) * level, speech)


def room(rng, below_db):
    """Return the response of a room: exponential decay, ``below_db`` (least, most) below the direct sound."""
    times = np.arange(RATE // 2) / RATE
    response = rng.standard_normal(len(times)) * 10 ** (-3 * times / rng.uniform(0.15, 0.6))
    response *= 10 ** (-rng.uniform(*below_db) / 20) / np.sqrt(np.sum(response**2))
    response[0] = 1.0
    return response


def filtered(sound, gains):
    """Return ``sound`` with each frequency times ``gains`` (taps / 2 + 1,), in phase."""
    taps = 2 * (len(gains) - 1)
    return fftconvolve(sound, np.roll(np.fft.irfft(gains), taps // 2) * np.hanning(taps), "same")


def levelled(sound, like):
    """Return ``sound`` as loud as ``like``."""
    return (sound * np.sqrt(np.mean(like**2) / (np.mean(sound**2) + 1e-12))).astype(np.float32)


def _resonances(rng):
    hz, gains_db = np.fft.rfftfreq(TAPS, 1 / RATE), np.zeros(TAPS // 2 + 1)
    for _ in range(6):
        centre = np.exp(rng.uniform(np.log(300), np.log(6000)))
        away = np.log(np.maximum(hz, 1) / centre) / rng.uniform(0.05, 0.3)
        gains_db += rng.normal(0, 4) * np.exp(-0.5 * away**2)
    return 10 ** (gains_db / 20)


def _told(options, data):
    return subprocess.run([*FFMPEG, *options], input=data, capture_output=True, check=True).stdout


def _bytes(speech):
    return np.round(np.clip(speech, -1, 1) * 32767).astype("<i2").tobytes()


def _samples(data):
    return np.frombuffer(data, "<i2").astype(np.float32) / 32768
