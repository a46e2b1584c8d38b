"""Whether the statement and the samples are of one person.

The score is the cosine of CAM++ plus half that of GE2E. Measured on 46 speakers of three corpora, statements of up to
10 s beside samples of up to 30 s: the lowest of the owners had 1.18, one in a thousand of 1,012 pairs of other people
of the same sex 1.13 or more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sayso.audio import Signal
from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict, worst_of
from sayso.voices import campplus, embedding
from sayso.voices.embedding import Embedding, similarity
from sayso.voices.gate import speech_of

PASS_SCORE: Final = 1.15
REVIEW_SCORE: Final = 0.95
_ONE_LOWER: Final = 0.2
"""How much lower the score of a single sample may be: it is shorter than all of them together."""

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
    statement, together = _pooled([stated]), _pooled(spoken)
    prints = [_pooled([one]) for one in spoken]
    whole, each = score(statement, together), [score(statement, one) for one in prints]
    verdicts = [verdict_of(whole), *(verdict_of(one, _ONE_LOWER) for one in each)]
    verdict = worst_of(verdicts)
    reasons = () if verdict is EnrollmentVerdict.PASS else ("the voice of the statement and of the samples differ",)
    return EnrollmentCheck(verdict, {"score": whole, "lowest": min(each)}, reasons), together


def print_of(recordings: Sequence[Signal]) -> VoicePrint:
    """Return the print of the voice in ``recordings``, together; raise `NoVoiceInside`."""
    return _pooled([listened(speech_of(one, embedding.SAMPLE_RATE)) for one in recordings])


def score(one: VoicePrint, other: VoicePrint) -> float:
    """Return how alike two voices are, each embedded by CAM++ and by GE2E: -1.5 to 1.5."""
    return similarity(one[0], other[0]) + similarity(one[1], other[1]) / 2


def embedded(speech: campplus.Floats) -> VoicePrint:
    """Return the embeddings of ``speech`` (16 kHz, no pauses) by CAM++ and by GE2E; raise `NoVoiceInside`."""
    return campplus.embed_speech(speech), embedding.embed_speech(speech)


def _pooled(heard: Sequence[Listened]) -> VoicePrint:
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
