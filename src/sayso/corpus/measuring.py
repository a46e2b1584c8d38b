"""Measuring: what a segment sounds like, by the measures of the room restoration, and by what it is known again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.corpus.listening import segments, spoken
from sayso.corpus.parts import RecordingPart
from sayso.corpus.prints import Print
from sayso.models.speech_network import RATE, WINDOW, speech_of
from sayso.restoration.diagnosis.acoustics import room_findings
from sayso.restoration.diagnosis.bandwidth import loud_spectrum
from sayso.restoration.diagnosis.clipping import clipped_ratio
from sayso.restoration.diagnosis.hum import find_hum
from sayso.restoration.diagnosis.spectrum import spectrum_of

VERSION: Final = 3
"""Raise it with anything that changes what a part yields: then it is made again."""

_SILENT: Final = 10 ** (-60 / 20)

Floats = NDArray[np.float32]


def measured(part: RecordingPart) -> list[dict[str, Any]]:
    """Return what is found in ``part``, a record for each segment, in order; times in milliseconds of the recording."""
    samples, rate = part.signal.samples[0], part.signal.sample_rate
    if float(np.abs(samples).max(initial=0.0)) < _SILENT:
        return []
    low = resample(part.signal, RATE).samples[0]
    speech = speech_of(low)
    return list(_segments(part, low, speech, rate))


def _segments(part: RecordingPart, low: Floats, speech: Floats, rate: int) -> Iterator[dict[str, Any]]:
    for start_s, end_s in segments(speech, part.signal.duration_s):
        first_ms, last_ms = (round((part.start / rate + moment) * 1000) for moment in (start_s, end_s))
        first, last = (round(moment * rate / 1000) - part.start for moment in (first_ms, last_ms))
        sound = part.signal.slice(max(0, first), last)
        heard = low[round(start_s * RATE) : round(end_s * RATE)]
        if sound.num_samples and heard.size > WINDOW:
            likely = speech[round(start_s * RATE) // WINDOW : -(-round(end_s * RATE) // WINDOW)]
            yield {"start": first_ms, "end": last_ms, "rate": rate, **_told(sound, heard, likely)}


def _told(sound: Signal, heard: Floats, speech: Floats) -> dict[str, Any]:
    samples = sound.samples[0]
    found = {each.name: each.value for each in room_findings(spectrum_of(heard, RATE).power, speech)}
    hum = find_hum(samples, sound.sample_rate)
    return {
        "content": content_of(sound),
        "print": Print.of(sound).encode(),
        "snr": _rounded(found["snr"], 2),
        "rt60": _rounded(found["rt60"], 3),
        "bandwidth": _rounded(loud_spectrum(samples, sound.sample_rate).bandwidth_hz, 0),
        "clipped": _rounded(clipped_ratio(samples), 6),
        "hum": None if hum is None else _rounded(hum.level_db, 1),
        "spoken": [[round(1000 * moment) for moment in span] for span in spoken(speech)],
    }


def content_of(sound: Signal) -> str:
    """Return the SHA-256, in hex, of the samples at 16 bits: the same for the same sound from any lossless file."""
    levels = np.clip(np.rint(sound.mixed() * np.float32(32_768)), -32_768, 32_767)
    return hashlib.sha256(f"{sound.sample_rate} ".encode() + levels.astype("<i2").tobytes()).hexdigest()


def _rounded(value: float | None, places: int) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), places)
