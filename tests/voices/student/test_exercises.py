"""Exercises: many different sentences, none of which a voice is searched or judged by."""

from __future__ import annotations

from sayso.voices.sentences import JUDGED, SEARCHED
from sayso.voices.student.exercises import exercises
from sayso.voices.student.teaching import BUDGETS


def test_no_sentence_comes_twice_and_none_is_judged_by():
    said = list(exercises(max(count for count, _ in BUDGETS.values())))
    assert len(set(said)) == len(said)
    assert not set(said) & {*JUDGED, *SEARCHED}
    assert all(one[0].isupper() and one[-1] in ".?" for one in said)
