"""The waveform of a traced file: outline, boxes of the parts, and the axis, as numbers for a drawing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sayso.doors.reports.trace import clock_time

if TYPE_CHECKING:
    from sayso.workflows.provenance.tracing import Trace

WIDTH: Final = 1200
_HALF: Final = 80
_TOP: Final = 22
_LABEL_WIDTH: Final = 40
_TICKS: Final = 8
_TICK_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


def drawn(trace: Trace) -> dict[str, Any]:
    """Return the drawing of ``trace``; lengths are in units of its view box, 1,200 wide."""
    duration_s = max(trace.scan.duration_s, 0.1)
    return {
        "width": WIDTH,
        "height": 2 * _HALF + 60,
        "inner": 2 * _HALF,
        "bottom": 2 * _HALF + _TOP,
        "outline": outline(trace.peaks, half=_HALF, top=_TOP),
        "boxes": list(_boxes(trace, duration_s)),
        "ticks": list(ticks(duration_s)),
    }


def _boxes(trace: Trace, duration_s: float) -> Iterator[dict[str, str]]:
    for part in trace.parts:
        left = WIDTH * part.passage.start_s / duration_s
        width = max(WIDTH * (part.passage.end_s - part.passage.start_s) / duration_s, 2.0)
        yield {"verdict": part.verdict, "x": f"{left:.1f}", "width": f"{width:.1f}", "label_x": f"{left + 3:.1f}"}


def ticks(duration_s: float) -> Iterator[dict[str, str]]:
    """Yield the ticks of the axis of time."""
    step_s = next((step for step in _TICK_STEPS_S if duration_s / step <= _TICKS), _TICK_STEPS_S[-1])
    for place in range(int(duration_s // step_s) + 1):
        x = WIDTH * place * step_s / duration_s
        label = clock_time(place * step_s)[:-2] if x < WIDTH - _LABEL_WIDTH else ""
        yield {"x": f"{x:.1f}", "label": label}


def outline(peaks: NDArray[np.float32], *, half: int, top: int) -> str:
    """Return the path of the peaks, mirrored, the loudest ``half`` high, the middle ``half`` below ``top``."""
    bins = min(WIDTH // 2, len(peaks))
    if bins == 0:
        return "M0 0"
    starts = np.arange(bins) * len(peaks) // bins
    high = np.maximum.reduceat(peaks, starts) / max(float(peaks.max()), 1e-6) * (half - 4)
    x = (np.arange(bins) + 0.5) * WIDTH / bins
    middle = half + top
    above = [f"{a:.0f} {middle - b:.1f}" for a, b in zip(x, high, strict=True)]
    below = [f"{a:.0f} {middle + b:.1f}" for a, b in zip(x[::-1], high[::-1], strict=True)]
    return f"M0 {middle}L" + "L".join([*above, f"{WIDTH} {middle}", *below]) + "Z"
