"""A report or a waiver of the gate as a model card: what was judged, on whom, with which result, and what was not.

After Mitchell et al., "Model cards for model reporting" (2019): the version, the groups, the metrics, the caveats.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_SAID: Final[Mapping[str, str]] = {
    "pass": "Every group in every metric below is treated alike, within the margins.",
    "fail": "At least one group is not treated alike.",
    "insufficient": "The measurements do not tell whether the groups are treated alike.",
    "waived": "Not shown to treat groups alike: a person let this version through until the date below, and signed it.",
}

_WORDS: Final[Mapping[str, str]] = {
    "likeness": "cosine of speaker embeddings, -1 to 1",
    "ovrl": "naturalness by DNSMOS, 1 to 5",
    "wer": "share of words that a recogniser hears wrongly",
    "detected": "share of clips whose mark is read",
    "detected_phone": "share of clips whose mark is read behind a telephone",
    "benefit": "DNSMOS gained by repair",
    "refused": "share of enrolments refused",
    "pitch": "pitch beside the person's own",
    "rate": "rate of speech beside the person's own",
    "accent": "how much of the accent is kept",
    "latency": "time to the first sound",
}

_ASKED: Final[Mapping[str, tuple[str, ...]]] = {
    "engine": ("likeness", "ovrl", "wer", "pitch", "rate", "accent", "latency"),
    "model": ("likeness", "refused"),
    "mark": ("ovrl", "likeness", "detected", "detected_phone"),
    "restoration": ("benefit", "likeness", "wer"),
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
        metrics=[(name, _WORDS.get(name, "as the table of measurements defines it")) for name in metrics],
        groups=[{**one, "interval": _interval(one)} for one in record["groups"]],
        unmeasured=[_WORDS[name] for name in _ASKED[kind] if name not in metrics],
    )


def _interval(group: Mapping[str, Any]) -> str:
    if group["low"] is None or group["high"] is None:
        return "not known"
    return f"{group['low']:+.3f} to {group['high']:+.3f}"
