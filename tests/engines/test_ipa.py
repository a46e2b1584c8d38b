# ruff: noqa: RUF001 - the letters of the phonetic alphabet
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.engines.ipa import phonemes_of_ipa, syllables
from sayso.engines.phonemes import token_ids
from sayso.errors import Invalid


@pytest.mark.parametrize(
    ("ipa", "phonemes"),
    [
        ("ʃɪˈvɔːn", "ʃɪvˈɔn"),
        ("təˈmɑːtoʊ", "təmˈɑtO"),
        ("ˈtʃɔɪs", "ʧˈYs"),
        ("d͡ʒeɪn", "ʤAn"),
        ("ˈbʌt.n̩", "bˈʌtᵊn"),
        ("ˈstreɪndʒ ˈwɝːld", "stɹˈAnʤ wˈɜɹld"),
        ("ʃəvˈɔn", "ʃəvˈɔn"),
        ("kəmˌjuːnɪˈkeɪʃən", "kəmjˌunɪkˈAʃən"),
    ],
)
def test_ipa_becomes_phonemes_of_the_alphabet(ipa, phonemes):
    assert phonemes_of_ipa(ipa) == phonemes
    assert len(token_ids(phonemes)) == len(phonemes)


@pytest.mark.parametrize("ipa", ["", "  ", "ˈ", "h3llo", "ни", "a" * 201, "a/b", "[a]", "a\nb c\u200b"])
def test_what_is_no_ipa_is_refused(ipa):
    with pytest.raises(Invalid, match="expected"):
        phonemes_of_ipa(ipa)


@given(st.text(alphabet="ʃəˈvɔːntdʒeɪaʊɹrgɡœøyxχʁ ˌ.͡", min_size=1, max_size=40))
def test_every_phoneme_has_a_token(ipa):
    try:
        phonemes = phonemes_of_ipa(ipa)
    except Invalid:
        return
    assert len(token_ids(phonemes)) == len(phonemes)


@pytest.mark.parametrize(("said", "count"), [("həlˈO", 2), ("ˌɪntəɹnˈæʃᵊnəl", 5), ("pst", 0), ("bˈI ˈIz", 2)])
def test_a_syllable_has_a_vowel(said, count):
    assert syllables(said) == count
