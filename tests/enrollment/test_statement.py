"""The statement: each word that tells must have been said; one in doubt is for a person to hear."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sayso.audio import Signal
from sayso.enrollment.errors import StatementInvalid
from sayso.enrollment.statement import check_statement
from tests.recognition.echo import Echo

TEXT = "I allow Northwind Audio to read mystery novels with my voice until 2027: river, candle, monkey, window."
SOUND = Signal.mono(np.full(16_000, 0.1, np.float32), 16_000)


def verdict(recogniser, text=TEXT, sound=SOUND):
    return check_statement(sound, text, recogniser).verdict


def test_a_statement_that_was_said_passes_however_its_short_words_were():
    assert verdict(Echo()) == "pass"
    assert verdict(Echo(unsaid={"I", "to", "my"})) == "pass"


def test_one_word_in_doubt_is_for_a_person_and_is_named():
    found = check_statement(SOUND, TEXT, Echo(unsaid={"monkey"}))
    assert (found.verdict, found.reasons) == ("review", ("not heard: monkey",))


def test_one_word_of_a_short_statement_is_for_a_person_and_two_are_refused():
    assert verdict(Echo(unsaid={"window"}), text="River, candle, window.") == "review"
    assert verdict(Echo(unsaid={"window", "candle"}), text="River, candle, window.") == "refuse"


def test_a_word_that_the_transcript_has_was_said():
    assert verdict(Echo(heard="a Monkey.", unsaid={"monkey"})) == "pass"


@pytest.mark.parametrize("heard", ["I allow monkey audio: river, candle, window.", "window monkey river candle"])
def test_a_word_that_the_transcript_has_in_another_place_was_not(heard):
    assert verdict(Echo(heard=heard, unsaid={"monkey"})) == "review"


class Told(Echo):
    """Tells of "monkey" that it is as likely as ``sound`` in the sound, and as ``silence`` in silence."""

    def __init__(self, sound, silence):
        super().__init__()
        self.told = {True: sound, False: silence}

    def weigh(self, signal, text, language="en"):
        told = self.told[bool(signal.samples.any())]
        return tuple(
            replace(one, log_probability=told) if "monkey" in one.word else one
            for one in super().weigh(signal, text, language)
        )


@pytest.mark.parametrize(
    ("sound", "silence", "is_said"),
    [
        (-6.0, -8.0, True),
        (-6.1, -8.0, False),
        (-6.1, -8.2, True),  # an accent: far likelier than in silence
        (-10.0, -14.0, True),
        (-10.1, -14.0, False),
        (-2.0, -1.5, True),
        (-2.0, -1.4, False),  # a guess from the words before it, which the sound speaks against
    ],
)
def test_a_word_was_said_where_the_sound_speaks_for_it(sound, silence, is_said):
    found = check_statement(SOUND, TEXT, Told(sound, silence))
    assert (found.reasons == ()) is is_said
    assert found.figures["missing"] == (not is_said)


def test_words_that_silence_fits_as_well_are_for_a_person():
    """What a recogniser guesses from the words before it fits any sound."""
    found = check_statement(SOUND, TEXT, Echo(guessed=-3.0))
    assert (found.verdict, found.figures["missing"], found.figures["gain"]) == ("review", 0, 2.5)
    assert found.reasons == ("the words fit silence nearly as well as the recording: by 2.5, expected 3.0 or more",)
    assert verdict(Echo(guessed=-3.5)) == "pass"
    assert verdict(Echo(guessed=-3.0, unsaid={"Northwind", "Audio", "mystery", "river", "window"})) == "refuse"


@pytest.mark.parametrize("unsaid", [{"Northwind", "Audio", "mystery"}, {"river", "candle", "monkey", "window"}])
def test_another_licensee_or_old_words_are_refused(unsaid):
    assert verdict(Echo(unsaid={*unsaid, "2027:"})) == "refuse"


def test_a_number_tells_as_much_as_a_word():
    assert verdict(Echo(unsaid={"2027:"})) == "review"


def test_a_statement_of_more_than_two_minutes_is_refused_unheard():
    long = Signal.mono(np.zeros(121 * 8_000, np.float32), 8_000)
    assert verdict(None, sound=long) == "refuse"


def test_a_text_that_tells_nothing_is_an_error():
    with pytest.raises(StatementInvalid, match="expected the statement"):
        verdict(Echo(), text="I do so.")
