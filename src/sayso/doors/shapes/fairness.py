"""JSON shapes of fairness."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.fairness import Gap, GroupComparison, Judgement


def judgement(found: Judgement) -> dict[str, Any]:
    """Return the shape of a verdict: that on the whole, that on each group in each metric, and what is needed."""
    return {
        "verdict": found.verdict.value,
        "groups": [_group(one) for one in found.comparisons],
        "needed": found.needed,
    }


def _group(one: GroupComparison) -> dict[str, Any]:
    low, high = one.gap.interval()
    return {
        "metric": one.metric,
        "group": one.effect.group,
        "speakers": one.effect.speakers,
        "samples": one.effect.samples,
        "paired": one.effect.is_paired,
        "effect": _number(one.effect.mean),
        "gap": _number(one.gap.value),
        "low": _number(low),
        "high": _number(high),
        "margin": one.margin,
        "p": _number(one.p_value),
        "stratified_gap": _stratified(one.stratified),
        "reversed": one.is_reversed,
        "verdict": one.verdict.value,
        "needed": one.needed,
    }


def _stratified(within: Gap | None) -> float | None:
    return None if within is None else _number(within.value)


def _number(value: float) -> float | None:
    """Return ``value`` to six digits; None for what one speaker cannot tell."""
    return float(f"{value:.6g}") if math.isfinite(value) else None
