from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.engines.hibari import HibariEngine
from sayso.synthesis.joining import joined
from sayso.synthesis.normalise import normalise
from sayso.synthesis.phrasing import MAX_CHARACTERS, PARAGRAPH_MS, Phrase, estimate_ms, phrases, script, sentences
from sayso.synthesis.reading.markup import PAUSE
from tests.synthesis.cases import ALL

STORY = normalise(
    """Chapter I

    The keeper climbed the narrow stair before dawn. He carried a lamp, two letters, and bad news for the harbour;
    nobody had slept. "Who goes there?" asked Dr. Smith. "J. K. Rowling," he said, "of the U.S. Navy, with No. 5 and
    St. John's map... and you?" It was 1984. The boat, which had been built in the winter of that year by men who did
    not know the sea and who had never once been asked whether they would sail in her themselves, lay on the sand beside
    the rock where the old house had stood until the storm took the roof, the doors and at last the walls of it away.
    No. Yes! Well - perhaps.
    """
)
WORDS = st.lists(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCDEFG'", min_size=1, max_size=14).filter(
        lambda word: word.strip("'")
    ),
    min_size=1,
    max_size=120,
)
MARKS = st.sampled_from(["", "", "", "", ",", ".", "!", "?", "…", ";", ":", " —", "”", ")", ".”", "\n\n"])


@st.composite
def texts(draw):
    words = draw(WORDS)
    return " ".join(word + draw(MARKS) for word in words)


def test_story():
    said = phrases(STORY)
    assert said[0] == Phrase("Chapter one.", PARAGRAPH_MS)
    assert script(said).split() == STORY.split()
    assert all(len(phrase.text) <= MAX_CHARACTERS for phrase in said)
    assert said[-1].pause_ms == 0


@given(texts())
def test_no_word_is_lost_or_moved(text):
    assert script(phrases(text)).split() == text.split()


@given(texts())
def test_phrases_fit_and_pauses_are_pauses(text):
    said = phrases(text)
    assert all(0 < len(phrase.text) <= MAX_CHARACTERS for phrase in said)
    assert all(0 < phrase.pause_ms <= PARAGRAPH_MS for phrase in said[:-1])
    assert said[-1].pause_ms == 0


@given(st.text(max_size=150))
def test_any_text(text):
    assert script(phrases(text)).split() == PAUSE.sub(" ", text).split()


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        ("One came. Two left.", ["One came.", "Two left."]),
        ("Is it? It is! Good.", ["Is it?", "It is!", "Good."]),
        ("“Stop!” he said.", ["“Stop!” he said."]),
        ("He left. “Stop!” She ran.", ["He left.", "“Stop!”", "She ran."]),
        ("J. K. Rowling wrote it.", ["J. K. Rowling wrote it."]),
        ("the U.S. Army came", ["the U.S. Army came"]),
        ("in the U.S. She left.", ["in the U.S.", "She left."]),
        ("at nine a.m. He woke.", ["at nine a.m.", "He woke."]),
        ("at nine a.m. sharp.", ["at nine a.m. sharp."]),
        ("It was I. He left.", ["It was I.", "He left."]),
        ("He has a Ph.D. Nobody knew.", ["He has a Ph.D.", "Nobody knew."]),
        ("well… then", ["well… then"]),
        ("Well… Then.", ["Well…", "Then."]),
        ("(He left.) Élan came.", ["(He left.)", "Élan came."]),
    ],
)
def test_sentences(paragraph, expected):
    assert sentences(paragraph) == expected


def test_pauses_follow_the_punctuation():
    text = normalise(
        "This is a sentence that is long enough to stand. Is that a question that is long enough? "
        "Here is another sentence of length.\n\nThe end of the story comes now, at last."
    )
    said = {phrase.text[-1]: phrase.pause_ms for phrase in phrases(text)[:-1] if phrase.pause_ms < PARAGRAPH_MS}
    assert said["?"] > said["."] > 300
    assert PARAGRAPH_MS in [phrase.pause_ms for phrase in phrases(text)]


def test_a_long_sentence_is_cut_at_its_clauses():
    sentence = (
        "When the wind had fallen and the last of the boats was in, the women went down to the quay with lanterns; "
        "they counted the men, one by one, and counted them again, for nobody believed that all of them had come home."
    )
    said = phrases(f"Short one before it, for the start. {sentence}")
    assert any(phrase.text.endswith("lanterns;") for phrase in said)


def test_the_first_phrase_is_short():
    text = "The keeper of the lighthouse climbed the stair, as he had done for thirty years, and lit the lamp at last."
    assert phrases(text)[0].text == "The keeper of the lighthouse climbed the stair,"
    unpunctuated = (
        "The keeper climbed the narrow stair with a heavy lamp in his hand because the night was falling fast"
    )
    assert len(phrases(unpunctuated)[0].text) <= 60


def test_a_word_without_end_is_cut_and_kept():
    assert "".join(phrase.text for phrase in phrases("a" * 1000)) == "a" * 1000


def test_nothing():
    assert phrases("") == []
    assert script([]) == ""


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Wait [pause:1.5s] for me.", [("Wait", 1500), ("for me.", 0)]),
        ("Wait. [pause:500ms][pause:0.5s] Now go.", [("Wait.", 1000), ("Now go.", 0)]),
        ("[pause:1s] We begin here, all of us. [pause:9s]", [("We begin here, all of us.", 0)]),
        ("No [PAUSE: 2 s] more of it.", [("No", 2000), ("more of it.", 0)]),
        ("Wait [pause:99s] for me.", [("Wait", 10_000), ("for me.", 0)]),
    ],
)
def test_a_pause_that_is_asked_for_is_kept_and_never_read_aloud(text, spoken):
    assert [(phrase.text, phrase.pause_ms) for phrase in phrases(normalise(text))] == spoken


BOUNDED = [
    "A.",
    "No.",
    "WWW WWW WWW.",
    "kjhgf zxcvb",
    "ZXQVBN KLMFDSA",
    "U.S.A. FBI CIA BBC",
    "Antidisestablishmentarianism.",
    "A.\n\nB.",
    "The keeper climbed the narrow stair before dawn. He carried a lamp, two letters, and bad news for the harbour.",
    *(rows[k][0] for rows in ALL.values() for k in (0, len(rows) // 2)),
]


def duration_ms(text: str, *, speed: float = 1.0) -> float:
    engine = HibariEngine()
    voice = engine.stock_asset("heart")
    signals = (
        signal
        for phrase in phrases(text)
        for signal in joined(engine.stream(phrase.text, voice, speed=speed), pause_ms=phrase.pause_ms / speed)
    )
    return sum(signal.num_samples for signal in signals) / 24


@pytest.mark.parametrize("text", BOUNDED)
def test_the_bound_of_a_text_is_never_under_and_not_far_over(text):
    text = normalise(text)
    assert 1.15 * duration_ms(text) <= estimate_ms(text) <= 2.7 * duration_ms(text) + 300


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_the_bound_follows_the_speed(speed):
    text = normalise("The keeper climbed the narrow stair before dawn. He carried a lamp, and bad news.")
    assert duration_ms(text, speed=speed) <= estimate_ms(text, speed=speed) <= 2.7 * duration_ms(text, speed=speed)


def test_more_text_lasts_longer():
    assert estimate_ms("One sentence here. Another one.") > estimate_ms("One sentence here.")
    assert estimate_ms("") == 0
