from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sayso.mark.evidence import (
    log10_fisher,
    log10_likelihood_ratio,
    log10_searched,
    log10_shares,
    log10_squares,
    log10_tail,
)


@pytest.mark.parametrize("statistic", [0.5, 3, 8, 20, 34.9, 35.1, 60])
def test_the_tail_is_the_bound_of_bentkus(statistic):
    expected = (stats.norm.logsf(statistic) + math.log(1 / (4 * stats.norm.sf(math.sqrt(2))))) / math.log(10)
    assert log10_tail(statistic) == pytest.approx(min(0, expected), abs=1e-3)
    assert log10_tail(statistic) >= min(0, expected) - 1e-9


def test_the_bound_holds_for_every_sum_of_twelve_signs():
    signs = np.array(list(itertools.product((-1, 1), repeat=12)))
    rng = np.random.default_rng(0)
    for _ in range(30):
        values = rng.standard_normal(12) * rng.choice([0.01, 1, 10], 12)
        statistics = signs @ values / np.sqrt(np.sum(values**2))
        for level in (0.5, 1, 1.4142, 2, 2.5, 3):
            assert math.log10(max(np.mean(statistics >= level), 1e-12)) <= log10_tail(level) + 1e-12


def test_without_a_mark_the_likelihood_ratio_is_one_on_average():
    rng = np.random.default_rng(1)
    statistics = rng.choice([-1.0, 1.0], (40_000, 64)) @ (np.ones(64) / 8)
    ratios = 10.0 ** np.array([log10_likelihood_ratio(np.array([one])) for one in statistics])
    assert ratios.mean() < 1.1


@given(st.floats(-300, 0), st.floats(-300, 0))
def test_two_p_values_together(first, second):
    together = log10_fisher(first, second)
    assert together == pytest.approx(log10_fisher(second, first))
    assert first + second <= together <= 0


def test_fisher_is_calibrated():
    rng = np.random.default_rng(2)
    pairs = np.log10(rng.uniform(size=(20_000, 2)))
    together = np.array([log10_fisher(a, b) for a, b in pairs])
    assert stats.kstest(10**together, "uniform").pvalue > 0.001


def test_a_wider_search_needs_more():
    assert log10_searched(7, log10_hypotheses=3) == pytest.approx(log10_tail(7) + 3)
    assert log10_searched(1, log10_hypotheses=3) == 0


def test_squares_of_fair_coins_are_bounded():
    """Chernoff's bound holds for Rademacher sums of very unequal weights, and is no more than a few times too large."""
    rng = np.random.default_rng(11)
    weights = rng.exponential(size=(30, 12)) ** 2
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    totals = np.array([((rng.choice([-1, 1], weights.shape) * weights).sum(axis=1) ** 2).sum() for _ in range(20_000)])
    for level in (35.0, 45.0, 55.0):
        seen, bound = np.mean(totals >= level), 10 ** log10_squares(level, 30)
        assert seen <= bound
    assert log10_squares(30.0, 30) == 0
    assert log10_squares(5.0, 0) == 0
    assert log10_squares(200.0, 30) < -20


@pytest.mark.parametrize("most", [0.0, 3.0, 6.0, 12.0, 90.0])
def test_the_shares_of_all_hypotheses_add_up_to_one(most):
    statistics = np.random.default_rng(3).standard_normal(2304)
    statistics[7] = most
    shares = 10.0 ** log10_shares(statistics)
    assert shares.sum() == pytest.approx(1)
    assert shares.min() >= 1 / (2 * 2304) - 1e-12
    assert (shares[7] > 0.4) == (most >= 6)


def test_no_public_signs_make_a_false_alarm_likelier_than_stated():
    """Whatever somebody wrote with the public key, the private signs of another are fair coins: the bound holds."""
    rng = np.random.default_rng(4)
    values = rng.standard_normal((40, 64)) * rng.exponential(size=(40, 64))
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    for written in (np.zeros(40), np.full(40, 9.0), 9.0 * (np.arange(40) == 3), rng.uniform(-5, 12, 40)):
        shares = log10_shares(written)
        smallest = []
        for _ in range(2000):
            private = (rng.choice([-1.0, 1.0], (40, 64)) * values).sum(axis=1)
            smallest.append(min(log10_searched(t, log10_hypotheses=-w) for t, w in zip(private, shares, strict=True)))
        for level in (0.3, 0.1, 0.03, 0.01):
            assert np.mean(np.array(smallest) <= math.log10(level)) <= level
