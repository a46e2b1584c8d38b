"""Evidence: what a measured correlation proves, in numbers that hold without assumptions about the sound.

The signs of the pattern come from a keyed random function. For somebody else's sound, or a sound without a mark, they
are independent fair coins, whatever the sound is. The statistic is T = sum(s_i a_i) / sqrt(sum(a_i^2)) with signs s_i
and measured values a_i: a weighted Rademacher sum, and for those Bentkus and Dzindzalieta (2015, A tight Gaussian
bound for weighted sums of Rademacher random variables, Bernoulli 21) prove P(T >= t) <= 3.18 P(N(0,1) >= t), for every
choice of the a_i. Over the hypotheses of a search the union bound holds, however they hang together.

The bound may give each hypothesis a share of its own: where shares w_i >= 0 add up to at most 1 and are settled without
a look at the signs, P(some T_i has a bound of at most w_i a) <= a. The operator judges by the private signs alone; the
public signs, which others may know and write, settle only the shares (`log10_shares`): who forges or removes the public
pattern can move the shares, but the sum stays 1, and no choice of shares makes a false alarm likelier than a.

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
    return _log10_mean(_log10_ratios(np.asarray(statistics, dtype=np.float64).ravel()))


def log10_shares(statistics: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return log10 of the share of the chance of a false alarm that each hypothesis is given; they add up to 1.

    ``statistics`` (n,) are those of the public signs. Half of all goes to the hypotheses alike, so that none has less
    than 1 / 2n whatever the public signs say, and half by how much likelier they make each: the posterior of one mark
    that may lie anywhere.
    """
    ratios = _log10_ratios(np.asarray(statistics, dtype=np.float64))
    posterior = ratios - _log10_mean(ratios)
    return np.asarray(np.log10((1 + 10.0**posterior) / 2) - math.log10(ratios.size))


def _log10_ratios(statistics: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log10 of the likelihood ratio of each statistic, the mean over a range of effects."""
    effects = np.array(_EFFECTS)[:, None]
    return _log10_means(effects * statistics - effects**2 / 2)


def _log10_mean(log10: NDArray[np.float64]) -> float:
    return float(_log10_means(log10[:, None] * math.log(10))[0])


def _log10_means(exponents: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log10 of the mean of exp ``exponents`` along the first axis."""
    top = exponents.max(axis=0)
    return np.asarray((top + np.log(np.exp(exponents - top).mean(axis=0))) / math.log(10))
