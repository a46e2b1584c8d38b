"""The spoken label says in every language that artificial intelligence made the voice (GB 45438-2025, 5.3 b)."""

from __future__ import annotations

import re

import pytest

from sayso.labels import all_words, words_for
from sayso.labels.errors import WordsUnknown

INTELLIGENCE = {"en": r"\bAI\b", "de": r"\bKI\b", "es": r"\bIA\b", "fr": r"\bIA\b", "it": r"\bIA\b", "zh": "人工智能"}
MADE = {"en": "synthetic|generated", "de": "synthetisch|erzeugt", "es": "sintétic|generad", "fr": "synth|générée",
        "it": "sintetic|generat", "zh": "合成|生成"}  # fmt: skip


@pytest.mark.parametrize("language", INTELLIGENCE)
@pytest.mark.parametrize("purpose", ["audiobook/mystery", "podcast", "advertising/soap", "game/x"])
def test_the_words_name_the_intelligence_and_the_making(language, purpose):
    words = words_for(language, purpose)
    for text in (words.opening, words.again):
        assert re.search(INTELLIGENCE[language], text)
        assert re.search(MADE[language], text)
        assert text in all_words()
        assert len(text) <= 200  # one phrase


def test_the_words_fit_the_purpose_and_the_language():
    assert "book" in words_for("en-GB", "audiobook/mystery").opening
    assert "listening" in words_for("EN", "podcast/news").opening
    assert words_for("en", "game").opening != words_for("en", "audiobook").opening
    with pytest.raises(WordsUnknown, match="'tlh', expected one of en, de"):
        words_for("tlh", "podcast")
