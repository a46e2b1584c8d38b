"""The monitor: it finds a drift soon, raises no alarm without one, and tells of no few people."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from sayso.fairness.drift import DriftDetector
from sayso.fairness.errors import SamplesInvalid
from sayso.fairness.monitoring import ProductionSample, ReadSamples, monitored, read_samples

SPREAD = 0.261  # DNSMOS OVRL of one speaker, measured on real speech
HEAD = "speaker,stratum,metric,value,consented\n"


def samples(rng, count, *, level=3.0, people=30, stratum="phone", metric="ovrl"):
    """Return samples of people in turn."""
    return ReadSamples(
        tuple(
            ProductionSample(f"{who}", stratum, metric, float(level + rng.normal(0, SPREAD)))
            for who in itertools.islice(itertools.cycle(range(people)), count)
        ),
        0,
    )


def test_a_drift_is_found_within_300_samples_nineteen_times_in_twenty():
    rng = np.random.default_rng(1)
    found = 0
    for _ in range(200):
        detector = DriftDetector(1.0)
        found += any(detector.add(0.10 + float(rng.normal(0, SPREAD))) for _ in range(300))
    assert found >= 180


def test_without_a_drift_there_is_no_alarm_in_twenty_thousand_samples():
    rng = np.random.default_rng(2)
    for _ in range(4):
        detector = DriftDetector(1.0)
        assert not any(detector.add(float(rng.normal(0, SPREAD))) for _ in range(5_000))


def test_values_with_heavy_tails_raise_no_alarm_either():
    rng = np.random.default_rng(3)
    detector = DriftDetector(1.0)
    assert not any(detector.add(float(rng.choice([-1.0, 1.0]))) for _ in range(5_000))


def test_the_report_names_the_stratum_that_fell_and_the_sample():
    rng = np.random.default_rng(4)
    base = [*samples(rng, 600).samples, *samples(rng, 600, stratum="studio").samples]
    now = [*samples(rng, 600, level=2.8).samples, *samples(rng, 600, stratum="studio").samples]
    found = monitored(ReadSamples(tuple(base), 2), ReadSamples(tuple(now), 3))
    assert [(one.stratum, one.alarm_at is not None) for one in found.strata] == [("phone", True), ("studio", False)]
    assert (found.alarms, found.unconsented, found.without_baseline, found.withheld) == (1, 5, 0, 0)
    assert found.strata[0].alarm_at < 300


@pytest.mark.parametrize(("metric", "level", "alarms"), [("wer", 3.3, 1), ("wer", 2.7, 0), ("ovrl", 3.3, 0)])
def test_only_worse_is_an_alarm(metric, level, alarms):
    rng = np.random.default_rng(5)
    base, now = (samples(rng, 600, metric=metric, level=each) for each in (3.0, level))
    assert monitored(base, now).alarms == alarms


def test_few_people_and_short_baselines_are_not_told_of():
    rng = np.random.default_rng(6)
    few = monitored(samples(rng, 600, people=19), samples(rng, 600, people=19, level=2.0))
    assert (few.strata, few.withheld) == ((), 1)
    short = monitored(samples(rng, 199), samples(rng, 100))
    assert (short.strata, short.without_baseline) == ((), 100)


def test_only_who_consented_is_read(tmp_path):
    path = tmp_path / "samples.csv"
    path.write_text(HEAD + "1,phone,ovrl,3.1,yes\n2,phone,ovrl,3.2,no\n")
    assert read_samples(path) == ReadSamples((ProductionSample("1", "phone", "ovrl", 3.1),), 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("speaker,stratum\n", "no column metric"),
        (HEAD + "1,phone,ovrl,x,yes\n", "line 2: got the value"),
        (HEAD + "1,phone,ovrl,3,maybe\n", "line 2: got consented"),
        (HEAD + "1,,ovrl,3,yes\n", "line 2: got 0 characters as stratum"),
        (HEAD + "1,phone\n", "line 2"),
    ],
)
def test_samples_that_are_wrong_are_refused_with_the_line(tmp_path, text, told):
    path = tmp_path / "samples.csv"
    path.write_text(text)
    with pytest.raises(SamplesInvalid, match=told):
        read_samples(path)
