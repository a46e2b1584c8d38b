"""The gap of a group: its effect beside the mean effect on the other groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scipy import special

from sayso.fairness.effect import Effect

LEVEL: Final = 0.05
"""The chance of a false alarm, and of a false pass."""

_CERTAIN: Final = 30.0  # standard errors


@dataclass(frozen=True)
class Gap:
    """A difference of means with its standard error and its degrees of freedom (Welch and Satterthwaite)."""

    value: float
    error: float
    freedom: float

    def p_beyond(self, margin: float) -> float:
        """Return the two-sided chance of a gap as large as this, were the true one ``margin``."""
        beyond = abs(self.value) - margin
        if beyond <= 0:
            return 1.0
        if not self.error:
            return 0.0
        return min(1.0, 2 * float(special.stdtr(self.freedom, -beyond / self.error)))

    def is_within(self, margin: float) -> bool:
        """Return whether both one-sided tests at `LEVEL` show a gap smaller than ``margin``.

        Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987): the 90 % interval lies within.
        """
        low, high = self.interval(1 - 2 * LEVEL)
        return -margin < low and high < margin

    def power(self, margin: float) -> float:
        """Return the chance that a true gap of ``margin`` is told from none, with the error seen; NaN if unknown.

        Two-sided at `LEVEL`, by the noncentral t distribution; before the correction for many comparisons.
        """
        if not math.isfinite(self.error):
            return math.nan
        if not self.error or margin / self.error > _CERTAIN:
            return 1.0 if margin else LEVEL
        bound = float(special.stdtrit(self.freedom, 1 - LEVEL / 2))
        below, above = (_noncentral(self.freedom, margin / self.error, each) for each in (-bound, bound))
        return below + 1 - above

    def interval(self, confidence: float = 1 - LEVEL) -> tuple[float, float]:
        """Return the interval of the true gap."""
        if not self.error:
            return self.value, self.value
        if not math.isfinite(self.error):
            return -math.inf, math.inf
        reach = float(special.stdtrit(self.freedom, (1 + confidence) / 2)) * self.error
        return self.value - reach, self.value + reach


def _noncentral(freedom: float, shift: float, value: float) -> float:
    """Return the distribution function of the noncentral t; far out, where SciPy has none, by Johnson and Welch (1940).

    "Applications of the non-central t-distribution", Biometrika 31.
    """
    exact = float(special.nctdtr(freedom, shift, value))
    if math.isfinite(exact):
        return exact
    return float(special.ndtr((value * (1 - 1 / (4 * freedom)) - shift) / math.sqrt(1 + value**2 / (2 * freedom))))


def gap(one: Effect, others: Sequence[Effect]) -> Gap:
    """Return the gap between the effect on ``one`` and the mean of the effects on ``others``."""
    share = 1 / len(others)
    value = one.mean - share * math.fsum(other.mean for other in others)
    weighed = [(1.0, part) for part in one.parts] + [(share**2, part) for other in others for part in other.parts]
    variances = [(weight * part.variance, part.speakers - 1) for weight, part in weighed]
    total = math.fsum(variance for variance, _ in variances)
    if not math.isfinite(total):
        return Gap(value, math.inf, 1.0)
    below = math.fsum(variance**2 / freedom for variance, freedom in variances if freedom)
    return Gap(value, math.sqrt(total), total**2 / below if below else math.inf)
