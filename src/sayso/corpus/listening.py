"""How a part is cut into segments, by the probability of speech each 32 ms."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.models.speech_network import RATE, WINDOW

_ON: Final = 0.5
_OFF: Final = 0.35
_LEAST_S: Final = 0.25
_PAUSE_S: Final = 0.6
_PAD_S: Final = 0.1
_BREATH_S: Final = 0.2
_EDGE_S: Final = 0.05
LONGEST_S: Final = 20.0
SHORTEST_S: Final = 1.0

Floats = NDArray[np.float32]
Span = tuple[float, float]


def segments(speech: Floats, length_s: float) -> list[Span]:
    """Return the segments, in seconds: stretches of speech with pauses of under 0.6 s, of up to 20 s."""
    spans = [span for span in _runs(speech) if span[1] - span[0] >= _LEAST_S]
    joined: list[Span] = []
    for start, end in spans:
        if joined and start - joined[-1][1] < _PAUSE_S and end - joined[-1][0] <= LONGEST_S:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    cut = [piece for span in joined for piece in _cut(span, speech)]
    return _padded(cut, length_s)


def spoken(speech: Floats) -> list[Span]:
    """Return where somebody speaks, in seconds: stretches with pauses of under 0.2 s, and 0.05 s around each."""
    joined: list[Span] = []
    for start, end in _runs(speech):
        if joined and start - joined[-1][1] < _BREATH_S:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    length_s = speech.size * WINDOW / RATE
    return [
        (max(start - _EDGE_S, 0.0), min(end + _EDGE_S, length_s)) for start, end in joined if end - start >= _BREATH_S
    ]


def _runs(speech: Floats) -> list[Span]:
    step = WINDOW / RATE
    found: list[Span] = []
    start = -1
    for place, value in enumerate([*speech.tolist(), 0.0]):
        if start < 0 and value >= _ON:
            start = place
        elif start >= 0 and value < _OFF:
            found.append((start * step, place * step))
            start = -1
    return found


def _cut(span: Span, speech: Floats) -> list[Span]:
    """Return a stretch that is too long as pieces, cut where speech is least likely in the last quarter."""
    start, end = span
    step = WINDOW / RATE
    pieces: list[Span] = []
    while end - start > LONGEST_S:
        first, last = round((start + 0.75 * LONGEST_S) / step), round((start + LONGEST_S) / step)
        at = (first + int(np.argmin(speech[first:last])) + 0.5) * step
        pieces.append((start, at))
        start = at
    return [*pieces, (start, end)]


def _padded(spans: list[Span], length_s: float) -> list[Span]:
    """Return ``spans`` with up to 0.1 s around each, never into the next."""
    edges = [0.0, *(moment for span in spans for moment in span), length_s]
    found = []
    for place, (start, end) in enumerate(spans):
        before, after = edges[2 * place], edges[2 * place + 3]
        found.append((max(start - _PAD_S, (before + start) / 2), min(end + _PAD_S, (end + after) / 2)))
    return found
