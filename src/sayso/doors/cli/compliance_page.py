"""The compliance report as one page for people: no script, nothing fetched, every word escaped, fit for printing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from sayso.doors.shapes import compliance as shapes

if TYPE_CHECKING:
    from sayso.workflows.audit.compliance import Figure, Measure, Report

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fff; --line: #767b85; --bad: #a3261b; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf1; --paper: #16171a; --line: #8d939d; --bad: #ff8a7d; } }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 64rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } dt { font-weight: 600; } dd { margin: 0 0 .5rem; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } caption { text-align: left; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); }
.missed { color: var(--bad); font-weight: 600; }
code { font: .85rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
"""


def page(report: Report) -> str:
    """Return the HTML of ``report``, whole in itself."""
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Transparency report</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
            *_head(report),
            *_counts(report),
            *(line for measure in report.measures for line in _measure(report, measure)),
            "</main>\n</body>\n</html>\n",
        ]
    )


def period(report: Report) -> str:
    """Return the period in words."""
    return f"from {report.since or 'the beginning'} to {report.until or report.made_at}"


def shown(figure: Figure) -> str:
    """Return value and unit."""
    return f"{figure.value:,.4g} {figure.unit}".strip() if figure.value < 1e6 else f"{figure.value:,.0f} {figure.unit}"


def judged(figure: Figure) -> str:
    """Return the bar and whether it is met."""
    if figure.met is None:
        return "no bar"
    bar = ", ".join(f"{name.replace('_', ' ')} {limit:,g}" for name, limit in (figure.bar or {}).items())
    return f"{'met' if figure.met else 'MISSED'} ({bar})"


def _head(report: Report) -> Iterator[str]:
    yield "<h1>Transparency of AI-generated speech</h1>"
    yield f"<p>{escape(report.provider)}, {escape(period(report))}. The measures are those of the EU Code of Practice"
    yield "on Transparency of AI-Generated Content for audio, in our words. Not legal advice.</p>"
    yield f"<p>Made at {escape(report.made_at)} from {report.log_size} ledger entries, root "
    yield f"<code>{report.log_root}</code>, key <code>{escape(report.log_key)}</code>.</p>"


def _counts(report: Report) -> Iterator[str]:
    clips = shapes.report(report)["clips"]
    yield "<h2>Clips of the period</h2>"
    yield f"<p>{clips['made']} made, {clips['without_record_of_labels']} of them without a record of labels; "
    yield f"{clips['files_marked']} files from outside marked.</p>"
    yield from _table("Clips that carry each layer", ("Layer", "Clips"), list(clips["layers"].items()))
    asked = [(code, row["clips"], row["lacking_a_layer"]) for code, row in clips["jurisdictions"].items()]
    if asked:
        yield from _table("Clips made for each jurisdiction", ("Jurisdiction", "Clips", "Lacking a layer"), asked)


def _measure(report: Report, measure: Measure) -> Iterator[str]:
    yield f"<h2>{measure.code} {escape(measure.title)}</h2>\n<dl>"
    for name, text in (("Asked", measure.asks), ("Done", measure.does), ("Left to the operator", measure.operator)):
        yield f"<dt>{name}</dt><dd>{escape(text)}</dd>"
    carrying = report.carrying(measure)
    if carrying is not None:
        yield f"<dt>Clips with it</dt><dd>{carrying} of {report.counts.clips}</dd>"
    yield "</dl>"
    if measure.figures:
        yield '<div class="table"><table><caption>Measured</caption><thead><tr>'
        yield "".join(f'<th scope="col">{head}</th>' for head in ("What", "Value", "Bar", "On", "Command", "Date"))
        yield "</tr></thead><tbody>"
        yield from (_figure(figure) for figure in measure.figures)
        yield "</tbody></table></div>"
    elif report.figures_file is None:
        yield "<p>No file of figures was at hand; name one with --figures.</p>"


def _figure(figure: Figure) -> str:
    bar = f'<span class="missed">{escape(judged(figure))}</span>' if figure.met is False else escape(judged(figure))
    cells = (
        escape(shown(figure)),
        bar,
        escape(figure.sample),
        f"<code>{escape(figure.command)}</code>",
        escape(figure.date),
    )
    return f'<tr><th scope="row">{escape(figure.what)}</th>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _table(caption: str, heads: Sequence[str], rows: Sequence[tuple[object, ...]]) -> Iterator[str]:
    yield f'<div class="table"><table><caption>{caption}</caption><thead><tr>'
    yield "".join(f'<th scope="col">{head}</th>' for head in heads) + "</tr></thead><tbody>"
    for name, *cells in rows:
        columns = "".join(f"<td>{cell}</td>" for cell in cells)
        yield f'<tr><th scope="row">{escape(str(name))}</th>{columns}</tr>'
    yield "</tbody></table></div>"
