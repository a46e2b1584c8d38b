"""Samples: the quota is met, nothing else is drawn, and a seed draws the same wherever the rows lie."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.corpus.catalogue import Catalogue
from sayso.corpus.condition import Condition
from sayso.corpus.errors import QuotaInvalid
from sayso.corpus.quota import Amount, Quotas
from sayso.corpus.sampling import priorities
from sayso.corpus.view import CorpusView, usable
from tests.corpus.rows import ACCENTS, AT, everyone, rows

ALL = Condition.of("")
SHARED = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def drawn(view, quotas, seed=1, condition=ALL):
    return list(view.take(view.sample(quotas, seed, condition).places))


@SHARED
@given(st.dictionaries(st.sampled_from(ACCENTS), st.integers(1, 50), min_size=1), st.integers(0, 2**63))
def test_each_value_gets_what_its_quota_says_or_all_there_is(view, counts, seed):
    quotas = Quotas.of([f"accent={name}:{count}" for name, count in counts.items()])
    found = drawn(view, quotas, seed)
    there = {name: sum(one.accent == name and one.decision == "kept" for one in rows()) for name in ACCENTS}
    for name in ACCENTS:
        assert sum(one.accent == name for one in found) == min(counts.get(name, 0), there[name])
    assert len({one.segment for one in found}) == len(found)
    assert {one.decision for one in found} <= {"kept"}
    strata = view.sample(quotas, seed, ALL).strata
    assert {one.value: one.is_filled for one in strata} == {name: counts[name] <= there[name] for name in counts}


@SHARED
@given(st.integers(1, 90), st.integers(0, 1_000))
def test_a_length_is_reached_with_no_segment_too_many(view, seconds, seed):
    found = drawn(view, Quotas.of([f"accent=Irish:{seconds}s"]), seed)
    there = sum(one.seconds for one in rows() if one.accent == "Irish" and one.decision == "kept")
    total = sum(one.seconds for one in found)
    assert total >= min(seconds, there)
    assert total - found[-1].seconds < seconds


@SHARED
@given(st.integers(1, 20), st.integers(0, 1_000))
def test_a_larger_quota_keeps_what_a_smaller_one_drew(view, count, seed):
    few = {one.segment for one in drawn(view, Quotas.each("sex", str(count)), seed)}
    more = {one.segment for one in drawn(view, Quotas.each("sex", str(count + 5)), seed)}
    assert few <= more


def test_a_seed_draws_the_same_from_rows_in_any_order_and_among_others(tmp_path):
    catalogue = Catalogue(tmp_path)
    mixed = rows(60)
    random.Random(3).shuffle(mixed)
    catalogue.publish(rows(60))
    one = drawn(CorpusView(catalogue, everyone, at=AT), Quotas.each("accent", "8"), 5)
    catalogue.publish(mixed)
    assert drawn(CorpusView(catalogue, everyone, at=AT), Quotas.each("accent", "8"), 5) == one
    assert drawn(CorpusView(catalogue, everyone, at=AT), Quotas.each("accent", "8"), 6) != one
    catalogue.withdraw("ext_0001")
    left = {each.segment for each in drawn(CorpusView(catalogue, everyone, at=AT), Quotas.each("accent", "8"), 5)}
    assert {each.segment for each in one if each.speaker != "ext_0001"} <= left


@pytest.mark.parametrize("count", [1, 3, 8, 500])
def test_of_many_files_those_with_the_lowest_numbers_are_drawn(tmp_path, count):
    catalogue, made = Catalogue(tmp_path), rows(90)
    catalogue.publish(made)
    whole = CorpusView(catalogue, everyone, at=AT).rows.to_table()
    catalogue.publish_tables((whole.slice(start, 4) for start in range(0, whole.num_rows, 4)), fragment_rows=4)
    view = CorpusView(catalogue, everyone, at=AT)
    assert len(view.rows.get_fragments()) > 20
    found = [one.segment for one in drawn(view, Quotas.each("accent", str(count)), 7)]
    expected = []
    for accent in sorted(ACCENTS):
        there = [one.segment for one in view.every(usable()) if one.accent == accent]
        order = np.argsort(priorities(pa.array(there), 7), kind="stable")[:count]
        expected += [there[place] for place in order]
    assert sorted(found) == sorted(expected)


def test_every_segment_is_as_likely_as_any_other():
    ids = pa.array([f"seg_{number:032x}" for number in range(200)])
    counts = np.zeros(200)
    for seed in range(2_000):
        counts[np.argsort(priorities(ids, seed))[:50]] += 1
    # 500 expected each, with a standard deviation of 19: chi squared of 199 degrees stays below 300 but once in 100,000.
    assert ((counts - 500) ** 2 / (500 * 0.75)).sum() < 300


@pytest.mark.parametrize("kind", ["sliced", "odd"])
def test_a_number_follows_from_the_id_alone(kind):
    ids = [f"seg_{number:032x}" for number in range(20)] if kind == "sliced" else [f"é{number}" for number in range(20)]
    whole = priorities(pa.array(ids), 4)
    assert list(priorities(pa.array(ids)[5:9], 4)) == list(whole[5:9])
    assert len(set(whole.tolist())) == 20


@pytest.mark.parametrize("written", ["", "0", "-3", "1.5", "h", "40 hours", "inf", "nanh", "1e3", "0h"])
def test_an_amount_that_is_none_is_refused(written):
    with pytest.raises(QuotaInvalid, match="expected"):
        Amount.of(written)


@pytest.mark.parametrize(
    "written",
    [[], ["accent"], ["accent=Irish"], ["snr_db=1:3"], ["accent=a:1", "sex=F:1"], ["accent=a:1", "accent=a:2"]],
)
def test_a_quota_that_is_none_is_refused(written):
    with pytest.raises(QuotaInvalid, match="expected"):
        Quotas.of(written)


def test_amounts_are_segments_or_lengths():
    assert Amount.of("200") == Amount(segments=200)
    assert Amount.of("1.5h") == Amount(seconds=5400)
    assert Quotas.of(["accent=a:b:30m"]).amounts == {"a:b": Amount(seconds=1800)}
