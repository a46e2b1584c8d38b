"""The ascent: from a voice that is near to the speaker, on an engine whose voices have a style for each layer.

The pitch is moved to the speaker's, median and range, before the climb. A guard hears each voice that may be kept: what
is less natural than the start, or articulates otherwise, pays for it. Articulation is told without a recogniser: the
climb moves no sound in time, so that the bands of two voices that say the same words rise and fall together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.quality import dnsmos
from sayso.audio.resample import resample
from sayso.audio.signal import Signal, concatenate
from sayso.engines.protocol import LayeredSpace, VoiceAsset
from sayso.voices import campplus, filterbank
from sayso.voices.climb import Climb, Goal
from sayso.voices.embedding import MIN_DURATION_S, SAMPLE_RATE, embed_speech, similarity
from sayso.voices.gate import speech_of
from sayso.voices.likeness import Parted
from sayso.voices.pitch import Pitch
from sayso.voices.sentences import SEARCHED

NATURAL: Final = 3.2
"""The DNSMOS OVRL above which nothing is given up for more: what clean recordings of speech have."""

CLIMBED: Final = SEARCHED[:12]
CHECKED: Final = SEARCHED[12:]
"""What is said in the steps of a climb, and what when a voice is checked."""

_LOST: Final = 0.1  # of DNSMOS OVRL, what may be lost beside the start
_ALIKE: Final = 0.75  # the articulation of voices whose words are heard alike
_PRICE: Final = 1.0
_SPANS: Final = (0.75, 1.35)

Say = Callable[[Sequence[VoiceAsset], Sequence[str]], list[Signal]]
Floats = NDArray[np.float32]


@dataclass(slots=True, eq=False)
class Ascent:
    """One ascent. ``say`` speaks; ``told`` gets the part done and the likeness so far."""

    space: LayeredSpace
    parted: Parted
    say: Say
    random: np.random.Generator
    told: Callable[[float, float], None]

    def run(self, start: VoiceAsset, *, steps: int, checks: int, turned: bool = True) -> VoiceAsset:
        """Return the best voice of a climb of ``steps``, checked ``checks`` times; ``turned``: the pitch, too."""
        spoken = self._check_sentences(start)
        guard, found = Guard.of(spoken), [0.0]
        aside = campplus.embed_speech(self.parted.aside), embed_speech(self.parted.aside)

        def worth(signals: Sequence[Signal]) -> float:
            speech = speech_of(concatenate(signals), SAMPLE_RATE)
            if len(speech) < MIN_DURATION_S * SAMPLE_RATE:
                return -1.0
            alike = similarity(campplus.embed_speech(speech), aside[0]), similarity(embed_speech(speech), aside[1])
            found[0] = max(found[0], alike[0])
            return sum(alike) / 2 - guard.price(signals)

        known = worth(spoken)  # before the pitch is moved: what is moved is no worse
        start = self._at_pitch(start, concatenate(spoken)) if turned else start
        climb = Climb(
            self.space,
            start,
            Goal.of(self.parted.heard),
            CLIMBED,
            self.random,
            lambda voice: worth(self._check_sentences(voice)),
            known,
        )
        return climb.run(steps, -(-steps // checks), lambda part: self.told(part, found[0]))

    def _at_pitch(self, asset: VoiceAsset, spoken: Signal) -> VoiceAsset:
        wanted, has = (Pitch.of(one) for one in (self.parted.heard, speech_of(spoken, SAMPLE_RATE)))
        if not (wanted.is_known and has.is_known):
            return asset
        semitones = 12.0 / float(np.log(2.0)) * (wanted.log_median - has.log_median)
        span = float(np.clip(wanted.spread / has.spread, *_SPANS))
        return self.space.with_melody(asset, semitones, span, float(np.exp(has.log_median)))

    def _check_sentences(self, asset: VoiceAsset) -> list[Signal]:
        return self.say([asset] * len(CHECKED), CHECKED)


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """What a voice may not lose: the naturalness and the articulation of the start, on the same sentences."""

    floor: float
    bands: tuple[Floats, ...]

    @classmethod
    def of(cls, spoken: Sequence[Signal]) -> Guard:
        """Return the guard of the start that said ``spoken``."""
        floor = min(dnsmos(concatenate(spoken)).ovr, NATURAL) - _LOST
        return cls(floor, tuple(_bands(one) for one in spoken))

    def price(self, spoken: Sequence[Signal]) -> float:
        """Return what a voice that says ``spoken`` pays: 0.0 if nothing was lost."""
        unnatural = max(0.0, self.floor - dnsmos(concatenate(spoken)).ovr)
        return _PRICE * (unnatural + max(0.0, _ALIKE - self.articulation(spoken)))

    def articulation(self, spoken: Sequence[Signal]) -> float:
        """Return how alike the bands of ``spoken`` and of the start's sentences rise and fall: -1.0 to 1.0."""
        return float(np.mean([_together(one, _bands(other)) for one, other in zip(self.bands, spoken, strict=True)]))


def _bands(signal: Signal) -> Floats:
    bands = filterbank.log_bands(resample(signal, SAMPLE_RATE).samples[0])
    level = bands.max() - np.log(10.0) * 6.0  # 60 dB below the loudest: what is softer is silence
    return np.asarray(np.maximum(bands, level), np.float32)


def _together(one: Floats, other: Floats) -> float:
    """Return the correlation of two voices' bands, each less its mean over time."""
    count = min(len(one), len(other))
    apart = [bands[:count] - bands[:count].mean(axis=0) for bands in (one, other)]
    return float((apart[0] * apart[1]).sum() / (np.linalg.norm(apart[0]) * np.linalg.norm(apart[1]) + 1e-9))
