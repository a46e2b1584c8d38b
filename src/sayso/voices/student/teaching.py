"""Teaching: a student hears its teacher say exercises until its decoder makes the same sound of the same inputs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import concatenate
from sayso.clock import now
from sayso.engines.errors import TeacherMissing
from sayso.engines.hibari_student import TEACHER, own_weights, student_asset
from sayso.engines.kokoro.voice import KokoroVoice
from sayso.engines.protocol import Engine, VoiceAsset
from sayso.errors import Unavailable
from sayso.progress import Report, silent, within
from sayso.voices.likeness import Parted
from sayso.voices.permitted import CloningPermit
from sayso.voices.reference import Reference
from sayso.voices.sentences import JUDGED
from sayso.voices.student.exercises import exercises
from sayso.voices.student.lesson import HOP, Lesson, lesson, usual
from sayso.voices.style_fit import Effort, FittedVoice, judged

BUDGETS: Final[Mapping[Effort, tuple[int, int]]] = {Effort.FAST: (64, 300), Effort.BEST: (150, 700)}
"""How many exercises are said, and how many steps are learned; what asks for more gets `BEST`, and is told so."""

_BATCH: Final = 6
_FRAMES: Final = 112
_EDGE: Final = 2
_RATES: Final = (4e-4, 2e-5)
_RISING: Final = 30
_CHECKED: Final = 25
_THREADS: Final = 2
_RENDERED: Final = 0.6
"""The part of the time that the exercises take."""

Floats = NDArray[np.float32]
Cut = tuple[Floats, Floats, NDArray[np.complex64], Floats]


class StudentPartMissing(Unavailable):
    """A student is taught with JAX; install sayso[student]."""


def teach(
    engine: Engine,
    references: Sequence[Reference],
    permitted: CloningPermit,
    *,
    effort: Effort = Effort.BEST,
    start: VoiceAsset | None = None,
    seed: int = 0,
    progress: Report = silent,
) -> FittedVoice:
    """Return the student of the voice ``start`` on ``engine`` (hibari); the signature is that of `fit`.

    The teacher, a clone of the speaker of ``references`` on Kokoro, says exercises; the student learns from it alone.
    It is judged by the references, as a fit is, on sentences that are no exercises. The permit is checked before each
    exercise, and again each 25 steps: a withdrawal stops the teaching. Stopped, it leaves nothing.

    Raises
    ------
    PermitRefused : the permit is not for these recordings and this engine, or no longer holds
    TeacherMissing : no teacher, or one of another engine than Kokoro
    StudentPartMissing : JAX is not installed
    NoVoiceInside : the references hold less than half a second of speech
    """
    started = now()
    digests = [reference.digest for reference in references]
    if start is None or start.engine != TEACHER:
        raise TeacherMissing
    _network()  # what is missing is told before minutes of exercises, not after
    effort = effort if effort in BUDGETS else Effort.BEST
    teacher, (count, steps) = KokoroVoice.from_asset(start), BUDGETS[effort]
    lessons = []
    for place, text in enumerate(exercises(count)):
        permitted.check(digests, engine)
        lessons.append(lesson(text, teacher, _THREADS))
        progress(within(place / count, 0.0, _RENDERED))
    taught: Mapping[str, Floats] = {}
    for place, weights in learned(lessons, steps, seed):
        permitted.check(digests, engine)
        taught = weights
        progress(within(place / steps, _RENDERED, 1.0 - _RENDERED))
    asset = student_asset(taught, usual(lessons))
    spoken = [concatenate(list(engine.stream(text, asset, seed=seed))) for text in JUDGED]
    parted = Parted.of([reference.signal for reference in references])
    progress(1.0)
    return replace(judged(asset, spoken, parted, renders=count + len(spoken), started=started), effort=effort)


def learned(lessons: Sequence[Lesson], steps: int, seed: int) -> Iterator[tuple[int, Mapping[str, Floats]]]:
    """Yield how many steps were taken, and the weights then: each 25 steps, and at the end."""
    network = _network()
    dice = np.random.default_rng(seed)
    state = network.begun(own_weights())
    for place in range(1, steps + 1):
        cuts = [cut(lessons, dice) for _ in range(_BATCH)]
        inputs, pulses, noise, sound = (np.stack(part) for part in zip(*cuts, strict=True))
        state, _ = network.step(
            state, np.float32(place), np.float32(_rate(place, steps)), (inputs, pulses, noise, sound)
        )
        if place % _CHECKED == 0 or place == steps:
            yield place, {name: np.asarray(weight, np.float32) for name, weight in state[0].items()}


def _network() -> ModuleType:
    try:
        from sayso.voices.student import network  # noqa: PLC0415 - an extra
    except ImportError:
        raise StudentPartMissing("JAX is not installed; install sayso[student]") from None
    return network


def cut(lessons: Sequence[Lesson], dice: np.random.Generator) -> Cut:
    """Return a cut of one lesson, drawn by chance, and the noise of its breath."""
    margin = _EDGE + _EDGE
    long = [one for one in lessons if len(one.inputs) > _FRAMES + 2 * margin]
    one = long[int(dice.integers(len(long)))]
    first = int(dice.integers(margin, len(one.inputs) - _FRAMES - margin))
    start, size = first * HOP, _FRAMES * HOP
    noise = dice.standard_normal((_FRAMES, 2 * 601), dtype=np.float32).view(np.complex64)
    return (
        one.inputs[first : first + _FRAMES],
        one.pulses[start - _EDGE * HOP : start + size + HOP],
        noise,
        one.sound[start + _EDGE * HOP : start + size - 3 * HOP],
    )


def _rate(place: int, steps: int) -> float:
    """Return the size of a step: rising for 30 steps, then falling as a cosine."""
    high, low = _RATES
    if place <= _RISING:
        return high * place / _RISING
    return low + (high - low) * 0.5 * (1 + math.cos(math.pi * (place - _RISING) / max(1, steps - _RISING)))
