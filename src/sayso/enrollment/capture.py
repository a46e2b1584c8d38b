"""Whether a statement was captured in one go: sound that returns exactly, silence put in, a channel that changes.

A stretch of speech that returns sample for sample within the statement, or in a sample though neither recording begins
or ends there, was copied: that alone is a refusal. The others are cues, and go to a person with the place. What was cut
at pauses out of takes of one room and microphone is mostly not found (docs/measurements.md, Enrolment).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio import Signal, resample
from sayso.enrollment.channel import SAMPLE_RATE, between, largest_step
from sayso.enrollment.repeats import ExactRepeat, repeats_between, repeats_within
from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict

CHANGED_SCORE: Final = 13.0
"""The step of the channel from which a person looks: one in a hundred honest recordings of the tuning has it."""
OTHER_SCORE: Final = 4.3
"""The step from the statement to a sample from which a note says so: three of 94 honest pairs of the tuning have it."""
COPIED_S: Final = 0.1
"""Speech that returns for so long is a copy."""
DROPPED_S: Final = 0.25
"""What returns so soon may be a recorder that filled a gap with what it had: a person looks."""
SILENT_S: Final = 0.05

_EDGE_S: Final = 0.1
"""How near its end a recording may have been faded."""
_SOFT_DB: Final = 30.0
"""How far below its loud frames what returns tells nothing any more."""
_PAUSE_DB: Final = 20.0
"""How far below its loud frames a recording pauses."""
_FRAME_S: Final = 0.01
_LITTLE: Final = 1e-12

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CaptureCue:
    """A place in the statement, in seconds, where it may be joined: what it is found by, how much, and the verdict."""

    kind: str
    value: float
    at_s: float
    verdict: EnrollmentVerdict
    reason: str


def check_capture(statement: Signal, samples: Sequence[Signal]) -> EnrollmentCheck:
    """Return whether ``statement`` is one capture and holds nothing that was copied from ``samples``.

    That a sample comes from another room or microphone is a reason without a verdict: samples may be of another day.
    """
    sound = statement.mixed()
    cues = [*_copied(statement, sound, samples), *_silenced(sound, statement.sample_rate), *_changed(statement)]
    figures: dict[str, float | None] = {}
    for cue in cues:
        if cue.kind not in figures:
            figures |= {cue.kind: cue.value, f"{cue.kind}_at": cue.at_s}
    doubted = [cue for cue in cues if cue.verdict is not EnrollmentVerdict.PASS]
    is_certain = any(cue.verdict is EnrollmentVerdict.REFUSE for cue in doubted)
    verdict = EnrollmentVerdict.REVIEW if doubted else EnrollmentVerdict.PASS
    apart, notes = _elsewhere(statement, samples)
    figures |= apart
    reasons = (*(cue.reason for cue in doubted), *notes)
    return EnrollmentCheck(EnrollmentVerdict.REFUSE if is_certain else verdict, figures, reasons)


def _copied(statement: Signal, sound: Floats, samples: Sequence[Signal]) -> Iterator[CaptureCue]:
    """Yield the longest copy within the statement, and that from each sample."""
    rate = statement.sample_rate
    least, loud = round(COPIED_S * rate), _loudness(sound) * 10 ** (-_SOFT_DB / 20)
    yield from _first(sound, repeats_within(sound, least), rate, loud, "in the statement")
    for number, sample in enumerate(samples, 1):
        if sample.sample_rate == rate:
            other = sample.mixed()
            found = [one for one in repeats_between(sound, other, least) if not _overlaps(one, sound, other, rate)]
            yield from _first(sound, found, rate, loud, f"in sample {number}", is_other=True)


def _overlaps(one: ExactRepeat, sound: Floats, other: Floats, rate: int) -> bool:
    """Return whether two recordings are parts of one: at either end of what both hold, one of them begins or ends."""
    edge = round(_EDGE_S * rate)
    before = min(one.first, one.second)
    after = min(len(sound) - one.first - one.length, len(other) - one.second - one.length)
    return before <= edge and after <= edge


def _first(
    sound: Floats, found: Sequence[ExactRepeat], rate: int, loud: float, where: str, *, is_other: bool = False
) -> Iterator[CaptureCue]:
    """Yield the longest of ``found`` that is as loud as speech."""
    for one in found:
        stretch = sound[one.first : one.first + one.length]
        if _loudness(stretch) < loud:
            continue
        first_s, second_s, length_s = (count / rate for count in (one.first, one.second, one.length))
        is_sure = is_other or abs(second_s - first_s) >= DROPPED_S
        verdict = EnrollmentVerdict.REFUSE if is_sure else EnrollmentVerdict.REVIEW
        reason = f"{length_s:.2f} s at {first_s:.1f} s of the statement return exactly at {second_s:.1f} s {where}"
        yield CaptureCue("copied", length_s, first_s, verdict, reason)
        return


def _silenced(sound: Floats, rate: int) -> Iterator[CaptureCue]:
    """Yield the longest digital silence between speech, unless most pauses are such: then a gate made them."""
    size = max(1, round(_FRAME_S * rate))
    frames = sound[: len(sound) // size * size].reshape(-1, size)
    levels = np.sqrt(np.mean(frames**2, axis=1) + _LITTLE)
    if not len(levels):
        return
    loud = np.flatnonzero(levels >= np.quantile(levels, 0.95) * 10 ** (-_PAUSE_DB / 20))
    digital = (frames.max(axis=1) == frames.min(axis=1))[loud[0] : loud[-1] + 1]
    pauses = len(digital) - len(loud) + int(digital[loud - loud[0]].sum())
    start, length = _longest(digital)
    if length * _FRAME_S < SILENT_S or digital.sum() > pauses / 2:
        return
    length_s, at_s = length * size / rate, (loud[0] + start) * size / rate
    reason = f"{length_s:.2f} s of digital silence at {at_s:.1f} s, where other pauses hold noise: a person listens"
    yield CaptureCue("silence", length_s, at_s, EnrollmentVerdict.REVIEW, reason)


def _longest(chosen: NDArray[np.bool_]) -> tuple[int, int]:
    """Return where the longest run of ``chosen`` begins, and its length."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(np.int8), [0]])))
    starts, lengths = edges[::2], edges[1::2] - edges[::2]
    if not len(starts):
        return 0, 0
    longest = int(np.argmax(lengths))
    return int(starts[longest]), int(lengths[longest])


