"""A report or a waiver of the gate as a model card: what was judged, on whom, with which result, and what was not.

After Mitchell et al., "Model cards for model reporting" (2019): the version, the groups, the metrics, the caveats.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sayso.doors.reports.metrics import meaning, missing

_SAID: Final[Mapping[str, str]] = {
    "pass": "Every group in every metric below is treated alike, within the margins.",
    "fail": "At least one group is not treated alike.",
    "insufficient": "The measurements do not tell whether the groups are treated alike.",
    "registered": "Not judged yet: this is what was planned before the measurements.",
    "waived": "Not shown to treat groups alike: a person let this version through until the date below, and signed it.",
}

_PLANNED: Final[Mapping[str, str]] = {
    "kept": "fixed in the ledger before the first measurement ({}), and kept to",
    "departed": "fixed in the ledger before the first measurement ({}); the report departs from that",
    "late": "fixed in the ledger ({}), but after the first measurement",
    "undated": "fixed in the ledger ({}); nobody here logged when the table was measured",
    "none": "not fixed in the ledger before the measurements",
}

_ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "engine": ("likeness", "ovrl", "wer", "pitch", "rate", "accent", "latency"),
    "model": ("likeness", "refused"),
    "mark": ("ovrl", "likeness", "detected", "detected_phone"),
    "restoration": ("benefit", "sdr", "likeness", "wer"),
    "enrollment": ("score", "passed", "refused"),
}
"""What a regulator would ask of each kind."""


def card(record: Mapping[str, Any]) -> str:
    """Return the HTML of a record, given in the shape that `sayso gate show` answers with; whole in itself."""
    from sayso.doors.reports.page import rendered  # noqa: PLC0415 - loads the templates' engine

    kind = str(record["subject"]).partition(":")[0]
    metrics = sorted({str(one["metric"]) for one in record["groups"]})
    return rendered(
        "model_card.html",
        record=record,
        said=_SAID[record["verdict"]],
        metrics=[(name, meaning(name)) for name in metrics],
        groups=[{**one, "interval": _interval(one), "said_power": _power(one)} for one in record["groups"]],
        registered=_registered(record),
        unmeasured=missing(metrics, _ASKED[kind]),
    )


def _registered(record: Mapping[str, Any]) -> str:
    """Return what the plan says, or in words how the report stands to it; empty for a waiver."""
    if record["plan"]:
        margins = ", ".join(f"{name} {value:g}" for name, value in record["plan"]["margins"].items())
        return f"{margins}; {record['plan']['speakers']} speakers of each of {', '.join(record['plan']['groups'])}"
    told = record["registered"]
    if not told:
        return ""
    earlier = f"; {told['earlier']} measurements of this version were logged before it" if told["earlier"] else ""
    parts = "".join(f"; {each}" for each in told["departures"])
    return _PLANNED[told["standing"]].format(told["record"]) + parts + earlier


def _power(group: Mapping[str, Any]) -> str:
    return "not known" if group["power"] is None else f"{group['power']:.2f}"


def _interval(group: Mapping[str, Any]) -> str:
    if group["low"] is None or group["high"] is None:
        return "not known"
    return f"{group['low']:+.3f} to {group['high']:+.3f}"
