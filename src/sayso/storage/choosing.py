"""Choosing the form of a sound: the smallest that measures good enough for its purpose and keeps its mark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from sayso.audio import Signal
from sayso.progress import Report, silent
from sayso.storage.forms import is_16_bit, packed_as, unpacked
from sayso.storage.measures import Beside, Closeness
from sayso.storage.pauses import StoredPause, pauses_in, put_back, without
from sayso.storage.purpose import DEMANDS, FLAC, ORIGINAL, Demand, StorageForm, StoragePurpose

_JUDGED_S: Final = 60.0
_EXCERPTS: Final = 6
_MOST_CHANNELS: Final = 2

Survives = Callable[[Signal], bool]
"""Returns whether the mark is still read in a sound."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How to lay out again what a form holds: rate, channels, samples in all, and the pauses that were taken out."""

    sample_rate: int
    num_channels: int
    num_samples: int
    pauses: tuple[StoredPause, ...] = ()

    @property
    def num_packed(self) -> int:
        """Return how many samples the form itself holds."""
        return self.num_samples - sum(pause.length for pause in self.pauses)


@dataclass(frozen=True, slots=True)
class ChosenForm:
    """A sound in the form that was chosen.

    ``closeness`` is None where nothing is lost; ``flac_bytes`` is what FLAC would take; ``refused`` are the forms that
    were tried and not good enough, in order.
    """

    form: StorageForm
    data: bytes
    layout: Layout
    closeness: Closeness | None
    flac_bytes: int
    refused: tuple[str, ...] = ()


def choose(
    signal: Signal,
    purpose: StoragePurpose,
    *,
    original: bytes | None = None,
    survives: Survives | None = None,
    report: Report = silent,
) -> ChosenForm:
    """Return ``signal`` in the smallest form that meets the demand of ``purpose``; without loss where none does.

    ``original`` is the file that the signal came from: it is kept as it is where 16 bits do not hold the signal.
    ``survives`` is given for sound with a mark, whose pauses are left as they are, since the mark is in them, too. Of
    more than a minute, six excerpts of ten seconds are measured. Deterministic.

    Raises
    ------
    EmptyAudio : no samples
    """
    whole = _lossless(signal, original)
    demand = DEMANDS[purpose]
    if not demand.forms or signal.num_channels > _MOST_CHANNELS:
        return whole
    pauses = () if survives else pauses_in(signal)
    layout = Layout(signal.sample_rate, signal.num_channels, signal.num_samples, pauses)
    packed = without(signal, pauses)
    judged = _Judged(signal, demand)
    refused: list[str] = []
    for place, form in enumerate(demand.forms):
        report(place / len(demand.forms))
        data = packed_as(packed, form)
        if len(data) >= len(whole.data):
            break
        made = sounded(data, layout)
        closeness = judged.closeness(made)
        if closeness.meets(demand) and (survives is None or survives(made)):
            return ChosenForm(form, data, layout, closeness, whole.flac_bytes, tuple(refused))
        refused.append(form.name)
    return ChosenForm(whole.form, whole.data, whole.layout, None, whole.flac_bytes, tuple(refused))


def sounded(data: bytes, layout: Layout) -> Signal:
    """Return the sound of what `choose` kept, pauses put back: exactly as many samples as it had."""
    return put_back(unpacked(data, layout.sample_rate, layout.num_packed), layout.pauses)


def _lossless(signal: Signal, original: bytes | None) -> ChosenForm:
    layout = Layout(signal.sample_rate, signal.num_channels, signal.num_samples)
    flac = packed_as(signal, FLAC)
    if original is not None and not is_16_bit(signal):
        return ChosenForm(ORIGINAL, original, layout, None, len(flac))
    return ChosenForm(FLAC, flac, layout, None, len(flac))


class _Judged:
    """The parts of a signal by which its forms are measured."""

    def __init__(self, signal: Signal, demand: Demand) -> None:
        self.demand = demand
        self._spans = _spans(signal)
        self._beside = Beside(self._cut(signal))

    def closeness(self, made: Signal) -> Closeness:
        return self._beside.closeness(self._cut(made))

    def _cut(self, signal: Signal) -> Signal:
        pieces = [signal.samples[:, start:stop] for start, stop in self._spans]
        return Signal(np.concatenate(pieces, axis=1), signal.sample_rate)


def _spans(signal: Signal) -> list[tuple[int, int]]:
    """Return the whole of a short signal, or excerpts of ten seconds spread over a long one."""
    if signal.duration_s <= _JUDGED_S:
        return [(0, signal.num_samples)]
    size = round(_JUDGED_S / _EXCERPTS * signal.sample_rate)
    starts = np.linspace(0, signal.num_samples - size, _EXCERPTS).astype(int).tolist()
    return [(start, start + size) for start in starts]
