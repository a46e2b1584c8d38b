# ruff: noqa: RUF001 - the letters of the phonetic alphabet
from __future__ import annotations

import pytest

from sayso.engines.checks import check_pronounced
from sayso.engines.errors import PhonemesUnsupported
from sayso.engines.phonemes import phonemes
from sayso.engines.pronounced import pronounced, shown, words_of
from sayso.engines.registry import engine
from sayso.synthesis.normalise import normalise

TEXT = f"The {pronounced('lead', 'lˈɛd')} of {pronounced('Des Moines', 'də mˈYn')} is here."


def test_a_pronounced_word_is_said_with_its_phonemes():
    assert phonemes(TEXT) == "ðə lˈɛd ʌv də mˈYn ɪz hˈɪɹ."


def test_its_phonemes_come_before_those_of_names_and_homographs():
    text = (
        f"The {pronounced('lead', 'lˈæd')} pipe of {pronounced('Moines', 'mˈWn')}, Des {pronounced('Moines', 'mˈWn')}."
    )
    assert "lˈæd pˈIp" in phonemes(text)
    assert phonemes(text).count("mˈWn") == 2


def test_words_and_what_people_see():
    assert words_of(TEXT) == "The lead of Des Moines is here."
    assert shown(TEXT) == "The [lead](/lˈɛd/) of [Des Moines](/də mˈYn/) is here."


def test_no_text_from_outside_has_pronounced_words():
    assert normalise(TEXT) == normalise(words_of(TEXT).replace("lead", "leadlˈɛd").replace("Moines", "Moinesdə mˈYn"))
    assert phonemes("a \ue200 stray \ue201 mark") == phonemes("a   stray   mark")


def test_an_engine_without_phonemes_is_told_from_one_with():
    check_pronounced([TEXT], engine("hibari"))

    class Plain:
        name = "plain"
        capabilities = frozenset()

    check_pronounced(["plain words"], Plain())
    with pytest.raises(PhonemesUnsupported, match="respellings"):
        check_pronounced(["plain words", TEXT], Plain())
