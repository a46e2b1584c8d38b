"""The compliance report as one page for people, fit for printing, and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sayso.doors.shapes import compliance as shapes

if TYPE_CHECKING:
    from sayso.workflows.audit.compliance import Figure, Report


def page(report: Report) -> str:
    """Return the HTML of ``report``, whole in itself."""
    from sayso.doors.reports.page import rendered  # noqa: PLC0415 - loads the templates' engine

    clips = shapes.report(report)["clips"]
    return rendered("compliance.html", report=report, clips=clips, period=period(report), shown=shown, judged=judged)


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
