"""The wanted speaker where several talk: whose voice each turn is, by its likeness to a reference of that speaker.

The segmentation tells who speaks when within 10 s, but not who is who from one window to the next; an embedding of each
turn, and of each voice of a window as a whole, does. A voice that could be the wanted one, or is heard too shortly to
tell, is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.mastering import tone_of
from sayso.audio.resample import resample
from sayso.audio.signal import Signal
from sayso.errors import SaysoError
from sayso.restoration.diagnosis.diagnosing import stretches
from sayso.restoration.diagnosis.finding import Place
from sayso.restoration.diagnosis.speakers import RATE
from sayso.restoration.diagnosis.turns import SoloTurns, turns_in
from sayso.restoration.repair.mixing import softest
from sayso.restoration.repair.steps import Step, applied, begun_at, talkers_step

Floats = NDArray[np.float32]
Identity = Callable[[Signal], Floats]
"""Returns the embedding of the voice in a recording, of length 1; raises a `SaysoError` where there is none."""

# CAM++ of 26 speakers of the tuning half beside a reference of their own and of each other, clean and in noise at
# 10 dB: of 2 s their own was never below 0.50, of 1 s in 1 % below 0.3; another's above 0.31 in 1 %, above 0.2 in 10 %.
_ANOTHER: Final = 0.32
_ANOTHER_BRIEF: Final = 0.2
_ANOTHER_SHARE: Final = 0.6  # of the likeness of whoever is most alike: another microphone lowers all of them
_FOUND: Final = 0.4  # so alike must somebody be, for this part of what is heard and so long, before another is told
_FOUND_PART: Final = 0.02
_FOUND_S: Final = 2.0
_WINDOW_S: Final = 1.5
_CELL_S: Final = 0.5
_BRIEF_S: Final = 0.8
_NEAR_S: Final = 1.0
_EDGE_S: Final = 0.15  # of the pause beside a turn: a voice rises and rings out there
_SAME_S: Final = 0.01
_TONE_S: Final = 10.0
_PAUSE_S: Final = 0.2
_STRETCH_S: Final = 60.0
_STRETCHES: Final = 6


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch in which one voice alone speaks, and its likeness to the wanted one (CAM++, -1 to 1)."""

    start_s: float
    stop_s: float
    likeness: float


@dataclass(frozen=True, slots=True)
class WantedSpeaker:
    """What was heard of the wanted speaker, and what was done for them.

    Attributes
    ----------
    is_heard : whether anybody is alike enough to be the speaker; where nobody is, nothing is removed
    removed : the turns of others, which are room tone now
    unsure : turns of which it cannot be told whose they are; left as they were
    together : where several speak at once; left to the enhancer
    before, after : likeness of the whole to the reference; None where there is too little speech
    """

    is_heard: bool
    removed: tuple[Turn, ...]
    unsure: tuple[Place, ...]
    together: tuple[Place, ...]
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True)
class _Heard:
    """A piece of a turn, and the most that it could be the wanted voice; None where that cannot be told."""

    place: Place
    likeness: float | None
    is_brief: bool = False


