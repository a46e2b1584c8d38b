"""A plan says what it fixes, and where a judgement departs from it; the power is that of the test that is used."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sayso.fairness import Margins, Measurement, SampleKind, judge, tabulated
from sayso.fairness.errors import MarginInvalid, RegistrationInvalid
from sayso.fairness.gap import Gap
from sayso.fairness.registration import Registration


def judgement(margins=(), speakers=12, groups=("men", "women")):
    rows = [
        Measurement(f"{n}", group, "likeness", 0.8 + n / 100, SampleKind.SYNTHETIC)
        for group in groups
        for n in range(speakers)
    ]
    return judge(tabulated(rows), Margins.of(margins))


def test_a_plan_is_read_back_with_the_default_margins():
    plan = Registration.of(["likeness", "speed=0.5"], ["women", "men", "men"], 12)
    assert plan == Registration({"likeness": 0.05, "speed": 0.5}, ("men", "women"), 12)
    assert Registration.decode(plan.encode()) == plan


def test_each_departure_is_named_and_a_study_as_planned_has_none():
    plan = Registration.of(["likeness"], ["women", "men"], 12)
    assert plan.departures(judgement()) == ()
    assert plan.departures(judgement(speakers=20)) == ()
    other = Registration.of(["ovrl", "likeness=0.03"], ["women", "children"], 20)
    assert other.departures(judgement()) == (
        "margin of likeness: 0.05, planned 0.03",
        "metric ovrl: planned, not measured",
        "group men: not planned",
        "group children: planned, not measured",
        "speakers: 12 in the smallest group, planned 20",
    )
    assert "metric likeness: not planned" in Registration.of(["ovrl"], ["women", "men"], 2).departures(judgement())


@pytest.mark.parametrize(
    ("metrics", "groups", "speakers"),
    [([], ["a", "b"], 9), (["ovrl"], ["a", "a"], 9), (["ovrl"], ["a", ""], 9), (["ovrl"], ["a", "b"], 1)],
)
def test_what_plans_nothing_is_refused(metrics, groups, speakers):
    with pytest.raises(RegistrationInvalid):
        Registration.of(metrics, groups, speakers)
    with pytest.raises(MarginInvalid):
        Registration.of(["unheard"], ["a", "b"], 9)


@pytest.mark.parametrize(("speakers", "gap"), [(10, 0.05), (25, 0.05), (12, 0.08)])
def test_the_power_is_how_often_a_gap_of_the_margin_is_found(speakers, gap):
    rng = np.random.default_rng(speakers)
    one = rng.normal(gap, 0.06, (20_000, speakers)).mean(axis=1)
    other = rng.normal(0.0, 0.06, (20_000, speakers))
    error = 0.06 * math.sqrt(2 / speakers)
    seen = np.sqrt(rng.chisquare(2 * (speakers - 1), 20_000) / (2 * (speakers - 1))) * error
    found = np.mean(
        [
            Gap(a - b, s, 2 * (speakers - 1)).p_beyond(0) < 0.05
            for a, b, s in zip(one, other.mean(axis=1), seen, strict=True)
        ]
    )
    assert Gap(0.0, error, 2 * (speakers - 1)).power(gap) == pytest.approx(found, abs=0.015)


def test_the_power_at_its_ends():
    assert Gap(0.0, 1e-9, 20).power(0.05) == 1.0
    assert Gap(0.0, 0.0, 20).power(0.0) == 0.05
    assert Gap(0.0, 0.1, 20).power(0.0) == pytest.approx(0.05)
    powers = [Gap(0.0, 0.02, freedom).power(0.02 * shift / 4) for freedom in (1.5, 22, 45.3) for shift in range(1, 121)]
    assert all(0 < one <= 1 for one in powers)
    assert powers[120:240] == pytest.approx(sorted(powers[120:240]))
    assert math.isnan(Gap(0.0, math.inf, 1).power(0.05))
    assert 0 < judgement().comparisons[0].power < 1
