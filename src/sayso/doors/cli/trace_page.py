"""A trace as one page for people: no script, nothing fetched, every word escaped, readable without colours."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sayso.doors.shapes import provenance as shapes

if TYPE_CHECKING:
    from sayso.workflows.provenance.tracing import Part, Trace

_WIDTH: Final = 1200
_HALF: Final = 80
_TICKS: Final = 8
_TICK_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fff; --wave: #5b6470; --line: #767b85;
  --ours: #0b6e4f; --copied: #a3261b; --marked: #7a5200; --unmarked: #1f4fa3; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf1; --paper: #16171a; --wave: #a3acb9; --line: #8d939d;
  --ours: #4fd1a1; --copied: #ff8a7d; --marked: #f2bd57; --unmarked: #8ab4ff; } }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 76rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; } h2 { font-size: 1.2rem; margin-top: 2rem; }
svg { width: 100%; height: auto; } .wave { fill: var(--wave); } .axis { stroke: var(--line); }
svg text { fill: var(--ink); font: 14px system-ui, sans-serif; }
.ours { --it: var(--ours); } .copied { --it: var(--copied); } .marked { --it: var(--marked); }
.unmarked { --it: var(--unmarked); }
rect.part { fill: var(--it); fill-opacity: .18; stroke: var(--it); stroke-width: 2; }
.copied rect.part { stroke-dasharray: 8 4; } .marked rect.part { stroke-dasharray: 2 3; }
.unmarked rect.part { stroke-dasharray: 12 3; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
caption { text-align: left; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0;
  border-bottom: 1px solid var(--line); } td strong { color: var(--it); }
code, pre { font: .85rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
footer { margin-top: 2rem; font-size: .9rem; }
"""


def page(trace: Trace) -> str:
    """Return the HTML of ``trace``, whole in itself."""
    name = escape(trace.file.name)
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Trace of {name}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
            f"<h1>Trace of {name}</h1>\n<p>{escape(summary(trace))}</p>",
            *_wave(trace),
            *_table(trace.parts),
            *_proofs(trace.parts),
            "</main>",
            *_foot(trace),
            "</body>\n</html>\n",
        ]
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


def _wave(trace: Trace) -> Iterator[str]:
    duration_s = max(trace.scan.duration_s, 0.1)
    yield f'<svg viewBox="0 0 {_WIDTH} {2 * _HALF + 60}" role="img" aria-labelledby="wave-title wave-what">'
    yield f'<title id="wave-title">Waveform of {escape(trace.file.name)}</title>'
    yield '<desc id="wave-what">The marked parts are drawn as numbered boxes; the table below lists them.</desc>'
    yield f'<path class="wave" d="{_outline(trace.peaks)}"/>'
    for number, part in enumerate(trace.parts, 1):
        left = _WIDTH * part.passage.start_s / duration_s
        width = max(_WIDTH * (part.passage.end_s - part.passage.start_s) / duration_s, 2.0)
        yield f'<g class="{part.verdict}">'
        yield f'<rect class="part" x="{left:.1f}" y="22" width="{width:.1f}" height="{2 * _HALF}"/>'
        yield f'<text x="{left + 3:.1f}" y="17">{number}</text></g>'
    yield from _axis(duration_s)
    yield "</svg>"


