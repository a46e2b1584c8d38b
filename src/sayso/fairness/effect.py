"""The effect of a system on one group: synthetic minus real speech, with the speaker as the unit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sayso.fairness.table import SampleKind, Values

Speakers = Mapping[str, Values]
"""The values of each speaker of a group."""


@dataclass(frozen=True)
class Mean:
    """A mean over speakers: its variance (of the mean, not of the speakers) and the number of speakers."""

    mean: float
    variance: float
    speakers: int


@dataclass(frozen=True)
class Effect:
    """The mean effect on a group; ``parts`` are the means that it is made of."""

    group: str
    mean: float
    parts: tuple[Mean, ...]
    speakers: int
    samples: int
    is_paired: bool

    @property
    def variance(self) -> float:
        """The variance of the mean."""
        return math.fsum(part.variance for part in self.parts)

    @property
    def spread(self) -> float:
        """The variance that one speaker contributes: `variance` times the number of speakers."""
        return math.fsum(part.variance * part.speakers for part in self.parts)


def effect(group: str, samples: Mapping[SampleKind, Speakers], *, has_real: bool) -> Effect:
    """Return the effect on ``group``.

    Where every speaker of synthetic samples has real ones, the differences of each speaker count (paired). Where
    some have none, the means of both kinds are compared. Without real samples of the metric (``has_real`` is false),
    the effect is the mean of the synthetic ones.
    """
    synthetic, real = samples[SampleKind.SYNTHETIC], samples.get(SampleKind.REAL, {})
    is_paired = has_real and synthetic.keys() <= real.keys()
    parts: tuple[Mean, ...]
    if is_paired:
        parts = (_mean([values.mean - real[speaker].mean for speaker, values in synthetic.items()], synthetic),)
    elif has_real:
        parts = (_mean(_means(synthetic), synthetic), _mean(_means(real), real))
    else:
        parts = (_mean(_means(synthetic), synthetic),)
    mean = parts[0].mean - math.fsum(part.mean for part in parts[1:])
    count = sum(values.count for values in synthetic.values())
    return Effect(group, mean, parts, min(part.speakers for part in parts), count, is_paired)


def _means(speakers: Speakers) -> list[float]:
    return [values.mean for values in speakers.values()]


def _mean(means: Sequence[float], speakers: Speakers) -> Mean:
    count = len(means)
    if not count:
        return Mean(math.nan, math.inf, 0)
    variance = float(np.var(means, ddof=1)) / count if count > 1 else math.inf
    return Mean(math.fsum(means) / count, max(variance, _least_variance(speakers)), count)


def _least_variance(speakers: Speakers) -> float:
    """Return the least variance of a mean of yes-or-no values, 0 for others.

    Where all values are equal, their spread says nothing of the next one. Agresti and Coull, "Approximate is better
    than 'exact'", The American Statistician 52 (1998): two successes and two failures are added.
    """
    if not all(values.is_binary for values in speakers.values()):
        return 0.0
    count = sum(values.count for values in speakers.values()) + 4
    share = (math.fsum(values.total for values in speakers.values()) + 2) / count
    return share * (1 - share) / count
