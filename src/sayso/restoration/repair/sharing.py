"""How much of an enhancer the voice bears: the share of its sound under the voice, chosen for each recording.

An enhancer takes of a voice what it takes for noise, and how much that is differs from recording to recording far more
than from noise to noise. So the largest share is taken at which CAM++ still hears the voice of the recording. Where
the voice of the recording is no single one, because another talks over it, that comparison says nothing: there all of
the enhancer is taken if what it leaves is more of one voice than what came in.

Chosen on ten speakers of the tuning half in noise, babble and talkers (see docs/measurements.md).
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
_MORE_ONE: Final = 0.1
_PARTS: Final = 3
_COMPARED_S: Final = 20.0
_PIECE_S: Final = 5.0


def shared_step(signal: Signal, name: str, identity: Identity, *, has_others: bool) -> tuple[Step, Signal] | None:
    """Return the step of the enhancer ``name`` with the largest share that the voice bears, and what it makes.

    None where the voice bears none. ``has_others`` tells whether others than one speaker were found in ``signal``. Of
    more than 20 s of speech, 20 s are compared. Deterministic.
    """
    wet, heard = enhanced(signal, enhancer(name)), _heard_places(signal)
    try:
        share = _largest(_parts(wet, heard), _parts(signal, heard), identity, has_others=has_others)
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


def _largest(wet: Signal, dry: Signal, identity: Identity, *, has_others: bool) -> float | None:
    """Return the share; likeness falls as it rises, so that it is found by halves."""
    before = identity(dry)

    def likeness(share: float) -> float:
        return float(identity(voice_spared(wet, dry, pauses=_PAUSES, voice=share)) @ before)

    at_most = likeness(SHARES[-1])
    if at_most >= _UNCHANGED or (at_most < _ANOTHER and has_others and _is_more_one(wet, dry, identity)):
        return SHARES[-1]
    low, high, told = -1, len(SHARES) - 1, at_most  # what is told is of the share `high`
    while high - low > 1:
        middle = (low + high) // 2
        now = likeness(SHARES[middle])
        low, high, told = (middle, high, told) if now >= _UNCHANGED else (low, middle, now)
    if low >= 0:
        return SHARES[low]
    return SHARES[0] if told >= _SAME else None


def _is_more_one(wet: Signal, dry: Signal, identity: Identity) -> bool:
    """Return whether the parts of ``wet`` are of one voice rather than those of ``dry``."""
    return _oneness(wet, identity) >= _oneness(dry, identity) + _MORE_ONE


def _oneness(signal: Signal, identity: Identity) -> float:
    """Return the mean likeness of the thirds of ``signal`` to each other; -1 where one holds too little speech."""
    edges = np.linspace(0, signal.num_samples, _PARTS + 1).round().astype(int).tolist()
    try:
        told = np.stack([identity(signal.slice(start, stop)) for start, stop in pairwise(edges)])
    except SaysoError:
        return -1.0
    return float((told @ told.T)[np.triu_indices(_PARTS, 1)].mean())
