"""Parts: a recording of any length as stretches of about a minute, cut where it is quietest.

Where it is cut depends on the recording alone, so that what is found in a part is the same whoever works on it, and
whatever was done before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.audio.signal import Signal

PART_S: Final = 64.0
_SEARCH_S: Final = 10.0
_FRAME_S: Final = 0.03


@dataclass(frozen=True, slots=True, eq=False)
class RecordingPart:
    """A stretch of a recording: its number, where it starts, in samples, and its sound, mixed to one channel."""

    number: int
    start: int
    signal: Signal


def parts(blocks: Iterable[Signal]) -> Iterator[RecordingPart]:
    """Yield the parts of a recording that comes in ``blocks`` of one rate; the last is shorter."""
    waiting: list[NDArray[np.float32]] = []
    held = number = start = rate = 0
    for block in blocks:
        rate = block.sample_rate
        waiting.append(block.mixed_in_phase())
        held += block.num_samples
        size = round(PART_S * rate)
        while held >= size:
            whole = np.concatenate(waiting)
            cut = _quietest(whole[:size], rate)
            yield RecordingPart(number, start, Signal.mono(whole[:cut], rate))
            waiting, held = [whole[cut:]], held - cut
            number, start = number + 1, start + cut
    if held:
        yield RecordingPart(number, start, Signal.mono(np.concatenate(waiting), rate))


def _quietest(samples: NDArray[np.float32], rate: int) -> int:
    """Return the middle of the quietest tenth of a second near the end."""
    frame = max(1, round(_FRAME_S * rate))
    tail = samples[-round(_SEARCH_S * rate) :]
    frames = tail[: tail.size // frame * frame].reshape(-1, frame).astype(np.float64)
    power = np.convolve(np.square(frames).mean(axis=1), np.ones(3), mode="valid")
    return int(samples.size - tail.size + (int(np.argmin(power)) + 1.5) * frame)
