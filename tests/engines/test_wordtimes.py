# ruff: noqa: RUF001 - phonemes are the matter here
"""Word times: each word has the phonemes that are its own, also where the two are not one to one."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.engines.hibari import HibariEngine
from sayso.engines.phonemes import phonemes, token_ids
from sayso.engines.pronounced import pronounced
from sayso.engines.wordtimes import word_times, words_in

LETTERS = pronounced("S Q L", "ˈɛs kjˈu ˈɛl")
TEXTS = [
    ("He came - at dawn - late.", ["He", "came", "at", "dawn", "late."]),
    ('"Why?" she said… (softly).', ['"Why?"', "she", "said…", "(softly)."]),
    ("twenty-one o'clock, rock-and-roll", ["twenty-one", "o'clock,", "rock-and-roll"]),
    (f"The {pronounced('SQL', 'ˈɛs kjˈu ˈɛl')} server stopped.", ["The", "SQL", "server", "stopped."]),
    (f"The {LETTERS} server stopped.", ["The", "S", "Q", "L", "server", "stopped."]),
]


@pytest.mark.parametrize(("text", "words"), TEXTS)
def test_every_word_is_timed_in_order(text, words):
    engine = HibariEngine()
    times = engine.align(text, engine.stock_asset("heart"))
    assert words_in(text) == words
    assert [time.word for time in times] == words
    edges = [edge for time in times for edge in (time.start_s, time.end_s)]
    assert edges == sorted(edges)
    assert all(time.end_s > time.start_s for time in times)


def test_times_are_sums_of_what_was_held():
    said = phonemes("Go on.")
    held = np.ones(len(token_ids(said)) + 2)
    first, second = word_times("Go on.", [(said, held)])
    assert first.start_s < first.end_s <= second.start_s < second.end_s <= held.sum()


def test_a_word_of_many_groups_takes_them_all():
    text = f"The {pronounced('SQL', 'ˈɛs kjˈu ˈɛl')} server stopped."
    times = HibariEngine().align(text, HibariEngine().stock_asset("heart"))
    assert times[1].end_s - times[1].start_s > 0.3
    assert times[2].start_s - times[1].end_s < 0.2
