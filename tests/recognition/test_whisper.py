"""Whisper hears what was said, and a wrong word fits worse than a right one."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from sayso.audio import Signal
from sayso.errors import NotFound
from sayso.recognition import RecogniserMissing, recogniser, word_errors, words_of
from sayso.recognition.errors import TooLongToWeigh
from sayso.recognition.whisper import Whisper

TEXT = "The keeper climbed the narrow stair before dawn. He carried a lamp, two letters, and bad news for the harbour."


@pytest.mark.slow
def test_what_was_said_is_heard_with_times(speech):
    heard = recogniser().hear(speech)
    assert word_errors(words_of(TEXT.replace("two", "2")), words_of(heard.text.replace("two", "2"))) <= 2
    times = [(word.start_s, word.end_s) for word in heard.words]
    assert all(0 <= start <= end <= speech.duration_s + 0.1 for start, end in times)
    assert times == sorted(times)


@pytest.mark.slow
def test_a_wrong_word_fits_worse_than_the_right_one(speech):
    right, wrong = (
        {word.word.strip(",."): word.log_probability for word in recogniser().weigh(speech, text)}
        for text in (TEXT, TEXT.replace("dawn", "supper"))
    )
    assert right["dawn"] > -2 > wrong["supper"] + 2


@pytest.mark.slow
def test_a_short_sound_is_weighed_as_with_silence_up_to_half_a_minute(speech):
    longer = Signal(np.pad(speech.samples, ((0, 0), (0, 15 * speech.sample_rate))), speech.sample_rate)
    short, padded = (recogniser().weigh(one, TEXT) for one in (speech, longer))
    apart = [abs(one.log_probability - other.log_probability) for one, other in zip(short, padded, strict=True)]
    assert max(apart) < 2
    assert np.mean(apart) < 0.3


@pytest.mark.slow
def test_english_is_taken_for_english(speech):
    likely = recogniser().languages(speech)
    assert max(likely, key=likely.get) == "en"
    assert sum(likely.values()) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.slow
def test_what_is_too_long_is_not_weighed(speech):
    with pytest.raises(TooLongToWeigh, match="expected at most 30 s"):
        recogniser().weigh(speech, "word " * 400)


def test_without_the_extra_the_way_to_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(RecogniserMissing, match="asr"):
        Whisper()


def test_an_unknown_recogniser_is_refused():
    with pytest.raises(NotFound, match="expected one of"):
        recogniser("nonesuch")
