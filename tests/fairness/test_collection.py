"""Collection requests: what is asked of which group."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.fairness import Margins, Measurement, SampleKind, judge, tabulated
from sayso.fairness.collection import requested
from sayso.fairness.errors import CollectionInvalid


def found(seed, sizes, gap=0.0, margin=0.05):
    rng = np.random.default_rng(seed)
    rows = [
        Measurement(f"{n}", group, "likeness", 0.8 - gap * (group == "a") + rng.normal(0, 0.05), SampleKind.SYNTHETIC)
        for group, size in sizes.items()
        for n in range(size)
    ]
    return judge(tabulated(rows), Margins.of([f"likeness={margin}"]))


def test_each_group_is_asked_for_what_the_decision_takes():
    judged = found(1, {"a": 12, "b": 30}, margin=0.02)
    asked = requested(judged, terms="clone", payment="order 7")
    assert {one.needed for one in asked.quotas} == {judged.needed}
    assert asked.missing == sum(max(0, judged.needed - have) for have in (12, 30))
    assert asked.counted(found(1, {"a": 12, "b": judged.needed})).missing == judged.needed - 12


def test_a_corpus_fills_a_request_and_nobody_counts_twice():
    asked = requested(found(2, {"a": 20, "b": 40}, gap=0.3), terms="clone", payment="order 7")
    assert asked.unrecorded == asked.missing == 20
    filled = asked.filled({"a": 33, "c": 90})
    assert [(one.group, one.recorded, one.missing, one.unrecorded) for one in filled.quotas] == [
        ("a", 33, 20, 7),
        ("b", 0, 0, 0),
    ]
    assert (filled.missing, filled.unrecorded) == (20, 7)


def test_a_group_that_fails_is_asked_up_to_the_largest():
    asked = requested(found(2, {"a": 20, "b": 40}, gap=0.3), terms="clone", payment="order 7")
    assert [(one.group, one.missing) for one in asked.quotas] == [("a", 20), ("b", 0)]


def test_what_is_needed_is_near_the_number_that_does():
    """The oracle: the smallest size at which nine in ten fair studies pass, by simulation with the true spread."""
    told = np.median([found(seed, {"a": 25, "b": 25}, margin=0.02).needed or 0 for seed in range(40)])
    size = round(float(told))
    passed = np.mean([found(100 + seed, {"a": size, "b": size}, margin=0.02).verdict == "pass" for seed in range(200)])
    assert 0.8 <= passed <= 0.98


def test_nothing_is_asked_without_terms_or_need():
    with pytest.raises(CollectionInvalid):
        requested(found(1, {"a": 5, "b": 5}), terms="", payment="x")
    with pytest.raises(CollectionInvalid):
        requested(found(1, {"a": 90, "b": 90}), terms="clone", payment="x")
