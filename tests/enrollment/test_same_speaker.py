"""Samples are heard once, as their joined sound would be; what the length of speech takes is mostly made up for."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from sayso.audio import decode
from sayso.enrollment.same_speaker import (
    FULL_SAMPLES_S,
    FULL_STATEMENT_S,
    HALF_S,
    PASS_SCORE,
    RATIO_MOST,
    REVIEW_SCORE,
    SHARE,
    compared,
    embedded,
    listened,
    log10_ratio,
    of_full_length,
    score,
)
from sayso.voices.embedding import SAMPLE_RATE
from sayso.voices.gate import speech_of


@pytest.fixture(scope="module")
def person():
    return speech_of(decode((files("sayso.doors.demo") / "two_cities.flac").read_bytes()), SAMPLE_RATE)


def test_the_print_of_samples_apart_is_that_of_the_samples_joined(person):
    stated, first, second = (
        person[: SAMPLE_RATE * 4],
        person[SAMPLE_RATE * 4 : SAMPLE_RATE * 8],
        person[-SAMPLE_RATE * 4 :],
    )
    check, together = compared(listened(stated), [listened(first), listened(second)])
    joined = embedded(np.concatenate([first, second]))
    assert score(together, joined) > 1.45
    assert check.figures["score"] == pytest.approx(of_full_length(score(embedded(stated), joined), 4, 8), abs=0.05)


def test_one_sample_has_the_print_that_it_has_alone(person):
    _, together = compared(listened(person[: SAMPLE_RATE * 4]), [listened(person[SAMPLE_RATE * 4 :])])
    assert score(together, embedded(person[SAMPLE_RATE * 4 :])) == pytest.approx(1.5, abs=1e-4)


def test_a_score_of_full_length_stays_as_it_is():
    assert of_full_length(1.2, FULL_STATEMENT_S, FULL_SAMPLES_S) == pytest.approx(1.2)
    assert of_full_length(1.2, 60.0, 600.0) == pytest.approx(1.2)


@pytest.mark.parametrize(("stated_s", "spoken_s"), [(2.0, 6.0), (4.0, 3.0), (10.0, 3.0)])
def test_a_shorter_one_is_raised_by_a_share_of_what_it_lost(stated_s, spoken_s):
    """A voice of variance 1 beside what else an embedding holds, of variance HALF_S / t, simulated."""
    rng = np.random.default_rng(3)
    voice = rng.normal(size=(400, 256))

    def cosine(*lengths_s):
        one, other = (voice + rng.normal(size=voice.shape) * np.sqrt(HALF_S / each) for each in lengths_s)
        sizes = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
        return float(np.mean((one * other).sum(axis=1) / sizes))

    full, short = cosine(FULL_STATEMENT_S, FULL_SAMPLES_S), cosine(stated_s, spoken_s)
    assert of_full_length(short, stated_s, spoken_s) == pytest.approx(short * (full / short) ** SHARE, rel=0.01)


def test_a_ratio_grows_with_the_score_by_a_line_and_tells_nothing_that_was_not_measured():
    scores = np.linspace(-1.5, 1.5, 301)
    ratios = log10_ratio(scores)
    assert (np.diff(ratios) >= 0).all()
    assert (ratios.min(), ratios.max()) == (-RATIO_MOST, RATIO_MOST)
    inside = np.abs(ratios) < RATIO_MOST
    assert np.diff(ratios[inside]) == pytest.approx(0.0907, abs=1e-9)  # fitted by benchmarks/enrollment/calibration.py
    assert np.interp(0, ratios[inside], scores[inside]) == pytest.approx(0.9647, abs=1e-4)


def test_what_passes_is_likelier_one_person_and_what_is_refused_two():
    assert log10_ratio(PASS_SCORE) > 1.5
    assert log10_ratio(REVIEW_SCORE) < 0


def test_the_ratio_stands_beside_the_score(person):
    check, _ = compared(listened(person[: SAMPLE_RATE * 4]), [listened(person[-SAMPLE_RATE * 4 :])])
    assert check.figures["log10_ratio"] == float(log10_ratio(check.figures["score"]))


def test_longer_speech_is_never_raised_more():
    found = [of_full_length(1.0, seconds, 10.0) for seconds in (0.3, 1.0, 2.0, 5.0, 10.0, 20.0)]
    assert found == sorted(found, reverse=True)
    assert found[0] == found[1] > found[2]  # below a second nothing more is made up for


def test_the_check_takes_statement_and_samples_by_their_lengths(person):
    pieces = [person[: SAMPLE_RATE * 2], person[SAMPLE_RATE * 2 : SAMPLE_RATE * 5], person[-SAMPLE_RATE * 4 :]]
    stated, first, second = map(listened, pieces)
    check, together = compared(stated, [first, second])
    _, own = compared(first, [stated])
    assert check.figures["score"] == pytest.approx(of_full_length(score(own, together), 2, 7), abs=1e-6)
    _, alone = compared(stated, [first])
    assert check.figures["lowest"] <= of_full_length(score(own, alone), 2, 3) + 1e-6
