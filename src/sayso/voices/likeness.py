"""Likeness, told honestly: how alike a voice and its speaker are, beside how alike strangers are.

The judge is CAM++, on speech of the speaker that no fit has heard: a part of the recordings is put aside before.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso import models
from sayso.audio.signal import Signal
from sayso.voices import campplus
from sayso.voices.embedding import SAMPLE_RATE, Embedding, embed_speech, similarity
from sayso.voices.gate import speech_of

JUDGE: Final = "campplus"
LIKE: Final = 0.6
"""The CAM++ cosine below which a clone is said to be unlike its speaker; single clips of one person lie above 0.8."""

VERY_LIKE: Final = 0.75
"""The CAM++ cosine above which a clone is nearly as alike as two short recordings of one person."""

_ASIDE: Final = 0.3
_SHORTEST_S: Final = 1.0

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Cosines to the speech put aside: of the voice by CAM++ and by GE2E, and of the nearest stranger by CAM++."""

    campplus: float
    ge2e: float
    stranger: float


@dataclass(frozen=True, slots=True, eq=False)
class Parted:
    """Speech of a speaker (16 kHz, no pauses): what a fit may hear, and what is put aside to judge it by."""

    heard: Floats
    aside: Floats

    @classmethod
    def of(cls, recordings: Sequence[Signal]) -> Parted:
        """Return the speech of ``recordings``: the last of several put aside, or the last 30 % of one or two.

        Of less than two seconds of speech all is both heard and judged by, and that is then no honest judgement.
        """
        speech = [np.zeros(0, np.float32), *(speech_of(one, SAMPLE_RATE) for one in recordings)]
        whole = np.concatenate(speech)
        if len(whole) < 2 * _SHORTEST_S * SAMPLE_RATE:
            return cls(whole, whole)
        cut = len(whole) - max(round(_ASIDE * len(whole)), round(_SHORTEST_S * SAMPLE_RATE))
        ends = [int(end) for end in np.cumsum([len(one) for one in speech])[1:-1]] if len(recordings) > 2 else []
        near = [end for end in ends if abs(end - cut) < _ASIDE / 2 * len(whole)]
        cut = min(near, key=lambda end: abs(end - cut)) if near else cut
        return cls(whole[:cut], whole[cut:])

    def likeness(self, spoken: Sequence[Signal]) -> Likeness:
        """Return how alike ``spoken`` and the speech put aside are; raise `NoVoiceInside`."""
        speech = [speech_of(one, SAMPLE_RATE) for one in spoken]
        aside, aside_ge2e = campplus.embed_speech(self.aside), embed_speech(self.aside)
        return Likeness(
            similarity(campplus.embed_speech(np.concatenate(speech)), aside),
            float(np.mean([similarity(embed_speech(one), aside_ge2e) for one in speech])),
            nearest_stranger(aside),
        )


def in_words(similarity: float, stranger: float) -> str:
    """Return what a person should know of a clone of that ``similarity``, beside the nearest ``stranger``."""
    if similarity >= VERY_LIKE:
        return "very like the speaker: nearly as alike as two short recordings of one person"
    if similarity >= LIKE:
        return "like the speaker: much nearer than any stranger, not as near as a recording of the speaker"
    if similarity > stranger:
        return "somewhat like the speaker: nearer than the nearest stranger, and easily told from the speaker"
    return "not like the speaker: a stranger is as near"


def nearest_stranger(embedding: Embedding) -> float:
    """Return the highest cosine between ``embedding`` (CAM++) and a voice of the crowd."""
    return float((_crowd() @ embedding).max())


@cache
def _crowd() -> Floats:
    """Return the embeddings of 28 voices of nobody: (28, 192)."""
    with np.load(io.BytesIO(models.weights("crowd")), allow_pickle=False) as file:
        rows = file["embeddings"].astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))
