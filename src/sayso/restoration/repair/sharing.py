"""How much of an enhancer the voice bears: the share of its sound under the voice, chosen for each recording.

An enhancer takes of a voice what it takes for noise, and how much that is differs from recording to recording far more
than from noise to noise. So the largest share is taken at which CAM++ still hears the voice of the recording. Where
others talk over it, that comparison says less: there more of the enhancer is taken, and all of it where CAM++ hears
another voice afterwards, or more of one voice than what came in.

Chosen on speakers of the tuning half in noise, babble and talkers (see docs/measurements.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Final

import numpy as np

from sayso.audio.signal import Signal, concatenate
from sayso.audio.speech import speech_spans
from sayso.errors import SaysoError
from sayso.restoration.enhancers import enhanced, enhancer
from sayso.restoration.repair.mixing import voice_spared
from sayso.restoration.repair.steps import Step, noise_step
from sayso.restoration.repair.wanted import Identity

SHARES: Final = (0.4, 0.5, 0.6, 0.75, 0.85, 0.97)

_PAUSES: Final = 0.97
_UNCHANGED: Final = 0.965
_TOLD: Final = 0.9  # the least of 0.8 to 0.93 at which each of 20 people of the tuning gained 0.5 of DNSMOS
_SAME: Final = 0.5  # CAM++ of two clips of one person is above 0.8, of two persons below 0.4
_ANOTHER: Final = 0.6
_FAR: Final = 0.45  # of 56 mixtures of 25 people of the tuning half below it all had more of the wanted voice after
_MORE_ONE: Final = 0.05
MANY: Final = 0.1  # of the speech: noise with the colour of a voice is taken for others in up to 0.09 of it
_ALIKE_AMONG_MANY: Final = 0.9
_UNCHANGED_AMONG_MANY: Final = 0.93
_MUCH_MORE_ONE: Final = 0.1
_PARTS: Final = 3
_COMPARED_S: Final = 20.0
_PIECE_S: Final = 5.0

# What agreement lacks rises about with this power of the share: below all of the enhancer, and below less of it.
_STEEP: Final = 3.5
_STEEP_NEAR: Final = (0.3, 3.0)
_DOUBTFUL: Final = 0.06  # a share as near as this to where agreement should just do is listened to


def shared_step(signal: Signal, name: str, identity: Identity, others: float) -> tuple[Step, Signal] | None:
    """Return the step of the enhancer ``name`` with the largest share that the voice bears, and what it makes.

    None where the voice bears none. ``others`` tells in how much of the speech in ``signal`` others than one speaker
    were found: 0 to 1. Of more than 20 s of speech, 20 s are compared. Deterministic.
    """
    wet, heard = enhanced(signal, enhancer(name)), _heard_places(signal)
    try:
        share = _largest(_Voices(_parts(wet, heard), _parts(signal, heard), identity), others)
    except SaysoError:
        return None  # where no voice can be told, none can be shown to be spared
    if share is None:
        return None
    return noise_step(name, pauses=_PAUSES, voice=share), voice_spared(wet, signal, pauses=_PAUSES, voice=share)


def fuller_steps(signal: Signal, name: str, identity: Identity, *, above: float) -> Iterator[tuple[Step, Signal]]:
    """Yield the steps of the enhancer ``name`` with a share larger than ``above``, and what each makes.

    They take more of the voice than `shared_step` would: CAM++ still tells it by 0.9. Nothing where no voice can be
    told. For one speaker alone. Deterministic.
    """
    wet, heard = enhanced(signal, enhancer(name)), _heard_places(signal)
    wet_parts, dry_parts = _parts(wet, heard), _parts(signal, heard)
    with suppress(SaysoError):
        before = identity(dry_parts)
        for share in (share for share in SHARES if share > above):
            likeness = identity(voice_spared(wet_parts, dry_parts, pauses=_PAUSES, voice=share)) @ before
            if likeness >= _TOLD:
                made = voice_spared(wet, signal, pauses=_PAUSES, voice=share)
                yield noise_step(name, pauses=_PAUSES, voice=share), made


def _heard_places(signal: Signal) -> list[tuple[int, int]]:
    """Return 20 s of speech spread over ``signal``, as (start, stop) in samples; nothing where it holds no more."""
    if signal.duration_s <= _COMPARED_S:
        return []
    size = round(_PIECE_S * signal.sample_rate)
    pieces = [
        (place, min(place + size, stop)) for start, stop in speech_spans(signal) for place in range(start, stop, size)
    ]
    speech_s = sum(stop - start for start, stop in pieces) / signal.sample_rate
    if speech_s <= _COMPARED_S:
        return []
    return pieces[:: math.ceil(speech_s / _COMPARED_S)]


def _parts(signal: Signal, places: list[tuple[int, int]]) -> Signal:
    return concatenate([signal.slice(start, stop) for start, stop in places]) if places else signal


def _largest(voices: _Voices, others: float) -> float | None:
    """Return the share.

    Where others are heard, the voice of the recording is a mixture, from which the wanted one may be far: where rooms
    blur the others, CAM++ hears nobody in it. There it counts how much more of one voice is left, and where others are
    heard in much of it, agreement with the recording counts for less, and for nothing where another voice is left.
    """
    if others == 0:
        return voices.largest(_UNCHANGED)
    whole = voices.agreement(SHARES[-1])
    if others >= MANY and (whole < _FAR or whole >= _ALIKE_AMONG_MANY):
        return SHARES[-1]
    if whole < _ANOTHER and voices.rise_of_oneness() >= _MORE_ONE:
        return SHARES[-1]
    if others < MANY:
        return voices.largest(_UNCHANGED)
    if voices.rise_of_oneness() >= _MUCH_MORE_ONE:
        return SHARES[-1]
    return voices.largest(_UNCHANGED_AMONG_MANY)


class _Voices:
    """Whose voice CAM++ hears in the recording (``dry``) and in what the enhancer makes of it (``wet``)."""

    def __init__(self, wet: Signal, dry: Signal, identity: Identity) -> None:
        """Raise what ``identity`` raises where ``dry`` holds no voice."""
        self._wet, self._dry, self._identity = wet, dry, identity
        self._before = identity(dry)
        self._told: dict[float, float] = {}
        self._rise: float | None = None

    def agreement(self, share: float) -> float:
        """Return how alike the voices are with ``share`` of the enhancer under the voice."""
        if share not in self._told:
            made = voice_spared(self._wet, self._dry, pauses=_PAUSES, voice=share)
            self._told[share] = float(self._identity(made) @ self._before)
        return self._told[share]

    def largest(self, least: float) -> float | None:
        """Return the largest share with an agreement of ``least``, which falls as the share rises.

        Where none has it, the least share, if the voice is still told to be the same. To hear a voice takes time, so a
        share is listened to only where what was heard of another leaves a doubt. Of 68 recordings (16 speakers of the
        tuning half) 66 gave the share that halving gives, by 1.2 listenings in place of 2.5; the other two were within
        0.001 of the limit.
        """
        told = self.agreement(SHARES[-1])
        if told >= least:
            return SHARES[-1]
        low, high = -1, len(SHARES) - 1
        reach, is_foretold = _reach(SHARES[-1], told, least, _STEEP), False
        while high - low > 1:
            nearest = min(range(low + 1, high), key=lambda place: _apart(SHARES[place], reach))
            if is_foretold and _apart(SHARES[nearest], reach) > _DOUBTFUL:
                low = max([low, *(place for place in range(low + 1, high) if SHARES[place] < reach)])
                break
            told = self.agreement(SHARES[nearest])
            low, high = (nearest, high) if told >= least else (low, nearest)
            reach, is_foretold = _reach(SHARES[nearest], told, least, self._steep(SHARES[nearest])), True
        if low >= 0:
            return SHARES[low]
        return SHARES[0] if told >= _SAME or self.agreement(SHARES[0]) >= _SAME else None

    def _steep(self, share: float) -> float:
        """Return with which power of the share what agreement lacks rises around ``share``: as between it and all."""
        lacking, lacking_most = (max(1 - self.agreement(each), 1e-6) for each in (share, SHARES[-1]))
        least, most = _STEEP_NEAR
        return min(max(math.log(lacking_most / lacking) / math.log(SHARES[-1] / share), least), most)

    def rise_of_oneness(self) -> float:
        """Return how much more alike the thirds of ``wet`` are to each other than those of ``dry``."""
        if self._rise is None:
            self._rise = _oneness(self._wet, self._identity) - _oneness(self._dry, self._identity)
        return self._rise


def _reach(share: float, told: float, least: float, steep: float) -> float:
    """Return the share at which agreement should be ``least``, where it is ``told`` at ``share``."""
    return share * float(((1 - least) / max(1 - told, 1e-6)) ** (1 / steep))


def _apart(share: float, other: float) -> float:
    return abs(math.log(share / other))


def _oneness(signal: Signal, identity: Identity) -> float:
    """Return the mean likeness of the thirds of ``signal`` to each other; -1 where one holds too little speech."""
    edges = np.linspace(0, signal.num_samples, _PARTS + 1).round().astype(int).tolist()
    try:
        told = np.stack([identity(signal.slice(start, stop)) for start, stop in pairwise(edges)])
    except SaysoError:
        return -1.0
    return float((told @ told.T)[np.triu_indices(_PARTS, 1)].mean())
