"""Two voices over each other go to a person, one alone passes, in the statement and in each sample."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.audio.signal import concatenate
from sayso.engines.registry import engine
from sayso.enrollment.alone import MOST_OVERLAP, check_alone
from sayso.voices.embedding import SAMPLE_RATE
from sayso.voices.gate import speech_of

TEXT = "The keeper climbed the narrow stair before dawn, and the wind came after him through every crack in the wall."


@pytest.fixture(scope="module")
def voices():
    """Return two voices of Kokoro that say one text, each as long as the shorter."""
    kokoro = engine("kokoro", 2)
    both = [
        speech_of(concatenate(list(kokoro.stream(TEXT, kokoro.stock_asset(name)))), SAMPLE_RATE)
        for name in ("af_heart", "am_michael")
    ]
    length = min(len(one) for one in both)
    return [one[:length] / np.sqrt(np.mean(one**2)) / 20 for one in both]


def test_each_voice_alone_passes(voices):
    first, second = voices
    check = check_alone(first, [second])
    assert str(check.verdict) == "pass"
    assert check.figures["overlap"] < MOST_OVERLAP


def test_both_at_once_go_to_a_person_wherever_they_are(voices):
    first, second = voices
    for stated, spoken in ((first + second, [first]), (first, [first, first + second])):
        check = check_alone(stated, spoken)
        assert str(check.verdict) == "review"
        assert "two people" in check.reasons[0]


def test_silence_is_for_other_checks():
    assert str(check_alone(np.zeros(0, np.float32), []).verdict) == "pass"
