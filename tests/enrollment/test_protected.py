"""The score from which a voice is like a protected one follows from the budget of false alarms and the list's length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.enrollment.protected import HIGHEST, TAIL_POWER, TAIL_SCORE, TAIL_SHARE, check_protected, protected_score
from sayso.enrollment.same_speaker import score


def voice(angle: float):
    """Return a print whose score with that of angle 0 is 1.5 cos(angle)."""
    first, second = np.zeros(192, np.float32), np.zeros(256, np.float32)
    first[:2] = second[:2] = np.cos(angle), np.sin(angle)
    return first, second


@given(st.integers(1, 100_000), st.floats(1e-4, 0.1))
def test_strangers_in_the_tail_meet_the_budget_over_the_whole_list(voices, budget):
    needed = protected_score(voices, budget)
    assert TAIL_SCORE <= needed < HIGHEST
    stranger = TAIL_SHARE * ((HIGHEST - needed) / (HIGHEST - TAIL_SCORE)) ** TAIL_POWER
    assert voices * stranger == pytest.approx(min(budget, voices * TAIL_SHARE), rel=1e-3)


def test_a_longer_list_and_a_smaller_budget_ask_for_more():
    assert protected_score(10, 0.01) > protected_score(1, 0.01)
    assert protected_score(10, 0.001) > protected_score(10, 0.01)
    assert protected_score(0, 0.01) == protected_score(1, 0.01)


def test_a_hit_is_a_review_and_never_a_refusal():
    listed = [voice(np.pi / 2), voice(0.01)]
    check = check_protected(voice(0.0), listed, 0.01)
    assert score(voice(0.0), listed[1]) > check.figures["threshold"]
    assert (str(check.verdict), check.figures["hits"]) == ("review", 1.0)
    assert str(check_protected(voice(0.0), listed[:1], 0.01).verdict) == "pass"
    assert str(check_protected(voice(0.0), [], 0.01).verdict) == "pass"
