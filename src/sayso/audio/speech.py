"""Where somebody speaks, by Silero VAD, and whether there is enough of it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.errors import EmptyAudio, NoSpeech, SilentAudio, TooShort
from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.models.speech_network import RATE, WINDOW, speech_of

_ON: Final = 0.5
_OFF: Final = 0.35
_MIN_SPEECH_S: Final = 0.2
_MIN_PAUSE_S: Final = 0.2
_PAD_S: Final = 0.05

_SILENT_PEAK: Final = 10 ** (-60 / 20)
DEFAULT_MIN_DURATION_S: Final = 1.0


def speech_spans(signal: Signal) -> list[tuple[int, int]]:
    """Return where somebody speaks as (start, stop) in samples of ``signal``, in order, not touching each other.

    Spans of under 0.2 s and pauses of under 0.2 s are passed over; 0.05 s is kept on both sides. Silero VAD at
    16,000 Hz on the mean of the channels, with 0.5 to begin and 0.35 to end. Deterministic.
    """
    spans = _merged(_hysteresis(speech_probability(signal)), round(_MIN_PAUSE_S * RATE / WINDOW))
    scale = signal.sample_rate / RATE
    pad = round(_PAD_S * signal.sample_rate)
    found: list[tuple[int, int]] = []
    for first, last in spans:
        if (last - first) * WINDOW < _MIN_SPEECH_S * RATE:
            continue
        start, stop = round(first * WINDOW * scale) - pad, round(last * WINDOW * scale) + pad
        found.append((max(start, 0), min(stop, signal.num_samples)))
    return found


def speech_probability(signal: Signal) -> NDArray[np.float32]:
    """Return the probability of speech for each 32 ms of ``signal``, the last one filled with zeros, 0 to 1."""
    if signal.num_samples == 0:
        return np.zeros(0, dtype=np.float32)
    return speech_of(resample(signal, RATE).mixed())


def trim_silence(signal: Signal) -> Signal:
    """Return ``signal`` from its first to its last word; raise `NoSpeech` when nobody speaks."""
    spans = speech_spans(signal)
    if not spans:
        raise NoSpeech
    return signal.slice(spans[0][0], spans[-1][1])


def check_speech(signal: Signal, *, min_duration_s: float = DEFAULT_MIN_DURATION_S) -> float:
    """Return the seconds of speech in ``signal``, which are at least ``min_duration_s``; change nothing.

    Raises
    ------
    EmptyAudio : no samples
    SilentAudio : nothing above -60 dB below full scale
    NoSpeech : sound, but nobody speaks (a `SilentAudio` too)
    TooShort : less speech than asked for
    """
    if signal.num_samples == 0:
        raise EmptyAudio
    if float(np.abs(signal.samples).max()) < _SILENT_PEAK:
        raise SilentAudio
    # A recording that is too short as a whole is told so whatever is in it, and costs no analysis.
    speech_s = signal.duration_s
    if speech_s >= min_duration_s:
        speech_s = sum(stop - start for start, stop in speech_spans(signal)) / signal.sample_rate
    if speech_s == 0:
        raise NoSpeech
    if speech_s < min_duration_s:
        raise TooShort(f"got {speech_s:.1f} s of speech, expected at least {min_duration_s:g} s; record more")
    return speech_s


def _hysteresis(probability: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return the runs that begin at `_ON` and end below `_OFF`, in windows."""
    spans: list[tuple[int, int]] = []
    start = -1
    for place, value in enumerate(probability.tolist()):
        if start < 0 and value >= _ON:
            start = place
        elif start >= 0 and value < _OFF:
            spans.append((start, place))
            start = -1
    if start >= 0:
        spans.append((start, probability.size))
    return spans


def _merged(spans: list[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """Return the spans with those less than ``gap`` apart made one."""
    merged: list[tuple[int, int]] = []
    for start, stop in spans:
        if merged and start - merged[-1][1] < gap:
            merged[-1] = (merged[-1][0], stop)
        else:
            merged.append((start, stop))
    return merged
