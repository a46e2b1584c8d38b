# ruff: noqa: RUF001 - the stress marks of the phonetic alphabet
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.engines.errors import Unspeakable
from sayso.engines.phonemes import growing_pieces, phonemes, split_phonemes, token_ids


def test_words_have_the_sounds_of_the_lexicon():
    assert phonemes("Hello there.") == "həlˈO ðˈɛɹ."


def test_text_is_read_as_written():
    assert "nˈO" in phonemes("He said no.")  # the package's own normaliser would say "number"
    assert "nˈʌmb" not in phonemes("He said no.")


def test_nobody_can_smuggle_phonemes_in():
    spoken = phonemes("[good](/bæd/) words")
    assert "ɡˈʊd" in spoken
    assert "(bæd)" not in spoken
    assert "slˈæʃ" in spoken


def test_every_character_has_a_token():
    spoken = phonemes("Kubernetes, naïve café: “quoted” — (aside); well… isn't it? Yes!")
    assert len(token_ids(spoken)) == len(spoken)


@pytest.mark.parametrize("text", ["", "   ", "...", "“”", "()"])
def test_no_sound(text):
    with pytest.raises(Unspeakable):
        phonemes(text)


@given(st.text(alphabet="abcdef ,.ˈ", max_size=300), st.integers(min_value=5, max_value=60))
def test_pieces_are_short_and_lose_nothing(text, max_tokens):
    pieces = split_phonemes(text, max_tokens=max_tokens)
    assert all(0 < len(piece) <= max_tokens for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.text(alphabet="abcdef ,.ˈ", max_size=300))
def test_growing_pieces_lose_nothing(text):
    pieces = growing_pieces(text, (12, 28, 64))
    assert len(pieces) <= 4
    assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("one two three four five six seven", ["one two", "three four five six seven"]),
        ("one two, three four five", ["one two,", "three four five"]),
        ("one two thr", ["one two thr"]),
        ("antidisestablishment is it", ["antidisestablishment", "is it"]),
        ("antidisestablishment", ["antidisestablishment"]),
    ],
)
def test_the_first_piece_is_short_and_ends_between_words(text, pieces):
    assert growing_pieces(text, (12, 28)) == pieces


def test_pieces_are_cut_at_punctuation():
    assert split_phonemes("one two, three four five six", max_tokens=20) == ["one two,", "three four five six"]
