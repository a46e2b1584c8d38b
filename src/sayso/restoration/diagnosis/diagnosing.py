"""Diagnosis: all that is looked for, stretch by stretch, so that hours need no more memory than a minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from sayso.audio.errors import EmptyAudio
from sayso.audio.resample import resample
from sayso.audio.signal import Signal, concatenate
from sayso.restoration.diagnosis import bandwidth, breaks, colour, level, speakers
from sayso.restoration.diagnosis.acoustics import room_findings
from sayso.restoration.diagnosis.clipping import clipping_finding
from sayso.restoration.diagnosis.finding import MAX_PLACES, Diagnosis, Finding
from sayso.restoration.diagnosis.hum import Hum, find_hum
from sayso.restoration.diagnosis.spectrum import spectrum_of

STRETCH_S: Final = 60.0

_RATE: Final = 16_000
_AUDIBLE_HUM_DB: Final = -50.0
_SUMMED: Final = frozenset({"dropouts", "clicks", "plosives"})
_EXTREME: Final = frozenset({"bandwidth", "clipping"})
"""What is told by the stretch that has most of it; all else by the mean of the stretches, each by its confidence."""


def diagnose(signal: Signal) -> Diagnosis:
    """Return what is wrong with ``signal``; raise `EmptyAudio` for no samples. Deterministic.

    Clipping, offset and faults of channels are looked for in each channel, all else in the mean of the channels, those
    turned over that run against the loudest.
    """
    return diagnose_blocks([signal])


def diagnose_blocks(blocks: Iterable[Signal]) -> Diagnosis:
    """Return what is wrong with the sound of ``blocks``, all of one rate and number of channels, as `diagnose` does."""
    found, start_s, sample_rate = list[Diagnosis](), 0.0, 0
    for stretch in stretches(blocks, STRETCH_S):
        one = examine(stretch)[0]
        found.append(replace(one, findings=tuple(each.later(start_s) for each in one.findings)))
        start_s, sample_rate = start_s + stretch.duration_s, stretch.sample_rate
    if not found:
        raise EmptyAudio
    names = list(found[0])
    return Diagnosis(tuple(_merged([one[name] for one in found]) for name in names), start_s, sample_rate)


def stretches(blocks: Iterable[Signal], length_s: float) -> Iterator[Signal]:
    """Yield the sound of ``blocks`` in stretches of ``length_s``, the last one up to half as long again."""
    waiting: list[Signal] = []
    held = 0
    for block in blocks:
        waiting.append(block)
        held += block.num_samples
        size = round(length_s * block.sample_rate)
        while held >= 1.5 * size:
            whole = concatenate(waiting)
            yield whole.slice(0, size)
            waiting, held = [whole.slice(size, held)], held - size
    if held:
        yield concatenate(waiting)


def examine(signal: Signal) -> tuple[Diagnosis, Hum | None]:
    """Return the diagnosis of up to some minutes, and the hum in the detail that its removal needs.

    Raise `EmptyAudio` for no sample, or so few that none is left at 16 kHz.
    """
    mixed = signal.mixed_in_phase()
    low = resample(Signal.mono(mixed, signal.sample_rate), _RATE).samples[0] if mixed.size else mixed
    if low.size == 0:
        raise EmptyAudio
    heard = speakers.activity(low)
    spectrum = spectrum_of(low, _RATE)
    at = np.minimum(
        np.arange(len(spectrum.power)) * max(heard.speech.size, 1) // len(spectrum.power), heard.speech.size - 1
    )
    spoken = heard.speech[at] >= 0.5
    loud = bandwidth.loud_spectrum(mixed, signal.sample_rate)
    hum = find_hum(mixed, signal.sample_rate)
    findings = (
        *room_findings(spectrum.power, heard.speech),
        speakers.chatter_finding(heard),
        speakers.overlap_finding(heard),
        clipping_finding(signal.samples, signal.sample_rate),
        _hum_finding(hum),
        level.rumble_finding(low, _RATE),
        bandwidth.bandwidth_finding(loud),
        bandwidth.codec_finding(loud, signal.sample_rate),
        breaks.dropouts_finding(mixed, signal.sample_rate),
        breaks.clicks_finding(mixed, signal.sample_rate),
        level.offset_finding(signal.samples),
        level.level_finding(spectrum),
        level.plosives_finding(spectrum),
        colour.colour_finding(spectrum, spoken, loud.bandwidth_hz),
        level.channels_finding(signal.samples),
    )
    return Diagnosis(findings, signal.duration_s, signal.sample_rate), hum


def _hum_finding(hum: Hum | None) -> Finding:
    if hum is None:
        return Finding("hum", None, "dB", 0.9, note="none")
    note = f"{hum.mains_hz} Hz and {len(hum.tones_hz) - 1} harmonics"
    return Finding("hum", hum.level_db, "dB", 0.9, is_fault=hum.level_db >= _AUDIBLE_HUM_DB, note=note)


def _merged(parts: list[Finding]) -> Finding:
    """Return the findings of one name, of the stretches of a recording, as one."""
    first = parts[0]
    if len(parts) == 1:
        return first
    places = tuple(place for part in parts for place in part.places)[:MAX_PLACES]
    told = [part for part in parts if part.value is not None]
    notes = dict.fromkeys(part.note for part in told if part.note)
    if not told:
        return replace(first, places=places)
    value = _together(first.name, told)
    sure = float(np.mean([part.confidence for part in parts]))
    fault = any(part.is_fault for part in told) if first.name in _SUMMED | _EXTREME else _mostly(told, parts)
    return Finding(first.name, value, first.unit, sure, places, fault, "; ".join(list(notes)[:3]))


def _together(name: str, told: list[Finding]) -> float:
    values = np.array([part.value for part in told], np.float64)
    if name in _SUMMED:
        return float(values.sum())
    if name in _EXTREME:
        return float(values.max())
    return float(np.average(values, weights=[part.confidence + 1e-6 for part in told]))


def _mostly(told: list[Finding], parts: list[Finding]) -> bool:
    return sum(part.is_fault for part in told) * 3 > len(parts)
