"""The margins: how large a gap between groups may be and still not matter, fixed before the measurements."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Self

from sayso.fairness.errors import MarginInvalid

DEFAULTS: Final[Mapping[str, float]] = {
    "likeness": 0.05,  # cosine
    "ovrl": 0.30,  # DNSMOS, 1 to 5
    "wer": 0.02,  # share of words
    "detected": 0.02,  # share of clips
    "detected_phone": 0.02,  # share of clips, behind a telephone
    "refused": 0.02,  # share of enrolments
    "passed": 0.02,  # share of enrolments
    "score": 0.075,  # a cosine and half of another: as many times that of one
    "benefit": 0.05,  # DNSMOS gained by repair
    "sdr": 1.0,  # dB of SI-SDR gained by repair
    "pitch": 1.0,  # semitones off; 3 matter in speech ('t Hart, JASA 69, 1981)
    "rate": 0.10,  # logarithm, so a share; 5 % are just noticed (Quene, Journal of Phonetics 35, 2007)
    "accent": 0.05,  # cosine; half of what another accent costs beyond another person of the same (docs/fairness.md)
    "latency": 0.15,  # seconds; ITU-T G.114 takes as much for a conversation that is not disturbed
}
"""Margins in the metric's own unit; any other metric needs one of its own."""


@dataclass(frozen=True)
class Margins:
    """A margin for each metric, in the metric's own unit."""

    by_metric: Mapping[str, float]

    @classmethod
    def of(cls, texts: Iterable[str], planned: Mapping[str, float] | None = None) -> Self:
        """Return the defaults, then those of a plan, then those that ``texts`` such as ``likeness=0.05`` name.

        Raise `MarginInvalid`.
        """
        return cls({**DEFAULTS, **(planned or {}), **dict(map(_margin, texts))})

    def __getitem__(self, metric: str) -> float:
        """Return the margin of ``metric``; raise `MarginInvalid` where none is known."""
        try:
            return self.by_metric[metric]
        except KeyError:
            near = get_close_matches(metric, self.by_metric, n=1)
            meant = f" (did you mean {near[0]}?)" if near else ""
            raise MarginInvalid(
                f"got no margin for {metric[:40]!r}{meant}, expected one in its unit, such as {metric[:40]}=0.05"
            ) from None


def _margin(text: str) -> tuple[str, float]:
    metric, _, number = text.partition("=")
    try:
        margin = float(number)
    except ValueError:
        margin = math.nan
    if not metric.strip() or not math.isfinite(margin) or margin < 0:
        raise MarginInvalid(f"got the margin {text[:60]!r}, expected METRIC=NUMBER of 0 or more, such as likeness=0.05")
    return metric.strip(), margin
