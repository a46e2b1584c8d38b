"""JSON shapes of fairness."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.fairness import Gap, GroupComparison, Judgement
    from sayso.fairness.collection import CollectionRequest
    from sayso.fairness.monitoring import DriftReport, StratumDrift
    from sayso.fairness.remedy import Remedy
    from sayso.workflows.benches.measuring import Measured


def judgement(found: Judgement) -> dict[str, Any]:
    """Return the shape of a verdict: that on the whole, that on each group in each metric, and what is needed."""
    return {
        "verdict": found.verdict.value,
        "groups": [_group(one) for one in found.comparisons],
        "needed": found.needed,
    }


def collection(asked: CollectionRequest) -> dict[str, Any]:
    """Return the shape of a collection request."""
    return {
        "quotas": [
            {
                "group": one.group,
                "have": one.have,
                "needed": one.needed,
                "missing": one.missing,
                "recorded": one.recorded,
                "unrecorded": one.unrecorded,
            }
            for one in asked.quotas
        ],
        "missing": asked.missing,
        "unrecorded": asked.unrecorded,
        "terms": asked.terms,
        "payment": asked.payment,
    }


def remedy(found: Remedy) -> dict[str, Any]:
    """Return the shape of a remedy: the verdicts of the judging half, and who there needs it."""
    return {
        "remedy": "effort",
        "chooser": found.chooser,
        "verdict_before": found.before.verdict.value,
        "verdict_after": found.after.verdict.value,
        "share": _number(found.share),
        "cut": None if found.cut is None else _number(found.cut),
        "groups": [
            {
                "group": one.group,
                "speakers": one.speakers,
                "remedied": one.remedied,
                "share": _number(one.remedied / one.speakers),
            }
            for one in found.groups
        ],
        "needed": found.needed,
    }


def measured(found: Measured) -> dict[str, Any]:
    """Return the shape of what was measured of a cohort."""
    return {
        "subject": found.subject,
        "version": found.version,
        "table": str(found.table),
        "samples": found.samples,
        "new": found.new,
        "unconsented": found.unconsented,
    }


def drift(found: DriftReport) -> dict[str, Any]:
    """Return the shape of what the monitor found."""
    return {
        "alarms": found.alarms,
        "strata": [
            {
                "stratum": one.stratum,
                "metric": one.metric,
                "people": one.people,
                "samples": one.samples,
                "baseline": _number(one.baseline),
                "recent": _number(one.recent),
                "evidence": _number(one.evidence),
                "alarm_at": one.alarm_at,
            }
            for one in found.strata
        ],
        "withheld": found.withheld,
        "unconsented": found.unconsented,
        "without_baseline": found.without_baseline,
    }


def exposition(found: DriftReport) -> str:
    """Return the report in the text format of Prometheus, for the node exporter's textfile collector."""
    rows: dict[str, tuple[str, Callable[[StratumDrift], float]]] = {
        "sayso_fairness_drift_alarm": ("1 where a stratum has drifted", lambda one: int(one.alarm_at is not None)),
        "sayso_fairness_drift_evidence": ("natural logarithm of the evidence for drift", lambda one: one.evidence),
        "sayso_fairness_drift_samples": ("samples looked at", lambda one: one.samples),
    }
    lines = []
    for name, (told, value) in rows.items():
        lines += [f"# HELP {name} {told}", f"# TYPE {name} gauge"]
        lines += [f"{name}{{{_labels(one.stratum, one.metric)}}} {value(one):g}" for one in found.strata]
    return "\n".join(lines) + "\n"


def _labels(stratum: str, metric: str) -> str:
    pairs = {"stratum": stratum, "metric": metric}
    escaped = {
        name: text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for name, text in pairs.items()
    }
    return ",".join(f'{name}="{text}"' for name, text in escaped.items())


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
        "power": _number(one.power),
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
