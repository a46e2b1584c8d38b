"""How somebody speaks: pitch, rate and accent, of a clip beside a person's own speech, by the same instruments."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio import Signal, speech_spans
from sayso.engines.ipa import syllables
from sayso.engines.phonemes import phonemes
from sayso.errors import Invalid, NotFound
from sayso.fairness.measured import SampleFigure
from sayso.fairness.table import SampleKind
from sayso.recognition import Recogniser, RecogniserMissing, recogniser, words_of
from sayso.synthesis.normalise import normalise
from sayso.voices.pitch import log_pitch

_SEMITONES: Final = 12 / math.log(2)  # an octave
_LEAST_SHARE: Final = 1e-6


@dataclass(frozen=True)
class Manner:
    """What is heard of how somebody speaks; NaN, or no ``accent``, where it cannot be told.

    ``log_pitch`` is the natural logarithm of the median F0 in Hz. ``log_rate`` is that of the syllables a second of
    speech, pauses left out, in the words that the recogniser hears. ``accent`` (languages,) has how likely the
    recogniser finds each language to be that of the speech, as logarithms about their mean: an accent of English
    sounds more like the language that it comes from.
    """

    log_pitch: float
    log_rate: float
    accent: NDArray[np.float64] | None
    heard: str | None

    @classmethod
    def of(cls, clip: Signal) -> Manner:
        """Return the manner of a clip at 16 kHz; without a recogniser its pitch alone."""
        ear = _ear()
        pitch = log_pitch(clip.samples[0])
        if ear is None:
            return cls(pitch, math.nan, None, None)
        heard = ear.hear(clip).text
        return cls(pitch, _log_rate(clip, heard), accent_of(ear, clip), heard)

    def beside(self, own: Manner, kind: SampleKind) -> Iterator[SampleFigure]:
        """Yield the figures of this speech beside ``own``; of what cannot be told in both, none."""
        yield from _told("pitch", _SEMITONES * abs(self.log_pitch - own.log_pitch), kind)
        yield from _told("rate", abs(self.log_rate - own.log_rate), kind)
        if self.accent is not None and own.accent is not None:
            yield from _told("accent", float(self.accent @ own.accent), kind)


def _told(metric: str, value: float, kind: SampleKind) -> Iterator[SampleFigure]:
    if math.isfinite(value):
        yield SampleFigure(metric, value, kind)


def _log_rate(clip: Signal, heard: str) -> float:
    spoken_s = sum(stop - start for start, stop in speech_spans(clip)) / clip.sample_rate
    try:
        count = syllables(phonemes(normalise(" ".join(words_of(heard)))))
    except Invalid:  # no word in it
        return math.nan
    return math.log(count / spoken_s) if count and spoken_s else math.nan


def accent_of(ear: Recogniser, clip: Signal) -> NDArray[np.float64]:
    """Return the centred log-ratios of the languages, of length 1 (Aitchison 1982, of compositions)."""
    likely = ear.languages(clip)
    logs = np.log([likely[name] + _LEAST_SHARE for name in sorted(likely)])
    centred = logs - logs.mean()
    return np.asarray(centred / np.linalg.norm(centred))


@cache
def _ear() -> Recogniser | None:
    """Return the recogniser, None where none is installed."""
    try:
        return recogniser()
    except (NotFound, RecogniserMissing):
        return None
