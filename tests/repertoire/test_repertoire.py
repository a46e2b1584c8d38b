"""The repertoire finds a phrase by all that its sound depends on, and lets go what was not asked for longest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.audio import Signal
from sayso.repertoire import PhraseAsked, PhraseRef, PhraseTampered, RecordedPhrase, Repertoire

ASKED = PhraseAsked("Good evening.", "e" * 64, "v" * 64, speed=1.0, seed=0, early=True)
KEY = "ab" * 32


@pytest.mark.parametrize(
    "other",
    [{"text": "Good evening"}, {"engine": "f" * 64}, {"voice": "w" * 64}, {"speed": 1.01}, {"seed": 1}, {"early": False}],
    ids=lambda one: next(iter(one)),
)  # fmt: skip
def test_whatever_the_sound_depends_on_is_told_apart(other):
    assert ASKED.told(licensee="a") != replace(ASKED, **other).told(licensee="a")
    assert ASKED.told(licensee="a") != ASKED.told(licensee="b")
    assert ASKED.told(licensee="a") == replace(ASKED).told(licensee="a")


@given(st.lists(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=20), min_size=1, max_size=5))
def test_a_phrase_comes_back_bit_by_bit_in_its_pieces(pieces):
    said = tuple(Signal.mono(np.asarray(piece, np.float32), 24_000) for piece in pieces)
    again = RecordedPhrase.decoded(RecordedPhrase(KEY, said).encoded(), KEY)
    assert [piece.samples.tobytes() for piece in again.pieces] == [piece.samples.tobytes() for piece in said]
    assert {piece.sample_rate for piece in again.pieces} == {24_000}


def test_a_phrase_is_none_under_another_key_nor_cut_short():
    whole = RecordedPhrase(KEY, (Signal.mono(np.zeros(100, np.float32), 24_000),)).encoded()
    with pytest.raises(PhraseTampered):
        RecordedPhrase.decoded(whole, "cd" * 32)
    for end in range(0, len(whole), 13):
        with pytest.raises(PhraseTampered):
            RecordedPhrase.decoded(whole[:end], KEY)


def ref(number: int, size: int = 10) -> PhraseRef:
    return PhraseRef(f"key {number}", f"art {number}", f"address {number}", size, "spk")


def test_what_was_not_asked_for_longest_goes_first():
    kept = Repertoire(30)
    assert [kept.add(ref(number)) for number in range(3)] == [[], [], []]
    kept.find("key 0")
    assert kept.add(ref(3)) == [ref(1)]
    assert kept.size == 30
    assert kept.find("key 1") is None
    assert kept.find("key 0") == ref(0)
    kept.drop({"address 0", "address 9"})
    assert kept.size == 20


def test_a_phrase_that_is_kept_anew_lets_go_of_the_one_before():
    kept = Repertoire(30)
    kept.add(ref(1))
    again = replace(ref(1), address="another")
    assert kept.add(again) == [ref(1)]
    assert kept.size == 10


def test_what_is_known_already_or_would_fill_the_room_is_not_taken():
    kept = Repertoire(80)
    assert kept.takes("key 1", 10)
    assert not kept.takes("key 1", 11)
    assert not kept.takes("key 1", 0)
    kept.add(ref(1))
    assert not kept.takes("key 1", 10)
    assert not Repertoire(0).takes("key 1", 1)


def test_what_was_kept_before_is_read_once():
    kept = Repertoire(15)
    assert kept.read_once(lambda: [ref(1), ref(2)]) == [ref(1)]
    assert kept.read_once(lambda: [ref(3)]) == []
    assert kept.find("key 2") == ref(2)