def _axis(duration_s: float) -> Iterator[str]:
    bottom = 2 * _HALF + 22
    yield f'<line class="axis" x1="0" y1="{bottom}" x2="{_WIDTH}" y2="{bottom}"/>'
    step_s = next((step for step in _TICK_STEPS_S if duration_s / step <= _TICKS), _TICK_STEPS_S[-1])
    for place in range(int(duration_s // step_s) + 1):
        x = _WIDTH * place * step_s / duration_s
        yield f'<line class="axis" x1="{x:.1f}" y1="{bottom}" x2="{x:.1f}" y2="{bottom + 6}"/>'
        if x < _WIDTH - 40:
            yield f'<text x="{x:.1f}" y="{bottom + 24}">{clock_time(place * step_s)[:-2]}</text>'


def _outline(peaks: NDArray[np.float32]) -> str:
    """Return the path of the peaks, mirrored, the loudest at full height."""
    bins = min(_WIDTH // 2, len(peaks))
    if bins == 0:
        return "M0 0"
    starts = np.arange(bins) * len(peaks) // bins
    high = np.maximum.reduceat(peaks, starts) / max(float(peaks.max()), 1e-6) * (_HALF - 4)
    x = (np.arange(bins) + 0.5) * _WIDTH / bins
    middle = _HALF + 22
    above = [f"{a:.0f} {middle - b:.1f}" for a, b in zip(x, high, strict=True)]
    below = [f"{a:.0f} {middle + b:.1f}" for a, b in zip(x[::-1], high[::-1], strict=True)]
    return f"M0 {middle}L" + "L".join([*above, f"{_WIDTH} {middle}", *below]) + "Z"


_HEADS: Final = (
    "Part",
    "From",
    "To",
    "What it is",
    "For whom, what for",
    "Made at",
    "Clip and mark",
    "Grant",
    "Ledger",
)


def _table(parts: Sequence[Part]) -> Iterator[str]:
    if not parts:
        return
    yield '<h2>Parts that are ours</h2>\n<div class="table"><table>'
    yield "<caption>Times are in the file; whether a grant is given is as of now.</caption>"
    yield "<thead><tr>" + "".join(f'<th scope="col">{head}</th>' for head in _HEADS) + "</tr></thead>\n<tbody>"
    for number, part in enumerate(parts, 1):
        cells = "".join(f"<td>{cell}</td>" for cell in _cells(part))
        yield f'<tr class="{part.verdict}"><th scope="row">{number}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def _cells(part: Part) -> Iterator[str]:
    seen = shapes.part(part)
    yield clock_time(part.passage.start_s)
    yield clock_time(part.passage.end_s)
    yield f"<strong>{escape(part.said)}</strong><br>p = {part.passage.p_value:.2g}"
    if part.standing is None:
        yield from ("-", "-", _code(seen["mark"]), "-", "-")
        return
    project = f", project {escape(seen['project'])}" if seen["project"] else ""
    yield f"{escape(seen['licensee'])}<br>{escape(seen['purpose'])}{project}"
    yield escape(seen["made_at"])
    yield f"{_code(seen['clip'])}<br>{_code(seen['mark'])}"
    state = "still given" if seen["allowed_now"] else f"NOT given now: {seen['grant_state']}"
    yield f"{_code(seen['grant'])}<br>{escape(state)}"
    if seen["proof_ok"]:
        yield f"entry {seen['entry']}, proof holds"
    else:
        yield f"PROOF DOES NOT HOLD: {escape(str(seen['problem']))}"


def _code(text: str | None) -> str:
    return f"<code>{escape(text)}</code>" if text else "-"


def _proofs(parts: Sequence[Part]) -> Iterator[str]:
    proofs = {part.standing.entry: part.standing.proof for part in parts if part.standing and part.standing.proof}
    if not proofs:
        return
    yield "<h2>Proofs</h2>\n<p>Save one as a file and check it anywhere, without this operator: "
    yield "<code>sayso ledger verify FILE --key KEY</code>.</p>"
    for entry, proof in proofs.items():
        yield f"<details><summary>Proof of ledger entry {entry}</summary>\n<pre>{escape(proof)}</pre></details>"


def _foot(trace: Trace) -> Iterator[str]:
    program = json.dumps([shapes.part(part) for part in trace.parts], ensure_ascii=False)
    yield f"<footer><p>Traced at {escape(trace.traced_at)}. Key of the log: {_code(trace.log_key)}. p is a bound on the"
    yield "chance that other sound looks so, marked or by content, after the whole search. Not legal advice.</p>"
    yield f"<details><summary>For programs (JSON)</summary>\n<pre>{escape(program)}</pre></details></footer>"
