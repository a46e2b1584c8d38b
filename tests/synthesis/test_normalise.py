# ruff: noqa: RUF001, SIM905 - typographic characters are the matter here
from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sayso.synthesis.errors import NothingToSay, TextTooLong, UnsupportedScript
from sayso.synthesis.normalise import MAX_CHARACTERS, normalise, skipped
from tests.synthesis import field
from tests.synthesis.cases import ALL

CASES = [
    pytest.param(written, said, id=f"{name}-{written[:30]}")
    for name, rows in (*ALL.items(), *field.ALL.items())
    for written, said in rows
]
SPEAKABLE = re.compile(r"[^\W\d_](?:[\w '.,;:!?—…“”()\n-])*|[“(][\w '.,;:!?—…“”()\n-]*")
FRAGMENTS = [written for rows in ALL.values() for written, _ in rows]


@pytest.mark.parametrize(("written", "said"), CASES)
def test_written_is_said(written, said):
    assert normalise(written) == said


@pytest.mark.parametrize(("written", "said"), CASES)
def test_what_is_said_stays_as_it_is(written, said):
    assert normalise(said) == said


def spoken(text: str) -> str | None:
    with contextlib.suppress(NothingToSay, UnsupportedScript, TextTooLong):
        return normalise(text)
    return None


def assert_stable_and_speakable(text: str) -> None:
    said = spoken(text)
    if said is None:
        return
    assert normalise(said) == said
    assert not re.search(r"[\d_@#$%^&*+=/\\<>\[\]{}|~\"]", said)
    assert any(character.isalpha() for character in said)
    assert said == said.strip()
    assert re.search(r"[.!?…,;:—][”)]*$", said)


@settings(max_examples=250, deadline=None)
@example(fragments=["World War II", "He had 0 friends."], glue="")
@given(
    st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=5),
    st.sampled_from([" ", ". ", ", ", "\n\n", "\n", "-", ""]),
)
def test_any_mixture_is_stable(fragments, glue):
    assert_stable_and_speakable(glue.join(fragments))


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet=st.characters(max_codepoint=0x24F), max_size=60))
def test_any_latin_text_is_stable(text):
    assert_stable_and_speakable(text)


@settings(max_examples=400, deadline=None)
@example(". I am here")
@given(st.text(alphabet="aIV.,'\"’‘“”!?;:()-—–…*_#@/ 0159$%&\n ", max_size=40))
def test_any_heap_of_marks_is_stable(text):
    assert_stable_and_speakable(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_said_or_refused(text):
    assert_stable_and_speakable(text)


@given(st.lists(st.text(alphabet="bcdfghjklmnopqrstuvwxyz", min_size=5, max_size=9), min_size=1, max_size=30))
def test_plain_words_are_left_alone(words):
    text = " ".join(words)
    assert normalise(text) == f"{text}."


@given(st.integers(min_value=0, max_value=10**12))
def test_a_number_with_commas_has_the_words_of_its_value(value):
    words = normalise(f"{value:,} of them").removesuffix(" of them.").lower()
    assert value_of(words) == value


def value_of(words: str) -> int:
    """Read number words back: the independent way round."""
    small = {
        word: value
        for value, word in enumerate(
            (
                "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
                "seventeen eighteen nineteen"
            ).split()
        )
    }
    tens = {word: 10 * k for k, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
    scales = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    total = part = 0
    for word in words.replace("-", " ").split():
        if word == "hundred":
            part *= 100
        elif word in scales:
            total, part = total + part * scales[word], 0
        else:
            part += small.get(word, tens.get(word, 0))
    return total + part


@pytest.mark.parametrize("text", ["", " \n\t ", "...", "?!", "—", "🎉🎉", "* * *", "“”", "'", "\u200b", "()", "#", "_"])
def test_nothing_to_say(text):
    with pytest.raises(NothingToSay, match="at least one word"):
        normalise(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Привет, мир", "П \\(cyrillic capital letter pe\\)"),
        ("naïf العربية", "ا \\(arabic letter alef\\)"),
        ("ελληνικά", "ε \\(greek small letter epsilon\\)"),
        ("काम", "devanagari letter ka"),
        ("한국어", "hangul"),
        ("pаypal", "cyrillic small letter a"),
    ],
)
def test_unsupported_script_names_the_characters(text, named):
    with pytest.raises(UnsupportedScript, match=named) as caught:
        normalise(text)
    assert caught.value.reasons


def test_a_few_foreign_letters_are_left_out_and_named():
    text = "She said hello, 世界, to everybody in the room."
    assert normalise(text) == "She said hello, to everybody in the room."
    assert skipped(text) == ["世", "界"]
    assert skipped("Nothing is left out here: H₂O, Δt, café.") == []


def test_digits_of_any_script_are_digits():
    assert normalise("٣ apples") == "Three apples."


def test_many_unsupported_characters_are_counted():
    with pytest.raises(UnsupportedScript, match="and 3 others"):
        normalise("абвгдежз")


def test_too_long():
    with pytest.raises(TextTooLong, match="in parts"):
        normalise("a " * MAX_CHARACTERS)
    with pytest.raises(TextTooLong, match="word of 61 letters"):
        normalise("a" * 60 + "b")
    with pytest.raises(TextTooLong, match="500 characters"):
        normalise("ab-" * 1000)


def test_a_long_hyphenated_word_is_many_words():
    assert normalise("-".join(["word"] * 30))


def test_a_chapter_takes_no_long_time():
    """Cost grows with the length, not with its square: no pattern runs back over the whole text."""
    for text in (
        "1" * 20_000,
        "a." * 20_000,
        "' " * 20_000 + "a",
        "(" * 20_000 + "a",
        "a" + "-" * 50_000,
        "1,1" * 9_000,
    ):
        spoken(text)
