"""A trace as one page for people, readable without colours, and its words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sayso.doors.shapes import provenance as shapes

if TYPE_CHECKING:
    from sayso.workflows.provenance.parts import Part
    from sayso.workflows.provenance.tracing import Trace


def page(trace: Trace) -> str:
    """Return the HTML of ``trace``, whole in itself."""
    from sayso.doors.reports.page import rendered  # noqa: PLC0415 - loads the templates' engine
    from sayso.doors.reports.waveform import drawn  # noqa: PLC0415

    shape = shapes.trace(trace)
    standings = [part.standing for part in trace.parts]
    return rendered(
        "trace.html",
        name=trace.file.name,
        summary=summary(trace),
        wave=drawn(trace),
        rows=[_row(part) for part in trace.parts],
        proofs={standing.entry: standing.proof for standing in standings if standing and standing.proof},
        traced_at=trace.traced_at,
        log_key=trace.log_key,
        program=json.dumps(shape["parts"], ensure_ascii=False),
    )


def summary(trace: Trace) -> str:
    """Return what was found, in a sentence."""
    length = clock_time(trace.scan.duration_s)
    if not trace.parts:
        return (
            f"No mark of this operator was found in {length} of sound (p = {trace.scan.p_value:.2g}). "
            "That no mark is found proves nothing."
        )
    unmarked = sum(part.recognised is not None for part in trace.parts)
    count = len(trace.parts) - unmarked
    parts = {0: "No part carries", 1: "1 part carries"}.get(count, f"{count} parts carry")
    marked = (
        f"{parts} a mark of this operator: {clock_time(trace.marked_s)} of {length} (p = {trace.scan.p_value:.2g})."
    )
    return f"{marked} Of {unmarked} more the content is ours, without a mark." if unmarked else marked


def clock_time(seconds: float) -> str:
    """Return ``seconds`` as 1:02:03.4 or 2:03.4."""
    tenths = round(seconds * 10)
    hours, rest = divmod(tenths, 36_000)
    minutes, rest = divmod(rest, 600)
    head = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{head}:{rest // 10:02d}.{rest % 10}"


def _row(part: Part) -> dict[str, Any]:
    return {
        "shape": shapes.part(part),
        "start": clock_time(part.passage.start_s),
        "end": clock_time(part.passage.end_s),
        "said": part.said,
        "p_value": f"{part.passage.p_value:.2g}",
    }
