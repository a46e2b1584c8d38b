"""A verdict on fairness as one page for people: intervals and margins, drawn and in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from sayso.doors.reports.metrics import meaning, missing, side

if TYPE_CHECKING:
    from sayso.fairness import GroupComparison, Judgement

WIDTH: Final = 420
ROW: Final = 26

_SAID: Final = {
    "pass": "The groups are treated alike within the margins.",
    "fail": "The groups are not treated alike.",
    "insufficient": "The measurements do not tell whether the groups are treated alike.",
}


def page(found: Judgement) -> str:
    """Return the HTML of ``found``, whole in itself."""
    from sayso.doors.reports.page import rendered  # noqa: PLC0415 - loads the templates' engine

    plots = [_plot(metric, list(rows)) for metric, rows in groupby(found.comparisons, key=lambda one: one.metric)]
    metrics = [plot["metric"] for plot in plots]
    return rendered(
        "fairness.html",
        verdict=found.verdict.value,
        said=_SAID[found.verdict],
        needed=found.needed,
        plots=plots,
        groups=sorted({one.effect.group for one in found.comparisons}),
        metrics=metrics,
        unmeasured=missing(metrics),
    )


def _plot(metric: str, rows: Sequence[GroupComparison]) -> dict[str, Any]:
    """Return where each interval lies on an axis that holds the margins and every interval."""
    ends = [abs(end) for one in rows for end in one.gap.interval() if math.isfinite(end)]
    reach = 1.1 * (max([rows[0].margin, *ends]) or 1.0)

    def place(value: float) -> float:
        bounded = min(max(value, -reach), reach)
        return round(WIDTH * (bounded / reach + 1) / 2, 1)

    return {
        "metric": metric,
        "meaning": meaning(metric),
        "margin": f"{rows[0].margin:g}",
        "width": WIDTH,
        "height": ROW * len(rows),
        "zero": place(0),
        "inside": (place(-rows[0].margin), place(rows[0].margin)),
        "rows": [{**_words(one), **_places(one, place), "y": ROW * (n + 0.5)} for n, one in enumerate(rows)],
    }


def _places(one: GroupComparison, place: Callable[[float], float]) -> dict[str, float]:
    low, high = one.gap.interval()
    return {"at": place(one.gap.value), "low": place(low), "high": place(high)}


def _plainly(one: GroupComparison) -> str:
    """Return what was found of one group, for who belongs to it."""
    gap, margin = abs(one.gap.value), f"{one.margin:g}"
    served = f"{side(one.metric, one.gap.value)} the others" + (f", by {gap:.3g}" if gap else "")
    match one.verdict.value:
        case "pass":
            return f"{served}; that the difference is smaller than {margin}, which does not matter, is shown"
        case "fail":
            return f"{served}; more than chance, and not shown to be smaller than {margin}, which would not matter"
    needed = "" if one.needed is None else f", which takes about {one.needed} people of each group"
    return f"{served} as far as measured; {one.effect.speakers} people are too few to say more{needed}"


def _words(one: GroupComparison) -> dict[str, Any]:
    low, high = one.gap.interval()
    return {
        "group": one.effect.group,
        "plain": _plainly(one),
        "speakers": one.effect.speakers,
        "samples": one.effect.samples,
        "effect": f"{one.effect.mean:+.3f}",
        "gap": f"{one.gap.value:+.3f}",
        "interval": f"{low:+.3f} to {high:+.3f}",
        "p": f"{one.p_value:.2g}",
        "power": f"{one.power:.2f}" if math.isfinite(one.power) else "not known",
        "verdict": one.verdict.value,
        "reversed": one.is_reversed,
        "needed": one.needed,
    }
