"""Samples are heard once: what is found of all of them is nearly what their joined sound would give."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

from sayso.audio import decode
from sayso.enrollment.same_speaker import compared, embedded, listened, score
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
    assert check.figures["score"] == pytest.approx(score(embedded(stated), joined), abs=0.05)


def test_one_sample_has_the_print_that_it_has_alone(person):
    _, together = compared(listened(person[: SAMPLE_RATE * 4]), [listened(person[SAMPLE_RATE * 4 :])])
    assert score(together, embedded(person[SAMPLE_RATE * 4 :])) == pytest.approx(1.5, abs=1e-4)
