"""What is wrong with a recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sayso.audio.errors import EmptyAudio
from sayso.audio.quality import Dnsmos, dnsmos
from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.audio.speech import speech_probability
from sayso.restoration.band import bandwidth_hz, clipped_ratio
from sayso.restoration.hum import Hum, find_hum
from sayso.restoration.noise import snr_db
from sayso.restoration.reverberation import rt60_s

_RATE: Final = 16_000


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found in a recording.

    Attributes
    ----------
    snr_db : speech to noise in dB, -20 to 80; None when nobody speaks
    clipped_ratio : the part of the samples that is cut flat, 0 to 1, in the worst channel
    offset : the constant part of the samples, -1 to 1, in the worst channel
    hum_hz, hum_db : mains hum, 50 or 60 Hz, and its level in dB beside the whole recording; both None without
    bandwidth_hz : the highest frequency with sound
    rt60_s : roughly how long the room rings, in seconds; None where it cannot be told
    dnsmos : DNSMOS P.835 scores
    """

    snr_db: float | None
    clipped_ratio: float
    offset: float
    hum_hz: int | None
    hum_db: float | None
    bandwidth_hz: float
    rt60_s: float | None
    dnsmos: Dnsmos


def diagnose(signal: Signal) -> Diagnosis:
    """Return what is wrong with ``signal``; raise `EmptyAudio` for no samples. Deterministic.

    Clipping and offset are looked for in each channel, all else in the mean of the channels.
    """
    return examine(signal)[0]


def examine(signal: Signal) -> tuple[Diagnosis, Hum | None]:
    """Return the diagnosis, and the hum in the detail that its removal needs."""
    if signal.num_samples == 0:
        raise EmptyAudio
    mixed = signal.mixed()
    low = resample(Signal.mono(mixed, signal.sample_rate), _RATE)
    hum = find_hum(mixed, signal.sample_rate)
    found = Diagnosis(
        snr_db=snr_db(low.samples[0], speech_probability(low)),
        clipped_ratio=max(clipped_ratio(channel) for channel in signal.samples),
        offset=float(max(signal.samples.mean(axis=1, dtype=np.float64), key=abs)),
        hum_hz=hum.mains_hz if hum else None,
        hum_db=hum.level_db if hum else None,
        bandwidth_hz=bandwidth_hz(mixed, signal.sample_rate),
        rt60_s=rt60_s(low.samples[0]),
        dnsmos=dnsmos(low),
    )
    return found, hum
