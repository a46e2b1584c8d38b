"""The bench's table of words stays read: no kind falls far, whatever else is mended."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sayso.engines.phonemes import phonemes
from sayso.synthesis import NothingToSay
from sayso.synthesis.normalise import normalise

FOLDER = Path(__file__).parents[2] / "benchmarks" / "words"


@pytest.fixture(scope="module")
def table():
    sys.path.insert(0, str(FOLDER))
    try:
        from table import cases
    finally:
        sys.path.remove(str(FOLDER))
    return cases()


def is_right(case) -> bool:
    try:
        said = normalise(case.text)
    except NothingToSay:
        said = ""
    return case.sounds(phonemes(said)) if case.phonemes else case.is_said(said, strict=True)


def test_the_table_has_1500_cases_and_holds_a_tenth_out(table):
    assert len({case.text for case in table}) == len(table) >= 1500
    assert 0.08 < sum(case.held_out for case in table) / len(table) < 0.12


def test_the_table_is_read_as_it_says(table):
    verdicts = [(case.kind, is_right(case)) for case in table]
    assert sum(right for _, right in verdicts) >= 0.97 * len(verdicts)
    for kind in {kind for kind, _ in verdicts}:
        of_kind = [right for each, right in verdicts if each == kind]
        assert sum(of_kind) >= 0.9 * len(of_kind), kind


def test_two_capitals_are_no_word_and_spelled_letters_are_the_same_together(table):
    case = next(case for case in table if case.text == "H₂SO₄")
    assert case.is_said("H two S.O. four.", strict=True)
    assert not case.is_said("H two so four.", strict=True)
    assert case.is_said("h 2so four".replace("2so", "two so"))
