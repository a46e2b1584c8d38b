"""Where somebody speaks in a part, and how that is cut into segments.

Silero VAD is a recurrent network that is asked each 32 ms; what takes time is the asking. So the part is read in eight
lanes at once, each with half a second of what comes before it: twice as fast, and 3 in 1,000 moments differ.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.models import session

RATE: Final = 16_000
_WINDOW: Final = 512
_CONTEXT: Final = 64
_LANES: Final = 8
_WARM: Final = 16
_ON: Final = 0.5
_OFF: Final = 0.35
_LEAST_S: Final = 0.25
_PAUSE_S: Final = 0.6
_PAD_S: Final = 0.1
LONGEST_S: Final = 20.0
SHORTEST_S: Final = 1.0

Floats = NDArray[np.float32]
Span = tuple[float, float]


def probabilities(samples: Floats) -> Floats:
    """Return the probability of speech for each 32 ms of ``samples``, 16 kHz mono; about 0 for none."""
    count = -(-samples.size // _WINDOW)
    if count == 0:
        return np.zeros(0, np.float32)
    each = -(-count // _LANES)
    padded = np.zeros(_CONTEXT + (_WARM + each * _LANES) * _WINDOW, np.float32)
    padded[_CONTEXT + _WARM * _WINDOW :][: samples.size] = samples
    windows = np.lib.stride_tricks.sliding_window_view(padded, _CONTEXT + _WINDOW)[::_WINDOW]
    state = np.zeros((2, _LANES, 128), np.float32)
    rate, lanes = np.array(RATE, np.int64), np.arange(_LANES) * each
    found = np.empty((each, _LANES), np.float32)
    run = session("silero-vad").run
    for place in range(_WARM + each):
        heard = np.ascontiguousarray(windows[lanes + place])
        output, state = run(None, {"input": heard, "state": state, "sr": rate})
        if place >= _WARM:
            found[place - _WARM] = output[:, 0]
    return found.T.reshape(-1)[:count]


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


def _runs(speech: Floats) -> list[Span]:
    step = _WINDOW / RATE
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
    step = _WINDOW / RATE
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