class WantedListener:
    """Takes the stretches of a recording, one after another, and tells whose turns are whose."""

    def __init__(self, wanted: Floats, identity: Identity) -> None:
        """``wanted`` is an embedding by ``identity``."""
        self._wanted, self._identity = wanted, identity
        self._start_s = 0.0
        self._heard: list[_Heard] = []
        self._turns = SoloTurns()
        self._tone: list[Floats] = []
        self._quiet: list[Floats] = []
        self._rate = 0

    def take(self, stretch: Signal) -> None:
        """Take the next stretch, some seconds to some minutes of sound."""
        low = resample(Signal.mono(stretch.mixed_in_phase(), stretch.sample_rate), RATE).samples[0]
        found = turns_in(low) if low.size else SoloTurns()
        for place in (place for places in found.voices for place in places):
            self._heard += [replace(one, place=_later(one.place, self._start_s)) for one in self._told(low, place)]
        for mine, theirs in ((self._turns.together, found.together), (self._turns.pauses, found.pauses)):
            mine += [_later(place, self._start_s) for place in theirs]
        self._keep_tone(stretch, found.pauses)
        self._rate = stretch.sample_rate
        self._start_s += stretch.duration_s

    def _told(self, low: Floats, place: Place) -> list[_Heard]:
        """Return a turn in cells of half a second, each with the highest likeness of the windows that it is in."""
        start, stop = place
        if stop - start < _WINDOW_S:
            is_told = stop - start >= _BRIEF_S
            return [_Heard(place, self._likeness(low, start, stop) if is_told else None, is_brief=True)]
        firsts = [*np.arange(start, stop - _WINDOW_S, _CELL_S).tolist(), stop - _WINDOW_S]
        windows = [(first, self._likeness(low, first, first + _WINDOW_S)) for first in firsts]
        edges = [*np.arange(start, stop - _CELL_S / 2, _CELL_S).tolist(), stop]
        return [
            _Heard(cell, _highest(told for first, told in windows if first < cell[1] and first + _WINDOW_S > cell[0]))
            for cell in pairwise(edges)
        ]

    def _likeness(self, low: Floats, start: float, stop: float) -> float | None:
        return likeness(Signal.mono(low[round(start * RATE) : round(stop * RATE)], RATE), self._wanted, self._identity)

    def _keep_tone(self, stretch: Signal, pauses: Sequence[Place]) -> None:
        """Keep some seconds of pauses, shape (channels, samples), for their colour; and of what is softest."""
        if not self._quiet:
            self._quiet = [softest(stretch)]
        for start, stop in pauses:
            first, last = (round(at * stretch.sample_rate) for at in (start + _EDGE_S, stop - _EDGE_S))
            held = sum(piece.shape[1] for piece in self._tone)
            if last - first >= _PAUSE_S * stretch.sample_rate and held < _TONE_S * stretch.sample_rate:
                self._tone.append(stretch.samples[:, first:last].copy())

    def heard(self) -> WantedSpeaker:
        """Return whose turns are whose."""
        best = self._best()
        pieces = _by_neighbours(sorted(self._heard, key=lambda piece: piece.place), best)
        others = {piece for piece in pieces if _is_another(piece, best)} if best >= _FOUND else set()
        kept = [piece.place for piece in pieces if piece not in others] + self._turns.together
        removed = [
            Turn(*_widened(turn[:2], kept), turn[2]) for turn in _runs(piece for piece in pieces if piece in others)
        ]
        unsure = tuple(piece.place for piece in pieces if piece.likeness is None)
        return WantedSpeaker(best >= _FOUND, tuple(removed), unsure, tuple(sorted(self._turns.together)))

    def _best(self) -> float:
        """Return how alike to the wanted speaker those are who are most alike, for some seconds at least."""
        told = sorted((p.likeness for p in self._heard if p.likeness is not None and not p.is_brief), reverse=True)
        place = max(round(_FOUND_PART * len(told)), round(_FOUND_S / _CELL_S)) - 1
        return told[place] if place < len(told) else -1.0

    def step(self, removed: Sequence[Turn]) -> Step:
        """Return what puts room tone in the place of ``removed``."""
        heard = self._tone or self._quiet
        tones = [tone_of(channel, self._rate) for channel in np.concatenate(heard, axis=1)]
        return talkers_step([(turn.start_s, turn.stop_s) for turn in removed], tones)


def _highest(told: Iterable[float | None]) -> float | None:
    """Return the highest; None where one of them cannot be told."""
    known = list(told)
    return None if None in known else max(one for one in known if one is not None)


def _is_another(piece: _Heard, best: float) -> bool:
    limit = _ANOTHER_BRIEF if piece.is_brief else _ANOTHER
    return piece.likeness is not None and piece.likeness < min(limit, _ANOTHER_SHARE * best)


