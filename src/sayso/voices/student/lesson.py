"""A lesson: a sentence as a teacher says it, beside what a student's decoder gets for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.engines.hibari_student import Moves, prosody, pulses
from sayso.engines.kokoro import graph
from sayso.engines.kokoro.engine import handed_over
from sayso.engines.kokoro.voice import KokoroVoice
from sayso.engines.phonemes import phonemes, token_ids
from sayso.engines.tone import apply_tone

RATE: Final = 24_000
HOP: Final = 300
"""Samples of a frame of 12.5 ms."""

_VOICED_HZ: Final = 40.0

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A sentence.

    ``inputs`` (frames, 130): the features of the token, log F0 and energy, as the decoder takes them; ``pulses`` and
    ``sound`` (frames * 300,): the pulse train of that F0, and what the teacher said; ``moves``: how the teacher's
    prosody differs from hibari's here.
    """

    inputs: Floats
    pulses: Floats
    sound: Floats
    moves: Moves


def lesson(text: str, teacher: KokoroVoice, threads: int) -> Lesson:
    """Return ``text`` as ``teacher`` says it, with its own pitch and energy, each token as long as it holds it."""
    spoken = phonemes(text)
    handed, drift = handed_over(token_ids(spoken), teacher, 1.0, threads)
    sound = graph.decode(handed, (teacher.timbres() + drift).astype(np.float32), threads)
    own = prosody(spoken)
    pitch, energy = handed.pitch.reshape(-1), handed.energy.reshape(-1)
    held = handed.lengths.astype(np.int64)
    features = np.repeat(np.repeat(own.features, held, axis=1), 2, axis=1)
    inputs = np.vstack([features, np.log1p(np.maximum(pitch, 0.0)) / 5.0, energy / 5.0]).T
    moves = Moves(
        pace=float(held.sum() / own.held.sum()),
        pitch=_voiced(pitch) / _voiced(own.pitch),
        energy=float(energy.std() / own.energy.std()),
        lift=float(energy.mean() - energy.std() / own.energy.std() * own.energy.mean()),
    )
    toned = apply_tone(sound, teacher.tone_db, RATE)
    return Lesson(np.asarray(inputs, np.float32), pulses(pitch), toned, moves)


def usual(lessons: Sequence[Lesson]) -> Moves:
    """Return the median of each move."""
    rows = [(one.moves.pace, one.moves.pitch, one.moves.energy, one.moves.lift) for one in lessons]
    return Moves(*(float(value) for value in np.median(rows, axis=0)))


def _voiced(pitch: Floats) -> float:
    """Return the geometric mean of the F0 where there is one, Hz."""
    voiced = pitch[pitch > _VOICED_HZ]
    return float(np.exp(np.log(voiced).mean())) if len(voiced) else 1.0
