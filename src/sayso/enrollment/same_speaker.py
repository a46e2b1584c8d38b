"""Whether the statement and the samples are of one person.

The score is the cosine of CAM++ plus half that of GE2E. Measured on 46 speakers of three corpora, statements of up to
10 s beside samples of up to 30 s: the lowest of the owners had 1.18, one in a thousand of 1,012 pairs of other people
of the same sex 1.13 or more. Of less speech an embedding tells less of the voice and more of the words: where that is
``t`` seconds, the cosine of one person's is lower by the root of 1 + `HALF_S` / t for each side. Most of it is made up
for (`SHARE`, benchmarks/enrollment/lengths.py), so that who spoke briefly, or was cut short, is not taken for another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sayso.audio import Signal
from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict, worst_of
from sayso.voices import campplus, embedding
from sayso.voices.embedding import Embedding, similarity
from sayso.voices.gate import speech_of

PASS_SCORE: Final = 1.15
REVIEW_SCORE: Final = 0.95
_ONE_LOWER: Final = 0.2
"""How much lower the score of a single sample may be: all of them together count as well."""

HALF_S: Final = 1.11
"""Seconds of speech at which an embedding tells of the voice and of all else alike."""
SHARE: Final = 0.65
"""How much of what the length takes from a score is made up for: with all of it too many strangers would pass."""
RATIO_SLOPE: Final = 9.07
RATIO_OFFSET: Final = -8.75
"""How the logarithm (base 10) of the likelihood ratio follows from a score: by logistic regression on the 46 people
(benchmarks/enrollment/calibration.py; Brümmer and du Preez, 2006)."""
RATIO_MOST: Final = 3.0
"""The largest that is told, either way: a thousand pairs cannot show what is rarer than one in a thousand."""

FULL_STATEMENT_S: Final = 10.0
FULL_SAMPLES_S: Final = 30.0
"""Speech of which a score is as it was measured when the thresholds were chosen; more of it changes nothing."""
_LEAST_S: Final = 1.0
"""Less speech than that is taken for as much: strangers would pass by what is made up for it."""

VoicePrint = tuple[Embedding, Embedding]
"""What tells one voice from others: its embedding by CAM++ (192 numbers), and by GE2E (256)."""


def check_same_speaker(statement: Signal, samples: Sequence[Signal]) -> EnrollmentCheck:
    """Return whether one person speaks in ``statement`` and in each of ``samples``; raise `NoVoiceInside`."""
    stated, *spoken = [listened(speech_of(one, embedding.SAMPLE_RATE)) for one in (statement, *samples)]
    return compared(stated, spoken)[0]


@dataclass(frozen=True, slots=True, eq=False)
class Listened:
    """What both networks heard in a recording, before it is pooled: CAM++, and GE2E in slices (slices, 256)."""

    heard: campplus.HeardSpeech
    slices: campplus.Floats


def listened(speech: campplus.Floats) -> Listened:
    """Return what both networks hear in ``speech`` (16 kHz, no pauses); raise `NoVoiceInside`."""
    return Listened(campplus.heard(speech), embedding.embed_slices(embedding.checked_speech(speech)))


def compared(stated: Listened, spoken: Sequence[Listened]) -> tuple[EnrollmentCheck, VoicePrint]:
    """Return whether one person speaks in all, and the print of the samples' voice."""
    statement, together = pooled([stated]), pooled(spoken)
    stated_s, lengths_s = _seconds(stated), [_seconds(one) for one in spoken]
    whole = of_full_length(score(statement, together), stated_s, sum(lengths_s))
    alone = [score(statement, pooled([one])) for one in spoken]
    each = [of_full_length(found, stated_s, length_s) for found, length_s in zip(alone, lengths_s, strict=True)]
    verdicts = [verdict_of(whole), *(verdict_of(one, _ONE_LOWER) for one in each)]
    verdict = worst_of(verdicts)
    reasons = () if verdict is EnrollmentVerdict.PASS else ("the voice of the statement and of the samples differ",)
    figures = {"score": whole, "lowest": min(each), "log10_ratio": float(log10_ratio(whole))}
    return EnrollmentCheck(verdict, figures, reasons), together


def print_of(recordings: Sequence[Signal]) -> VoicePrint:
    """Return the print of the voice in ``recordings``, together; raise `NoVoiceInside`."""
    return pooled([listened(speech_of(one, embedding.SAMPLE_RATE)) for one in recordings])


def score(one: VoicePrint, other: VoicePrint) -> float:
    """Return how alike two voices are, each embedded by CAM++ and by GE2E: -1.5 to 1.5."""
    return similarity(one[0], other[0]) + similarity(one[1], other[1]) / 2


def log10_ratio(found: ArrayLike) -> NDArray[np.float64]:
    """Return how many times likelier, as a power of ten, the scores ``found`` are of one person than of two.

    Of two people of one sex, scores as `of_full_length` gives them. It is told to who decides, and changes no verdict.
    """
    return np.clip(RATIO_SLOPE * np.asarray(found, np.float64) + RATIO_OFFSET, -RATIO_MOST, RATIO_MOST)


def of_full_length(found: float, stated_s: float, spoken_s: float) -> float:
    """Return the score ``found`` of a statement and samples with so much speech as it would be of `FULL_STATEMENT_S`.

    And of `FULL_SAMPLES_S`: strangers' scores fall less with the length than owners', so it is made up for by `SHARE`.
    """
    lost = _loss(stated_s, FULL_STATEMENT_S) * _loss(spoken_s, FULL_SAMPLES_S)
    return found * float(lost**SHARE)


def _loss(seconds: float, full_s: float) -> float:
    """Return by what a cosine of ``seconds`` of speech is lower than one of ``full_s``: 1 or more."""
    heard_s = min(max(seconds, _LEAST_S), full_s)
    return float(np.sqrt((1 + HALF_S / heard_s) / (1 + HALF_S / full_s)))


def _seconds(one: Listened) -> float:
    return len(one.heard.speech) / embedding.SAMPLE_RATE


def embedded(speech: campplus.Floats) -> VoicePrint:
    """Return the embeddings of ``speech`` (16 kHz, no pauses) by CAM++ and by GE2E; raise `NoVoiceInside`."""
    return campplus.embed_speech(speech), embedding.embed_speech(speech)


def pooled(heard: Sequence[Listened]) -> VoicePrint:
    """Return the print of what both networks heard in recordings: each is heard once, alone and with the others."""
    frames = np.concatenate([one.heard.frames for one in heard], axis=1)
    slices = np.concatenate([one.slices for one in heard])
    return campplus.frames_embedding(frames), embedding.mean_embedding(slices)


def verdict_of(found: float, lower: float = 0.0) -> EnrollmentVerdict:
    """Return what the score ``found`` means where it may be ``lower`` by so much."""
    if found >= PASS_SCORE - lower:
        return EnrollmentVerdict.PASS
    return EnrollmentVerdict.REVIEW if found >= REVIEW_SCORE - lower else EnrollmentVerdict.REFUSE


def packed_print(found: VoicePrint) -> bytes:
    """Return the bytes of a print."""
    return np.concatenate(found).astype("<f4").tobytes()


def unpacked_print(data: bytes) -> VoicePrint:
    """Return the print that `packed_print` gave the bytes of."""
    numbers = np.frombuffer(data, "<f4")
    return numbers[: campplus.SIZE], numbers[campplus.SIZE :]
