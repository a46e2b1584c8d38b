"""Evidence: what a measured correlation proves, in numbers that hold without assumptions about the sound.

The signs of the pattern come from a keyed random function. For somebody else's sound, or a sound without a mark, they
are independent fair coins, whatever the sound is. The statistic is T = sum(s_i a_i) / sqrt(sum(a_i^2)) with signs s_i
and measured values a_i: a weighted Rademacher sum, and for those Bentkus and Dzindzalieta (2015, A tight Gaussian
bound for weighted sums of Rademacher random variables, Bernoulli 21) prove P(T >= t) <= 3.18 P(N(0,1) >= t), for every
choice of the a_i. Over the hypotheses of a search the union bound holds, however they hang together.

Probabilities are handled as log10, which neither underflows nor needs a floor.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

_BENTKUS: Final = 1 / (4 * 0.5 * math.erfc(1.0))  # 1 / (4 P(N >= sqrt 2)) = 3.178
_ASYMPTOTIC: Final = 35.0
_EFFECTS: Final = (3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 13.0, 16.0, 20.0, 25.0, 32.0)


def log10_tail(statistic: float) -> float:
    """Return log10 of the bound on P(T >= ``statistic``) under one hypothesis; at most 0."""
    if statistic <= 0:
        return 0.0
    if statistic < _ASYMPTOTIC:
        tail = math.log10(0.5 * math.erfc(statistic / math.sqrt(2)))
    else:  # where erfc leaves the normal floats; the first term of its expansion bounds it from above
        tail = -(statistic**2) / (2 * math.log(10)) - math.log10(statistic * math.sqrt(2 * math.pi))
    return min(0.0, math.log10(_BENTKUS) + tail)


def log10_searched(statistic: float, *, log10_hypotheses: float) -> float:
    """Return log10 of the bound on the chance that the largest of many statistics is ``statistic`` or more."""
    return min(0.0, log10_tail(statistic) + log10_hypotheses)


def log10_squares(total: float, count: int) -> float:
    """Return log10 of the bound on the chance that ``count`` squares of statistics T sum up to ``total`` or more.

    Of a Rademacher sum, E exp(x T^2) <= (1 - 2 x)^(-1/2) for 0 <= x < 1/2, as of a normal variable (average E exp(m T)
    over a normal m); for independent ones Chernoff's bound is then that of the chi-squared distribution.
    """
    if count == 0 or total <= count:
        return 0.0
    return (count - total + count * math.log(total / count)) / (2 * math.log(10))


def log10_fisher(first: float, second: float) -> float:
    """Return log10 of the p-value of two independent p-values taken together (Fisher 1932), given their log10."""
    product = first + second
    return min(0.0, product + math.log10(1 - product * math.log(10)))


def log10_likelihood_ratio(statistics: NDArray[np.floating]) -> float:
    """Return log10 of how many times likelier the measurements are with a mark than without, after the whole search.

    The mean, over all hypotheses searched and over a range of effects m, of exp(m T - m^2 / 2). Its expectation
    without a mark is at most 1 (E exp(m T) <= exp(m^2 / 2) for Rademacher sums), so that a value of x or more has, by
    Markov's inequality, a chance of at most 10^-x: an e-value, which may be multiplied over independent files.
    """
    effects = np.array(_EFFECTS)[:, None]
    exponents = effects * np.asarray(statistics, dtype=np.float64).reshape(1, -1) - effects**2 / 2
    top = float(exponents.max())
    return (top + math.log(float(np.exp(exponents - top).mean()))) / math.log(10)
