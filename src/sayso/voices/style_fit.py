"""The style fit: the point of an engine's style space that sounds most like a speaker.

Each render tells a whole embedding, not one score, so the search draws a map from points to embeddings (`VoiceMap`),
climbs on the map to where the speaker is expected, listens there, and redraws it. The map starts from renders that
were measured beforehand, so that the first climb lands near; the sentences rotate, so that none is learned by heart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.quality import dnsmos
from sayso.audio.signal import Signal, concatenate
from sayso.clock import now
from sayso.engines.protocol import Engine, LayeredSpace, MeasuredStyles, StyleSpace, VoiceAsset
from sayso.engines.tone import apply_tone
from sayso.progress import PartDone, Report, silent, within
from sayso.voices.ascent import NATURAL, Ascent
from sayso.voices.embedding import (
    MIN_DURATION_S,
    SAMPLE_RATE,
    Embedding,
    embed_speech,
    embed_voice,
    mean_embedding,
    similarity,
)
from sayso.voices.gate import speech_of
from sayso.voices.likeness import LIKE, Parted
from sayso.voices.permitted import CloningPermit
from sayso.voices.pitch import log_pitch
from sayso.voices.profile import VoiceProfile
from sayso.voices.reference import Reference
from sayso.voices.sentences import JUDGED, SEARCHED
from sayso.voices.tone_fit import fit_tone
from sayso.voices.voice_map import MAX_COORDINATE, Point, Vector, VoiceMap

WORKERS: Final = 2
"""Renders at a time. It is a number of the search, not of the machine: the result does not depend on the machine."""

_STARTS: Final = 4
_WANDER: Final = 0.4
"""How far from the best point a look around goes, in standard deviations a coordinate."""

_SHARES: Final = (1.0, 0.9, 0.8)
"""How far out from the average voice the found one may stay: far out, engines speak less naturally."""

NATURALNESS_PRICE: Final = 0.15
"""What a point of DNSMOS OVRL below `NATURAL` costs, in similarity."""

_TUNED_ON: Final = 12
_NO_PITCH: Final = float(np.log(150.0))
_FIRST: Final = 0.15
"""The part of a search as needed that is told for its first: what `FAST` takes of both on Kokoro."""


class Effort(StrEnum):
    """How long to search."""

    FAST = "fast"
    BEST = "best"
    STUDIO = "studio"
    AUTO = "auto"
    """`FAST`, and then `BEST` where the voice is not like the speaker yet: see `as_needed`."""


@dataclass(frozen=True, slots=True)
class SearchBudget:
    """How much is heard.

    Rounds of `WORKERS` renders; after which of them the tone is fitted; how many stock voices may be heard first; how
    many sentences settle how far out the voice stays; how many judge it; how many steps the climb after the search
    has, and how often the voice is checked in it.
    """

    rounds: int
    tone_after: tuple[int, ...]
    stock: int
    settling: int
    judged: int
    climb: int = 0
    checks: int = 1


_LONG: Final = SearchBudget(rounds=100, tone_after=(16, 48), stock=28, settling=6, judged=6)
BUDGETS: Final = {
    Effort.FAST: SearchBudget(rounds=10, tone_after=(4,), stock=6, settling=2, judged=3),
    Effort.BEST: _LONG,
    Effort.STUDIO: _LONG,
}

LAYERED_BUDGETS: Final = {
    Effort.FAST: SearchBudget(rounds=0, tone_after=(), stock=0, settling=1, judged=3, climb=16, checks=1),
    Effort.BEST: SearchBudget(rounds=0, tone_after=(), stock=0, settling=2, judged=6, climb=150, checks=5),
    Effort.STUDIO: SearchBudget(rounds=0, tone_after=(), stock=0, settling=2, judged=6, climb=480, checks=12),
}
"""For engines whose voices have a style for each layer: the measured points give the start, the climb the voice."""


@dataclass(frozen=True, slots=True, eq=False)
class FittedVoice:
    """What a fit found.

    ``similarity`` is the CAM++ cosine between the judged sentences and speech of the speaker, neither of which the fit
    has heard; ``similarity_ge2e`` the mean GE2E cosine; ``stranger`` the CAM++ cosine of the nearest stranger;
    ``embedding`` that of the judged sentences (GE2E); ``naturalness`` their DNSMOS OVRL, 1 to 5; ``renders`` how many
    sentences were spoken; ``effort`` the search that found it, None where the engine knows one way.
    """

    asset: VoiceAsset
    embedding: Embedding
    similarity: float
    naturalness: float
    renders: int
    seconds: float
    similarity_ge2e: float = 0.0
    stranger: float = 0.0
    effort: Effort | None = None

    @property
    def profile(self) -> VoiceProfile:
        """Return what is kept of the voice, with how good it is."""
        quality = {
            "similarity_milli": round(1000 * self.similarity),
            "similarity_ge2e_milli": round(1000 * self.similarity_ge2e),
            "stranger_milli": round(1000 * self.stranger),
            "dnsmos_overall_milli": round(1000 * self.naturalness),
            "renders": self.renders,
        }
        return VoiceProfile(self.asset, self.embedding, quality)


def fit(
    engine: Engine,
    references: Sequence[Reference],
    permitted: CloningPermit,
    *,
    effort: Effort = Effort.BEST,
    start: VoiceAsset | None = None,
    seed: int = 0,
    progress: Report = silent,
) -> FittedVoice:
    """Return the voice of ``engine`` that sounds most like the speaker of ``references``.

    Renders are counted, not seconds: the same arguments give the same voice. With ``start``, a voice that was fitted to
    the same speaker, an engine of layered styles goes on from there. The permit is checked first, and again before each
    round of renders and each step: a withdrawal stops the fit. Stopped, it leaves nothing.

    Raises
    ------
    PermitRefused : the permit is not for these recordings and this engine, or no longer holds
    CannotClone : the engine has no style space
    NoVoiceInside : the references hold less than half a second of speech
    """
    started = now()
    permitted.check([reference.digest for reference in references], engine)
    space = engine.style_space()
    if effort is Effort.AUTO:
        once = partial(fit, engine, references, permitted, seed=seed)
        return as_needed(once, start=start, goes_on=isinstance(space, LayeredSpace), progress=progress)
    budget = (LAYERED_BUDGETS if isinstance(space, LayeredSpace) else BUDGETS)[effort]
    search = _Search(space, references, permitted, budget, seed=seed, progress=progress)
    asset = start or search.run()
    if isinstance(space, LayeredSpace) and budget.climb:
        asset = search.ascended(space, asset, turned=start is None)
    spoken = search.say_all([asset] * budget.judged, JUDGED[: budget.judged])
    progress(1.0)
    return replace(judged(asset, spoken, search.parted, renders=search.renders, started=started), effort=effort)


def as_needed(
    once: Callable[..., FittedVoice], *, start: VoiceAsset | None, goes_on: bool, progress: Report = silent
) -> FittedVoice:
    """Return what ``once``, a `fit`, finds with `FAST`, or with `BEST` where that voice lies below `LIKE`.

    Who the speaker is is never asked, only how alike the voice is to the speech put aside. With ``goes_on`` the longer
    search starts from the voice of the short one, otherwise from ``start`` again. Its voice is returned whatever the
    judges say of it: the better of both by them would be told as more alike than it is. ``renders`` and ``seconds``
    are of both.
    """
    first = once(effort=Effort.FAST, start=start, progress=lambda part: progress(within(part, 0.0, _FIRST)))
    if first.similarity >= LIKE:
        progress(1.0)
        return first
    second = once(
        effort=Effort.BEST,
        start=first.asset if goes_on else start,
        progress=lambda part: progress(within(part, _FIRST, 1.0 - _FIRST)),
    )
    return replace(second, renders=first.renders + second.renders, seconds=first.seconds + second.seconds)


def judged(
    asset: VoiceAsset, spoken: Sequence[Signal], parted: Parted, *, renders: int, started: datetime
) -> FittedVoice:
    """Return the voice ``asset`` with what the judges say of ``spoken``, the judged sentences in it."""
    likeness = parted.likeness(spoken)
    return FittedVoice(
        asset=asset,
        embedding=mean_embedding([embed_voice(signal) for signal in spoken]),
        similarity=likeness.campplus,
        similarity_ge2e=likeness.ge2e,
        stranger=likeness.stranger,
        naturalness=dnsmos(concatenate(spoken)).ovr,
        renders=renders,
        seconds=(now() - started).total_seconds(),
    )


@dataclass(slots=True, eq=False)
class _Heard:
    """One render of a search: where, what, its speech at 16 kHz before any tone, and its pitch."""

    point: Point
    sentence: str
    speech: NDArray[np.float32]
    log_pitch: float


class _Search:
    """A search in progress: the map, what was heard, and the tone that goes on top."""

    def __init__(
        self,
        space: StyleSpace,
        references: Sequence[Reference],
        permitted: CloningPermit,
        budget: SearchBudget,
        *,
        seed: int,
        progress: Report,
    ) -> None:
        self._permitted, self._digests = permitted, [reference.digest for reference in references]
        self.renders, self._part = 0, 0.0
        self._space = space
        self._engine = space.searcher()
        self._budget = budget
        self._progress = progress
        self._random = np.random.default_rng(seed)
        self.parted = Parted.of([reference.signal for reference in references])
        self._reference = self.parted.heard
        self.target = embed_speech(self._reference)
        self._aim = _sound(self.target, log_pitch(self._reference))
        self._heard: list[_Heard] = []
        self._tone_db = np.zeros(len(space.tone_hz), dtype=np.float32)
        self._measured = space.measured()
        stock = 0 if len(self._measured.points) else budget.stock
        self._total = stock + budget.rounds * WORKERS + len(_SHARES) * budget.settling + budget.judged

    def run(self) -> VoiceAsset:
        """Return the voice at the end of the search."""
        self._map = self._first_map()
        best = self._first_point()
        for number in range(self._budget.rounds):
            around = best + self._wander(number) * self._random.standard_normal(len(best))
            around = np.clip(around, -MAX_COORDINATE, MAX_COORDINATE)
            self._listen([best, around], number)
            if number + 1 in self._budget.tone_after:
                self._retune(best)
            best = self._map.nearest(self._aim, [best, around])
        return self._settled([self._asset(share * best) for share in _SHARES])

    def ascended(self, space: LayeredSpace, start: VoiceAsset, *, turned: bool) -> VoiceAsset:
        """Return the voice that an ascent from ``start`` finds; ``turned``: at the speaker's pitch, first."""
        ascent = Ascent(space, self.parted, self.say_all, self._random, self._climbing)
        return ascent.run(start, steps=self._budget.climb, checks=self._budget.checks, turned=turned)

    def _climbing(self, part: float, alike: float) -> None:
        self._permitted.check(self._digests)
        self._part = 0.2 + 0.7 * part
        self._progress(PartDone(self._part, f"similarity {alike:.2f}" if alike else ""))

    def _asset(self, point: Point) -> VoiceAsset:
        return self._space.asset(point.tolist(), tone_db=self._tone_db.tolist())

    def _settled(self, assets: Sequence[VoiceAsset]) -> VoiceAsset:
        """Return the one of ``assets`` that is most like the speaker and still natural."""
        count = self._budget.settling
        spoken = self.say_all([asset for asset in assets for _ in range(count)], SEARCHED[:count] * len(assets))
        worth = [self._worth(spoken[first : first + count]) for first in range(0, len(spoken), count)]
        return assets[int(np.argmax(worth))]

    def _worth(self, spoken: Sequence[Signal]) -> float:
        """Return the similarity of ``spoken`` to the speaker, less the price of what is unnatural in it."""
        speech = [speech_of(signal, SAMPLE_RATE) for signal in spoken]
        if min(len(one) for one in speech) < MIN_DURATION_S * SAMPLE_RATE:
            return -1.0
        alike = float(np.mean([similarity(embed_speech(one), self.target) for one in speech]))
        return alike - NATURALNESS_PRICE * max(0.0, NATURAL - dnsmos(concatenate(spoken)).ovr)

    def say_all(self, assets: Sequence[VoiceAsset], sentences: Sequence[str]) -> list[Signal]:
        """Return each of ``sentences`` as the asset in its place says it, `WORKERS` at a time, if that is permitted."""
        self._permitted.check(self._digests)
        spoken = []
        with ThreadPoolExecutor(WORKERS) as pool:
            for signal in pool.map(self._say, assets, sentences):
                spoken.append(signal)
                self.renders += 1
                self._part = max(self._part, min(self.renders / self._total, 0.2 if self._budget.climb else 1.0))
                self._progress(self._part)
        return spoken

    def _say(self, asset: VoiceAsset, sentence: str) -> Signal:
        return concatenate(list(self._engine.stream(sentence, asset)))

    def _first_map(self) -> VoiceMap:
        """Return the map of what was measured beforehand, or else of the engine's own voices, heard now."""
        measured = self._measured
        if not len(measured.points):
            points = np.asarray(self._space.stock_points()[: self._budget.stock], dtype=np.float64)
            said = [SEARCHED[place % len(SEARCHED)] for place in range(len(points))]
            signals = self.say_all([self._space.asset(point) for point in points.tolist()], said)
            spoken = [speech_of(signal, SAMPLE_RATE) for signal in signals]
            embeddings = np.stack([embed_speech(speech) for speech in spoken]).astype(np.float64)
            pitches = np.array([log_pitch(speech) for speech in spoken])
            measured = MeasuredStyles(points=points, embeddings=embeddings, log_pitches=pitches, adds={})
        sounds = np.column_stack([measured.embeddings, measured.log_pitches])
        # A whispered reference or render has no pitch: it is taken for the usual one.
        voiced = sounds[np.isfinite(sounds[:, -1]), -1]
        self._usual_pitch = float(np.median(voiced)) if len(voiced) else _NO_PITCH
        sounds[:, -1] = np.where(np.isfinite(sounds[:, -1]), sounds[:, -1], self._usual_pitch)
        self._aim[-1] = self._aim[-1] if np.isfinite(self._aim[-1]) else self._usual_pitch
        return VoiceMap(measured.points, sounds, self._space.weights)

    def _first_point(self) -> Point:
        closest = np.argsort(-(self._map.measured_sounds[:, :-1] @ self.target), kind="stable")[:_STARTS]
        return self._map.nearest(self._aim, self._map.measured_points[closest])

    def _wander(self, number: int) -> float:
        return _WANDER * (1.0 - 0.5 * number / self._budget.rounds)

    def _listen(self, points: Sequence[Point], number: int) -> None:
        """Hear the next sentences at ``points`` and redraw the map."""
        sentences = sentences_of(number)
        signals = self.say_all([self._space.asset(point.tolist()) for point in points], sentences)
        for point, sentence, signal in zip(points, sentences, signals, strict=True):
            speech = speech_of(signal, SAMPLE_RATE)
            if len(speech) < MIN_DURATION_S * SAMPLE_RATE:
                continue  # A point that does not speak tells nothing; the next climb starts where it did.
            pitch = log_pitch(speech)
            heard = _Heard(point, sentence, speech, pitch if np.isfinite(pitch) else self._usual_pitch)
            self._heard.append(heard)
            self._map.hear(point, self._sound(heard, self._tone_db))
        self._map.redraw()

    def _sound(self, heard: _Heard, tone_db: NDArray[np.float32]) -> Vector:
        """Return the sound of ``heard`` with the tone ``tone_db``, less what its sentence adds."""
        embedding = embed_speech(apply_tone(heard.speech, tone_db, SAMPLE_RATE)).astype(np.float64)
        return _sound(embedding - self._measured.adds.get(heard.sentence, 0.0), heard.log_pitch)

    def _retune(self, best: Point) -> None:
        """Fit the tone to what was heard nearest to ``best``, and hear everything again with it."""
        if not len(self._tone_db):
            return
        near = sorted(self._heard, key=lambda heard: self._map.distance(heard.point, best))[:_TUNED_ON]
        self._tone_db = fit_tone(self._reference, [heard.speech for heard in near], self.target)
        toned = [self._sound(heard, self._tone_db) for heard in self._heard]
        flat = [self._sound(heard, np.zeros_like(self._tone_db)) for heard in self._heard]
        self._map.rehear(toned, np.mean(toned, axis=0) - np.mean(flat, axis=0))
        self._map.redraw()


def _sound(embedding: NDArray[np.floating], pitch: float) -> Vector:
    return np.append(embedding.astype(np.float64), pitch)


def sentences_of(number: int) -> list[str]:
    """Return what is said in round ``number``: all sentences in turn, each by every worker once in two turns."""
    first = number * WORKERS
    turn = first // len(SEARCHED)
    places = [(first + (worker + turn) % WORKERS) % len(SEARCHED) for worker in range(WORKERS)]
    return [SEARCHED[place] for place in places]
