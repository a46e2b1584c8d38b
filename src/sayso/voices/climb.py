"""The climb: from a voice that is near, by the gradient of its likeness, to the speaker.

Adam (Kingma and Ba, ICLR 2015) moves the styles of every layer. The loss is what CAM++ and GE2E hear of a part of a
sentence, disturbed (crop, tone, noise, telephone: what a listener would not call another voice), how far the mean and
the spread of the spectrum are from the speaker's, which CAM++ does not hear, and what DNSMOS misses of natural speech
(docs/measurements.md has what that brings). Every few steps the voice says other sentences, and is compared with speech
of the speaker that the loss never saw; what is kept is the best of these, not the last. Voices on the straight way to
the last one are heard, too: they have most of its likeness, and where it lost naturalness, they lose less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.engines.protocol import LayeredSpace, SpokenSentence, VoiceAsset
from sayso.voices import campplus, filterbank
from sayso.voices.disturbance import Disturbance, narrowed, widened
from sayso.voices.dnsmos_gradient import overall_score
from sayso.voices.embedding import embed_speech
from sayso.voices.ge2e_gradient import GE2EJudge

RATE: Final = 0.01
"""How far a step moves each number of a style; at twice that, voices lose their naturalness."""

_MOMENTS: Final = (0.9, 0.99)
_DECAY: Final = 0.4  # the last part of the steps, in which they get shorter
_LONGEST: Final = 1.0  # of a gradient
_PARTS: Final = (0.7, 0.5)
"""Of the way from the start to the last voice: these voices are heard, too."""

_SPECTRUM_PRICE: Final = 0.1
_GE2E_PRICE: Final = 1.0
_UNNATURAL_PRICE: Final = 0.3
_NATURAL: Final = 3.3
"""The DNSMOS OVRL below which a part of a sentence pays: a little more than what the guard of an ascent asks for."""

_THREADS: Final = 2
_PART_S: Final = 1.7  # of a sentence in a step: GE2E hears 1.6 s at a time, and memory grows with it
_LOUD: Final = 0.25  # of the frames, the loudest make the spectrum

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """What a climb aims at: the speaker's embeddings (CAM++, GE2E), and mean and spread of each band in loud frames."""

    embedding: Floats
    ge2e: Floats
    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, speech: Floats) -> Goal:
        """Return the goal that ``speech`` (16 kHz, pauses taken out) sets."""
        bands = filterbank.log_bands(speech)
        loud = bands[_loud(bands)]
        mean = loud.mean(axis=0)
        return cls(campplus.embed_speech(speech), embed_speech(speech), mean - mean.mean(), loud.std(axis=0))


@dataclass(slots=True, eq=False)
class Climb:
    """A climb in progress; ``check`` hears a voice and returns its worth, ``worth`` is that of the start."""

    space: LayeredSpace
    start: VoiceAsset
    goal: Goal
    sentences: Sequence[str]
    random: np.random.Generator
    check: Callable[[VoiceAsset], float]
    worth: float

    def run(self, steps: int, every: int, told: Callable[[float], None]) -> VoiceAsset:
        """Return the best voice of ``steps`` steps, checked after ``every`` of them; ``told`` gets the part done."""
        says = [self.space.spoken(self.start, sentence, _PART_S) for sentence in self.sentences]
        judge = campplus.judge(self.goal.embedding, _THREADS)
        styles = self.space.styles_of(self.start).astype(np.float64)
        start, best = styles.copy(), _Best(self.start, self.worth)
        adam = _Adam(styles)
        for step in range(steps):
            speak = says[step % len(says)]
            slope = self._slope(judge, speak(styles.astype(np.float32), float(self.random.random())))
            adam.move(slope, RATE * min(1.0, (steps - step) / (steps * _DECAY)))
            told((step + 1) / steps)
            if (step + 1) % every == 0 or step + 1 == steps:
                self._hear(best, styles)
        for part in _PARTS:
            self._hear(best, start + part * (styles - start))
        return best.voice

    def _hear(self, best: _Best, styles: NDArray[np.float64]) -> None:
        voice = self.space.with_styles(self.start, styles.astype(np.float32))
        best.offer(voice, self.check(voice))

    def _slope(self, judge: campplus.Judge, spoken: SpokenSentence) -> Floats:
        """Return the gradient of the loss by the styles."""
        samples = narrowed(spoken.samples)
        disturbed = Disturbance(len(samples), self.random)
        heard = disturbed.applied(samples)
        by_disturbed = judge.cosine(heard)[1] + _GE2E_PRICE * GE2EJudge(self.goal.ge2e).cosine(heard)[1]
        by_samples = _SPECTRUM_PRICE * _spectrum_slope(samples, self.goal) - disturbed.gradient(by_disturbed)
        by_samples += _UNNATURAL_PRICE * _unnatural_slope(samples)
        return spoken.gradient(widened(by_samples, len(spoken.samples)))


@dataclass(slots=True, eq=False)
class _Best:
    """The best voice so far, and its worth."""

    voice: VoiceAsset
    worth: float

    def offer(self, voice: VoiceAsset, worth: float) -> None:
        """Take ``voice`` in its place if it is worth more."""
        if worth > self.worth:
            self.voice, self.worth = voice, worth


class _Adam:
    """Moves ``place`` against gradients."""

    def __init__(self, place: NDArray[np.float64]) -> None:
        self._place = place
        self._mean, self._square, self._count = np.zeros_like(place), np.zeros_like(place), 0

    def move(self, gradient: Floats, rate: float) -> None:
        """Take one step of length ``rate`` a coordinate."""
        length = float(np.linalg.norm(gradient))
        if not np.isfinite(length):
            return  # A render that broke tells nothing.
        slope = gradient.astype(np.float64) * min(1.0, _LONGEST / max(length, 1e-12))
        self._count += 1
        self._mean += (1 - _MOMENTS[0]) * (slope - self._mean)
        self._square += (1 - _MOMENTS[1]) * (slope**2 - self._square)
        means, squares = (
            moment / (1 - beta**self._count) for moment, beta in zip((self._mean, self._square), _MOMENTS, strict=True)
        )
        self._place -= rate * means / (np.sqrt(squares) + 1e-8)


def _loud(bands: Floats) -> NDArray[np.bool_]:
    level = bands.mean(axis=1)
    return np.asarray(level > np.quantile(level, _LOUD))


def _unnatural_slope(samples: Floats) -> Floats:
    """Return the gradient of how far the naturalness is below `_NATURAL`, by the samples."""
    score, gradient = overall_score(samples, _THREADS)
    return -gradient() if score < _NATURAL else np.zeros_like(samples)


def _spectrum_slope(samples: Floats, goal: Goal) -> Floats:
    """Return the gradient of the mean square distance of the loud frames' spectrum to the goal, by the samples."""
    bands = filterbank.log_bands(samples)
    loud = _loud(bands)
    inside = bands[loud].astype(np.float64)
    mean, spread = inside.mean(axis=0), inside.std(axis=0) + 1e-6
    off = (mean - mean.mean()) - goal.mean
    by_mean = (off - off.mean()) * 2.0 / len(off)
    by_spread = (spread - goal.spread) * 2.0 / len(off)
    by_inside = (by_mean + by_spread * (inside - mean) / spread) / len(inside)
    by_bands = np.zeros_like(bands)
    by_bands[loud] = by_inside
    return filterbank.log_gradient(samples, by_bands)