def _by_neighbours(pieces: Sequence[_Heard], best: float) -> list[_Heard]:
    """Return ``pieces``, in order; what is too brief to be told is another's where all that is said near it is."""
    made = list(pieces)
    for place, piece in enumerate(pieces):
        if piece.likeness is None and piece.is_brief:
            near = [
                one
                for one in pieces[max(place - 1, 0) : place + 2]
                if one is not piece and _gap_s(one, piece) < _NEAR_S
            ]
            if near and all(_is_another(one, best) for one in near):
                made[place] = replace(piece, likeness=max(one.likeness or 0.0 for one in near))
    return made


def _gap_s(one: _Heard, other: _Heard) -> float:
    return max(one.place[0] - other.place[1], other.place[0] - one.place[1])


def _runs(pieces: Iterable[_Heard]) -> list[tuple[float, float, float]]:
    """Return ``pieces``, which are in order, those that touch made one of the highest likeness."""
    made: list[tuple[float, float, float]] = []
    for piece in pieces:
        start, stop = piece.place
        told = piece.likeness or 0.0
        if made and start - made[-1][1] <= _SAME_S:
            made[-1] = (made[-1][0], stop, max(made[-1][2], told))
        else:
            made.append((start, stop, told))
    return made


def _later(place: Place, seconds: float) -> Place:
    return place[0] + seconds, place[1] + seconds


def _widened(place: Place, kept: Sequence[Place]) -> Place:
    """Return ``place`` and a little of what is around it, nothing of what is kept."""
    start, stop = place[0] - _EDGE_S, place[1] + _EDGE_S
    start = max([start, 0.0, *(last for _, last in kept if last <= place[0] + _SAME_S)])
    stop = min([stop, *(first for first, _ in kept if first >= place[1] - _SAME_S)])
    return start, stop


def likeness(signal: Signal, wanted: Floats, identity: Identity) -> float | None:
    """Return the cosine of the voice in ``signal`` to ``wanted``; None where there is too little speech in it."""
    try:
        return float(identity(signal) @ wanted)
    except SaysoError:
        return None


@dataclass(frozen=True, slots=True)
class Alone:
    """What there is to do for the wanted speaker: ``step``, None for nothing; ``is_refused`` where that did harm."""

    told: WantedSpeaker
    step: Step | None = None
    is_refused: bool = False


def alone(blocks: Callable[[], Iterable[Signal]], wanted: Floats, identity: Identity) -> Alone:
    """Return what takes the turns of others than ``wanted`` out of the sound of ``blocks``, asked for it twice.

    It is refused where the likeness of what is left falls: of a long recording, of the stretches that turns are taken
    out of, up to six of them. A stretch is a minute, as much as the embedding hears.
    """
    listener = WantedListener(wanted, identity)
    for stretch in stretches(blocks(), _STRETCH_S):
        listener.take(stretch)
    told = listener.heard()
    step = listener.step(told.removed) if told.removed else None
    before, after = _likenesses(stretches(blocks(), _STRETCH_S), step, wanted, identity)
    told = replace(told, before=before, after=after)
    if step is None:
        return Alone(told)
    if before is None or after is None or after < before:
        return Alone(replace(told, removed=()), is_refused=True)
    return Alone(told, step)


def _likenesses(
    sounds: Iterable[Signal], step: Step | None, wanted: Floats, identity: Identity
) -> tuple[float | None, float | None]:
    """Return the mean likeness of some stretches before and after ``step``."""
    found: list[tuple[float, float]] = []
    start_s = 0.0
    for stretch in sounds:
        made = stretch if step is None else applied(begun_at(step, start_s), stretch)
        start_s += stretch.duration_s
        if len(found) == _STRETCHES or (step is not None and np.array_equal(made.samples, stretch.samples)):
            continue
        before = likeness(stretch, wanted, identity)
        after = before if step is None else likeness(made, wanted, identity)
        if before is not None and after is not None:
            found.append((before, after))
    if not found:
        return None, None
    before, after = np.mean(found, axis=0).tolist()
    return before, after
