"""Whether a recording is labelled as made by a system: by that system's mark in the sound, or by what its file says.

A hit goes to a person. That there is none proves nothing: labels are easily lost, and most systems set none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sayso.audio import Signal, decode
from sayso.enrollment.decoders import MarkDecoder, mark_decoders
from sayso.enrollment.errors import LabelledSynthetic
from sayso.enrollment.verdict import EnrollmentCheck, EnrollmentVerdict
from sayso.labels.fields import AIGC, DISCLOSURE, VOICE

_SOURCE_TYPES: Final = rb"trainedAlgorithmicMedia|WithTrainedAlgorithmicMedia|algorithmicMedia|compositeSynthetic"
"""IPTC's digital source types of what a model or an algorithm made, whole or in part, in C2PA, XMP or IPTC."""

_OWN_TAGS: Final = b"|".join(name.encode() for name in (DISCLOSURE, VOICE))
_AIGC: Final = AIGC.encode() + rb'[^{]{0,64}\{[^}]{0,2000}?"Label"\s*:\s*"?[123]'
"""GB 45438-2025, annex E: 1 is, 2 may be, 3 is suspected to be generated."""

_STATED: Final = re.compile(b"|".join((_SOURCE_TYPES, _OWN_TAGS, _AIGC)))


def check_labels(recordings: Sequence[Signal], files: Sequence[bytes]) -> EnrollmentCheck:
    """Return whether any of ``recordings`` carries a mark that a decoder hears, or any of ``files`` says so of itself.

    The figures: the highest score of each decoder by its name, and how many ``files`` say so. Raise `DecoderUnfit`.
    """
    decoders = mark_decoders()
    scores = {name: _highest(one, recordings) for name, one in decoders.items()}
    stated = sum(map(states_synthesis, files))
    reasons = [f"a recording carries the mark of {name}: a system made it" for name in _heard(decoders, scores)]
    if stated:
        reasons.append("a recording's file says that a system made it")
    verdict = EnrollmentVerdict.REVIEW if reasons else EnrollmentVerdict.PASS
    return EnrollmentCheck(verdict, {**scores, "files": float(stated)}, tuple(reasons))


def demand_unlabelled(files: Sequence[bytes]) -> None:
    """Return if none of the recordings ``files`` is labelled as made by a system; raise `LabelledSynthetic`.

    For recordings that no person looks at. Raise what `check_labels` and `decode` raise, too.
    """
    found = check_labels([decode(file) for file in files], files)
    if found.verdict is not EnrollmentVerdict.PASS:
        raise LabelledSynthetic(
            "got a recording that is labelled as made by a system, expected one of a person",
            reasons=[f"{reason} (a person decides in an enrolment)" for reason in found.reasons],
        )


def _highest(decoder: MarkDecoder, recordings: Sequence[Signal]) -> float | None:
    """Return the highest score of ``recordings``; None where one is no number."""
    scores = [decoder.score(one) for one in recordings]
    return max(scores) if all(map(math.isfinite, scores)) else None


def _heard(decoders: Mapping[str, MarkDecoder], scores: Mapping[str, float | None]) -> Iterator[str]:
    """Yield the names of those whose mark is heard, or which told no number."""
    for name, score in scores.items():
        if score is None or score >= decoders[name].suspect:
            yield name


def states_synthesis(file: bytes) -> bool:
    """Return whether the ``file`` says that a model made its sound, or a part of it.

    Looked for are the words of the standards, wherever they stand: in content credentials, their ingredients, XMP or
    tags, be the file whole or not. No sound has them by chance. Text of 16 bits is read, too; compressed text is not.
    """
    return _STATED.search(file.replace(b"\0", b"")) is not None
