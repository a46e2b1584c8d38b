"""JSON shapes of the compliance report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sayso

if TYPE_CHECKING:
    from sayso.workflows.audit.compliance import Counts, Figure, Measure, Report

FORMAT: Final = "sayso-compliance"


def report(made: Report) -> dict[str, Any]:
    """Return the shape of the whole report."""
    return {
        "format": FORMAT,
        "version": 1,
        "made_at": made.made_at,
        "system": f"Sayso {sayso.__version__}",
        "provider": made.provider,
        "contact": made.contact or None,
        "since": made.since,
        "until": made.until,
        "log": {"size": made.log_size, "root": made.log_root, "vkey": made.log_key},
        "clips": _counts(made.counts),
        "measures": [_measure(made, measure) for measure in made.measures],
        "figures": made.figures_file,
        "legal_advice": False,
    }


def _measure(made: Report, measure: Measure) -> dict[str, Any]:
    return {
        "measure": measure.code,
        "title": measure.title,
        "asks": measure.asks,
        "does": measure.does,
        "operator": measure.operator,
        "clips_with_it": made.carrying(measure),
        "figures": [_figure(figure) for figure in measure.figures],
    }


def _counts(counts: Counts) -> dict[str, Any]:
    return {
        "made": counts.clips,
        "without_record_of_labels": counts.unknown,
        "files_marked": counts.files_marked,
        "layers": {str(layer): number for layer, number in counts.layers.items()},
        "jurisdictions": {
            code: {"clips": number, "lacking_a_layer": counts.lacking.get(code, 0)}
            for code, number in sorted(counts.jurisdictions.items())
        },
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "what": figure.what,
        "value": figure.value,
        "unit": figure.unit,
        "sample": figure.sample,
        "bar": None if figure.bar is None else dict(figure.bar),
        "met": figure.met,
        "command": figure.command,
        "date": figure.date,
    }
