"""Word errors: a distance, by its laws and against a slow oracle."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from sayso.recognition import word_errors, words_of

TEXTS = st.lists(st.sampled_from("abc"), max_size=6).map(tuple)


@cache
def slow(one, other):
    if not one or not other:
        return len(one) + len(other)
    return min(
        slow(one[1:], other) + 1, slow(one, other[1:]) + 1, slow(one[1:], other[1:]) + (one[0] != other[0])
    )  # fmt: skip


@given(TEXTS, TEXTS)
def test_it_is_the_least_number_of_changes(one, other):
    assert word_errors(one, other) == slow(one, other) == word_errors(other, one)


def test_words_are_compared_without_case_and_punctuation():
    assert words_of("\u201cIt\u2019s 9:30,\u201d she said_ \u2014 Élan!") == ["it's", "9", "30", "she", "said", "élan"]