def _elsewhere(statement: Signal, samples: Sequence[Signal]) -> tuple[dict[str, float | None], tuple[str, ...]]:
    """Return the largest step of the channel from the statement to a sample, and a note where it is one."""
    own = _narrow(statement)
    steps = [
        (step, number) for number, one in enumerate(samples, 1) if (step := between(own, _narrow(one))) is not None
    ]
    if not steps:
        return {}, ()
    highest, number = max(steps)
    note = f"room, microphone or noise of sample {number} seem to be others than the statement's"
    return {"session": highest}, (note,) if highest >= OTHER_SCORE else ()


def _narrow(signal: Signal) -> Floats:
    return np.asarray(resample(Signal.mono(signal.mixed(), signal.sample_rate), SAMPLE_RATE).samples[0], np.float32)


def _changed(statement: Signal) -> Iterator[CaptureCue]:
    """Yield the largest step of the channel."""
    found = largest_step(_narrow(statement))
    if found is None:
        return
    score, at_s = found
    verdict = EnrollmentVerdict.REVIEW if score >= CHANGED_SCORE else EnrollmentVerdict.PASS
    reason = f"room, microphone or noise seem to change at {at_s:.1f} s: a person listens"
    yield CaptureCue("channel", score, at_s, verdict, reason)


def _loudness(samples: Floats) -> float:
    return float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0
