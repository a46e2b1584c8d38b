"""The verdict on measurements: how often it is wrong, what it needs, and what it is blind to on purpose."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
import scipy.stats

from sayso.fairness import FairnessVerdict, Margins, Measurement, SampleKind, TableInvalid, judge, tabulated
from sayso.fairness.holm import adjusted

MARGINS = Margins.of(())
BETWEEN, WITHIN = 0.05, 0.04


def voices(rng, group, speakers, samples, *, level=0.8, kind=SampleKind.SYNTHETIC, stratum="", metric="likeness"):
    """Yield samples of speakers who differ by `BETWEEN`, each of whom varies by `WITHIN`."""
    for speaker in range(speakers):
        own = level + rng.normal(0, BETWEEN)
        for _ in range(samples):
            value = float(own + rng.normal(0, WITHIN))
            yield Measurement(f"{stratum}{speaker}", group, metric, value, kind, stratum)


def verdicts(seed, trials, speakers, samples, gap, *, groups=2, margins=MARGINS):
    """Return the verdicts on simulated studies in which the first group lies ``gap`` below the others."""
    rng = np.random.default_rng(seed)
    found = Counter()
    for _ in range(trials):
        levels = [0.8 - gap, *[0.8] * (groups - 1)]
        parts = [voices(rng, f"g{n}", speakers, samples, level=level) for n, level in enumerate(levels)]
        found[judge(tabulated(itertools.chain(*parts)), margins).verdict] += 1
    return found


@pytest.mark.parametrize(("speakers", "samples", "groups"), [(25, 4, 2), (10, 20, 2), (25, 4, 6)])
def test_a_fair_system_fails_as_seldom_as_stated(speakers, samples, groups):
    found = verdicts(1, 300, speakers, samples, 0.0, groups=groups)
    assert found[FairnessVerdict.FAIL] <= scipy.stats.binom.ppf(0.999, 300, 0.05)


def test_with_no_margin_a_difference_is_found_by_accident_as_often_as_stated():
    found = verdicts(2, 400, 10, 20, 0.0, margins=Margins.of(["likeness=0"]))
    low, high = scipy.stats.binom.ppf([0.001, 0.999], 400, 0.05)
    assert low <= found[FairnessVerdict.FAIL] <= high


def test_an_unfair_system_fails_and_a_large_fair_one_passes():
    assert verdicts(3, 100, 25, 4, 0.1)[FairnessVerdict.FAIL] >= 95
    assert verdicts(4, 100, 60, 4, 0.0)[FairnessVerdict.PASS] >= 95


def test_what_it_says_it_needs_is_enough():
    rng = np.random.default_rng(5)
    margins = Margins.of(["likeness=0.03"])
    parts = (voices(rng, group, 25, 4) for group in "ab")
    few = judge(tabulated(itertools.chain(*parts)), margins)
    assert few.verdict is FairnessVerdict.INSUFFICIENT
    assert few.needed > 25
    assert verdicts(6, 100, few.needed, 4, 0.0, margins=margins)[FairnessVerdict.PASS] >= 75


def test_a_small_group_never_passes():
    rows = [
        Measurement(f"{n}", group, "likeness", 0.8 + n / 1e6, SampleKind.SYNTHETIC) for group in "ab" for n in range(9)
    ]
    found = judge(tabulated(rows), MARGINS)
    assert (found.verdict, found.needed >= 10) == (FairnessVerdict.INSUFFICIENT, True)


def test_one_speaker_tells_nothing():
    rows = [
        Measurement("1", group, "likeness", level, SampleKind.SYNTHETIC) for group, level in (("a", 0.2), ("b", 0.9))
    ]
    found = judge(tabulated(rows), MARGINS)
    assert (found.verdict, found.needed) == (FairnessVerdict.INSUFFICIENT, None)


@pytest.mark.parametrize("shared", [True, False])
def test_a_metric_that_favours_a_group_does_not_count_against_the_system(shared):
    rng = np.random.default_rng(7)
    rows = []
    for group, level in (("children", 2.7), ("adults", 3.0)):
        for speaker in range(60):
            own = level + rng.normal(0, 0.05)
            real = f"{speaker}" if shared else f"r{speaker}"
            rows += [Measurement(real, group, "ovrl", own + rng.normal(0, 0.1), SampleKind.REAL) for _ in range(4)]
            rows += [
                Measurement(f"{speaker}", group, "ovrl", own + rng.normal(0, 0.1), SampleKind.SYNTHETIC)
                for _ in range(4)
            ]
    found = judge(tabulated(rows), MARGINS)
    assert found.verdict is FairnessVerdict.PASS
    assert [one.effect.is_paired for one in found.comparisons] == [shared, shared]
    bare = judge(tabulated(row for row in rows if row.kind is SampleKind.SYNTHETIC), Margins.of(["ovrl=0.1"]))
    assert bare.verdict is FairnessVerdict.FAIL


def test_two_groups_agree_with_the_test_of_welch():
    rng = np.random.default_rng(8)
    one, other = rng.normal(0.70, 0.05, 30), rng.normal(0.74, 0.08, 20)
    rows = [
        Measurement(f"{n}", group, "likeness", float(value), SampleKind.SYNTHETIC)
        for group, values in (("a", one), ("b", other))
        for n, value in enumerate(values)
    ]
    found = judge(tabulated(rows), MARGINS).comparisons
    known = scipy.stats.ttest_ind(one, other, equal_var=False)
    assert [each.p_value for each in found] == pytest.approx([known.pvalue] * 2)
    assert found[0].gap.interval() == pytest.approx(tuple(known.confidence_interval()))


def test_a_gap_that_turns_round_within_strata_never_passes():
    rng = np.random.default_rng(9)
    mix = (("a", "phone", 45, 0.70), ("a", "studio", 5, 0.90), ("b", "phone", 5, 0.66), ("b", "studio", 45, 0.86))
    parts = (voices(rng, group, count, 4, level=level, stratum=device) for group, device, count, level in mix)
    found = judge(tabulated(itertools.chain(*parts)), Margins.of(["likeness=0.5"]))
    assert all(one.is_reversed for one in found.comparisons)
    assert found.verdict is FairnessVerdict.INSUFFICIENT


def test_all_right_by_every_speaker_is_no_proof_of_a_small_margin():
    rows = [Measurement(f"{n}", group, "detected", 1.0, SampleKind.SYNTHETIC) for group in "ab" for n in range(12)]
    assert judge(tabulated(rows), MARGINS).verdict is FairnessVerdict.INSUFFICIENT


def test_a_group_without_real_speech_where_others_have_it_tells_nothing():
    rng = np.random.default_rng(10)
    parts = [voices(rng, group, 40, 2) for group in "ab"] + [voices(rng, "a", 40, 2, kind=SampleKind.REAL)]
    found = judge(tabulated(itertools.chain(*parts)), MARGINS)
    assert (found.verdict, found.needed) == (FairnessVerdict.INSUFFICIENT, None)


def test_many_comparisons_are_corrected_for():
    """Holm: of p-values 0.01, 0.04, 0.03 the corrected ones are 0.03, 0.06, 0.06."""
    assert adjusted([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_one_group_cannot_be_compared():
    with pytest.raises(TableInvalid, match="expected two or more"):
        judge(tabulated([Measurement("1", "a", "likeness", 0.5, SampleKind.SYNTHETIC)]), MARGINS)
