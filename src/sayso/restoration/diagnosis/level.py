"""Level, constant offset, rumble, plosives and the faults of channels."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.restoration.diagnosis.finding import Finding, places_of
from sayso.restoration.diagnosis.spectrum import FRAME_S, HOP_S, Spectrum

_OFFSET: Final = 0.002
_QUIET_DB, _LOUD_DB = -45.0, -6.0
_RUMBLE_HZ: Final = (20.0, 48.0)  # below mains hum
_SPEECH_HZ: Final = 100.0
_RUMBLE_DB: Final = -20.0
_POP_HZ: Final = 90.0
_POP_SHARE: Final = 0.8
_POP_ABOVE: Final = 4.0
_SILENT_DB: Final = -80.0
_HEARD_DB: Final = -60.0
_OPPOSITE: Final = -0.9

Floats = NDArray[np.float32]


def level_finding(spectrum: Spectrum) -> Finding:
    """Return the active level of the speech in dB below full scale, after ITU-T P.56: pauses do not count."""
    power = spectrum.power.sum(axis=1)
    active = power[power > np.percentile(power, 95) * 10**-2.5] if power.size else power
    if not active.size or active.mean() <= 0:
        return Finding("level", None, "dB", 0.0)
    level_db = float(10 * np.log10(active.mean()))
    fault = not _QUIET_DB <= level_db <= _LOUD_DB
    return Finding("level", level_db, "dB", 0.9, is_fault=fault, note="below full scale")


def offset_finding(channels: Floats) -> Finding:
    """Return the constant part of the samples, -1 to 1, of the worst channel."""
    offset = float(max(channels.mean(axis=1, dtype=np.float64), key=abs))
    return Finding("offset", offset, "ratio", 1.0, is_fault=abs(offset) >= _OFFSET)


def rumble_finding(samples: Floats, sample_rate: int) -> Finding:
    """Return how strong the sound of 20 to 48 Hz is, where no voice is, beside that from 100 Hz on: in dB."""
    power = np.square(np.abs(np.fft.rfft(samples - samples.mean(dtype=np.float64))))
    hertz = np.fft.rfftfreq(samples.size, 1 / sample_rate)
    low = float(power[(hertz >= _RUMBLE_HZ[0]) & (hertz < _RUMBLE_HZ[1])].sum())
    speech = float(power[hertz >= _SPEECH_HZ].sum())
    if low <= 0 or speech <= 0:
        return Finding("rumble", None, "dB", 0.0)
    beside_db = float(10 * np.log10(low / speech))
    return Finding("rumble", beside_db, "dB", 0.9, is_fault=beside_db >= _RUMBLE_DB)


def plosives_finding(spectrum: Spectrum) -> Finding:
    """Return how many puffs of breath hit the microphone: moments of loud sound nearly all below 90 Hz."""
    total = spectrum.power.sum(axis=1)
    low = spectrum.power[:, spectrum.hertz < _POP_HZ].sum(axis=1)
    usual = float(np.percentile(total, 75)) if total.size else 0.0
    # Hum or rumble is low sound at all times: what is there usually does not count.
    with np.errstate(invalid="ignore"):  # a float file of 1e30 has no power that a float holds
        extra = low - (float(np.median(low)) if low.size else 0.0)
    pops = (extra > _POP_SHARE * total) & (total > _POP_ABOVE * usual) & (usual > 0)
    places = places_of(pops, HOP_S, gap_s=FRAME_S)
    return Finding("plosives", float(len(places)), "count", 0.7, places, is_fault=len(places) > 0)


def channels_finding(channels: Floats) -> Finding:
    """Return how many channels are at fault: silent beside others, or the first turned over."""
    powers = np.square(channels, dtype=np.float64).mean(axis=1) if channels.shape[1] else np.zeros(len(channels))
    levels = 10 * np.log10(np.maximum(powers, 1e-12))
    notes = []
    if levels.max() > _HEARD_DB:
        notes += [f"channel {place + 1} is silent" for place in np.flatnonzero(levels < _SILENT_DB)]
    notes += [
        f"channel {place + 1} is inverted"
        for place in range(1, len(channels))
        if levels[[0, place]].min() > _HEARD_DB and _correlation(channels[0], channels[place]) < _OPPOSITE
    ]
    return Finding("channels", float(len(notes)), "count", 1.0, is_fault=bool(notes), note="; ".join(notes))


def _correlation(one: Floats, other: Floats) -> float:
    return float(one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-12))
