"""Synthetic speech goes to a person, a person's passes, and too little speech is not waved through."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from sayso import models
from sayso.audio import decode
from sayso.enrollment.evidence import models_of_the_day
from sayso.enrollment.synthetic import MODEL, SUSPECT_SCORE, SyntheticModel, check_synthetic, score_of
from sayso.enrollment.traces import SAMPLE_RATE
from sayso.voices.gate import speech_of

TOO_LITTLE = np.zeros(SAMPLE_RATE, np.float32)


@pytest.fixture(scope="module")
def person():
    return speech_of(decode((files("sayso.doors.demo") / "two_cities.flac").read_bytes()), SAMPLE_RATE)[: 16_000 * 12]


@pytest.fixture(scope="module")
def machine(person):
    """Return the levels of the same words, spoken by noise."""
    level = np.sqrt(np.convolve(person**2, np.full(400, 1 / 400), "same"))
    return (level * np.random.default_rng(0).standard_normal(len(person))).astype(np.float32)


def test_speech_of_noise_is_a_review_wherever_it_lies(person, machine):
    for stated, spoken in ((machine, [person]), (person, [machine]), (machine, [machine])):
        found = check_synthetic(stated, spoken)
        assert (found.verdict, len(found.reasons)) == ("review", 1)
        assert found.figures["score"] >= SUSPECT_SCORE


def test_a_person_passes(person):
    half = len(person) // 2
    found = check_synthetic(person[:half], [person[half:]])
    assert (found.verdict, found.reasons) == ("pass", ())


@pytest.mark.parametrize("spoken", [[], [TOO_LITTLE]])
def test_too_little_speech_to_tell_is_a_review(person, spoken):
    assert check_synthetic(person, spoken).verdict == "review"
    assert check_synthetic(TOO_LITTLE, [person]).verdict == "review"


def test_short_samples_are_joined_and_long_ones_count_by_their_length(person):
    pieces = [person[start : start + 16_000] for start in range(0, 96_000, 16_000)]
    assert score_of(pieces) == pytest.approx(score_of([person[:96_000]]))
    long, short = person[:96_000], person[96_000:144_000]
    assert score_of([long, short]) == pytest.approx((2 * score_of([long]) + score_of([short])) / 3)


def test_the_model_of_the_day_stands_in_the_evidence():
    assert models_of_the_day()[MODEL] == models.cards()[MODEL].sha256


def test_a_number_far_from_all_that_was_trained_on_decides_no_more_than_its_share():
    model = SyntheticModel(np.zeros(2, "f"), np.ones(2, "f"), np.array([1, 1, 0, 0], "f"), 0.0)
    assert model.score(np.array([1e6, 0.0], np.float32)) == 4.0
