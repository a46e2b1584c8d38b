"""Long recordings: planned on excerpts, repaired stretch by stretch; ten hours need no more memory than minutes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal, concatenate
from sayso.restoration.diagnosis import stretches
from sayso.restoration.repair.steps import Step, begun_at, replayed

EXCERPT_S: Final = 10.0
MAX_EXCERPTS: Final = 6

_STRETCH_S: Final = 60.0
_LEAD_S: Final = 2.0
_FADE_S: Final = 0.02


class Excerpts:
    """Takes the blocks of a recording and keeps some loud stretches of 10 s, spread over all of it."""

    def __init__(self) -> None:
        self._kept: list[Signal] = []
        self._every = 1
        self._seen = 0
        self._waiting: list[Signal] = []
        self._held = 0

    def take(self, block: Signal) -> None:
        """Take the next block."""
        self._waiting.append(block)
        self._held += block.num_samples
        size = round(EXCERPT_S * block.sample_rate)
        if self._held < size:
            return
        whole = concatenate(self._waiting)
        for start in range(0, self._held - size + 1, size):
            self._keep(whole.slice(start, start + size))
        rest = whole.slice(self._held // size * size, self._held)
        self._waiting, self._held = [Signal(rest.samples.copy(), rest.sample_rate)], rest.num_samples

    def _keep(self, excerpt: Signal) -> None:
        if self._seen % self._every == 0 and float(np.abs(excerpt.samples).max(initial=0.0)) > 0:
            self._kept.append(Signal(excerpt.samples.copy(), excerpt.sample_rate))
            if len(self._kept) > 2 * MAX_EXCERPTS:
                self._kept = self._kept[::2]
                self._every *= 2
        self._seen += 1

    def joined(self) -> Signal | None:
        """Return the loudest of what was kept, in order and one after another; None of less than one excerpt."""
        if not self._kept:
            return None
        levels = [float(np.mean(np.square(one.samples))) for one in self._kept]
        loudest = sorted(np.argsort(levels)[-MAX_EXCERPTS:].tolist())
        return concatenate([self._kept[place] for place in loudest])


def replayed_blocks(steps: Sequence[Step], blocks: Iterable[Signal]) -> Iterator[Signal]:
    """Yield the sound of ``blocks`` after ``steps``, in stretches of a minute that fade into each other over 20 ms.

    Each stretch begins 2 s early, so that what adapts to the sound has done so where it is heard.
    """
    before: Signal | None = None
    tail: NDArray[np.float32] | None = None
    done = 0
    for stretch in stretches(blocks, _STRETCH_S):
        rate = stretch.sample_rate
        lead = min(round(_LEAD_S * rate), before.num_samples) if before is not None else 0
        whole = (
            concatenate([before.slice(before.num_samples - lead, before.num_samples), stretch]) if before else stretch
        )
        made = replayed([begun_at(step, (done - lead) / rate) for step in steps], whole).samples
        done += stretch.num_samples
        fade = min(round(_FADE_S * rate), lead)
        if tail is not None and fade:
            ramp = np.linspace(0, 1, fade, dtype=np.float32)
            tail[:, -fade:] += ramp * (made[:, lead - fade : lead] - tail[:, -fade:])
            yield Signal(tail, rate)
        tail, before = made[:, lead:].copy(), stretch
    if tail is not None and before is not None:
        yield Signal(tail, before.sample_rate)
