"""Synthetic speech goes to a person, a person's passes, and too little speech is not waved through."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from sayso import models
from sayso.audio import decode
from sayso.enrollment import synthetic
from sayso.enrollment.evidence import models_of_the_day
from sayso.enrollment.synthetic import MODEL, SUSPECT_SCORE, SyntheticModel, check_synthetic, scores_of
from sayso.voices import campplus
from sayso.voices.campplus import SAMPLE_RATE, HeardSpeech, heard
from sayso.voices.gate import speech_of

TOO_LITTLE = heard(np.zeros(SAMPLE_RATE, np.float32))


@pytest.fixture(scope="module")
def speech():
    return speech_of(decode((files("sayso.doors.demo") / "two_cities.flac").read_bytes()), SAMPLE_RATE)[: 16_000 * 12]


@pytest.fixture(scope="module")
def person(speech):
    return heard(speech)


@pytest.fixture(scope="module")
def machine(speech):
    """Return the levels of the same words, spoken by noise."""
    level = np.sqrt(np.convolve(speech**2, np.full(400, 1 / 400), "same"))
    return heard((level * np.random.default_rng(0).standard_normal(len(speech))).astype(np.float32))


def test_speech_of_noise_is_a_review_wherever_it_lies(person, machine):
    for stated, spoken in ((machine, [person]), (person, [machine]), (machine, [machine])):
        found = check_synthetic(stated, spoken)
        assert found.verdict == "review"
        assert found.reasons
        assert found.figures["score"] >= SUSPECT_SCORE


def test_a_person_passes(speech):
    first, second = np.array_split(speech, 2)
    found = check_synthetic(heard(first), [heard(second)])
    assert (found.verdict, found.reasons) == ("pass", ())


@pytest.mark.parametrize("spoken", [[], [TOO_LITTLE]])
def test_too_little_speech_to_tell_is_a_review(person, spoken):
    assert check_synthetic(person, spoken).verdict == "review"
    assert check_synthetic(TOO_LITTLE, [person]).verdict == "review"


def test_a_score_that_is_no_number_is_a_review(person):
    broken = HeardSpeech(person.speech, person.frames, np.full_like(person.layers, np.nan))
    assert check_synthetic(broken, [person]).verdict == "review"


def test_short_samples_are_joined_and_long_ones_count_by_their_length(speech):
    pieces = [heard(speech[start : start + 16_000]) for start in range(0, 96_000, 16_000)]
    long, short = heard(speech[:96_000]), heard(speech[96_000:144_000])
    assert scores_of(pieces) == pytest.approx(scores_of([long]), abs=1e-3)
    expected = (2 * scores_of([long]) + scores_of([short])) / 3
    assert scores_of([long, short]) == pytest.approx(expected, abs=1e-5)


def test_what_follows_the_first_minute_counts_as_well(monkeypatch, speech):
    monkeypatch.setattr(campplus, "LONGEST_S", 3.0)
    first, second = heard(speech[:48_000]), heard(speech[48_000:96_000])
    expected = (scores_of([first]) + scores_of([second])) / 2
    assert scores_of([heard(speech[:96_000])]) == pytest.approx(expected, abs=1e-5)


def test_each_reason_is_told_by_its_score(monkeypatch, person):
    count = len(person.layers)
    plain = SyntheticModel(*(np.full(shape, value, "f") for shape, value in (
        (count, 0), (count, 1), ((2, count), 0), (2, -1),
    )))  # fmt: skip
    for biases, expected in (((1, -1), "made it"), ((-1, 1), "played it")):
        model = SyntheticModel(plain.mean, plain.spread, plain.weights, np.array(biases, "f"))
        monkeypatch.setattr(synthetic, "_model", lambda model=model: model)
        (reason,) = check_synthetic(person, [person]).reasons
        assert reason.endswith(expected)


def test_the_model_of_the_day_stands_in_the_evidence():
    assert models_of_the_day()[MODEL] == models.cards()[MODEL].sha256


def test_a_number_far_from_all_that_was_trained_on_decides_no_more_than_its_share():
    model = SyntheticModel(np.zeros(2, "f"), np.ones(2, "f"), np.eye(2, dtype="f"), np.zeros(2, "f"))
    assert model.scores(np.array([1e6, 0.0], np.float32)).tolist() == [5.0, 0.0]
