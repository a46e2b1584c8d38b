# ruff: noqa: RUF001 - letters that look like others are the matter here
"""No rule is left untried on a text in which it matches: held against the patterns themselves."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.synthesis import reading
from sayso.synthesis.reading import needs
from sayso.synthesis.reading.rules import Rule, Rules, apply, rule
from tests.synthesis import cases, field

ROOMS = [
    importlib.import_module(f"{reading.__name__}.{found.name}") for found in pkgutil.iter_modules(reading.__path__)
]


def _rules() -> list[Rule]:
    lists = [value for room in ROOMS for value in vars(room).values() if isinstance(value, (list, tuple))]
    return list({each.text: each for found in lists for each in found if isinstance(each, Rule)}.values())


RULES = _rules()


def tried(each: Rule, text: str) -> bool:
    found = needs.held(text)
    return found is None or needs.NeedsIndex([each.ways]).places(found) == [0]


def test_all_rules_are_held_against_their_patterns():
    assert len(RULES) > 400
    assert sum(each.ways == needs.ANYTHING for each in RULES) < 20


@pytest.mark.parametrize("module", [cases, field])
def test_a_rule_that_matches_a_text_of_the_tables_is_tried(module):
    tables = [value for value in vars(module).values() if isinstance(value, list)]
    for written in {str(row[0]) for table in tables for row in table}:
        for text in (written, written.upper(), written.lower()):
            missed = [each.text for each in RULES if each.pattern.search(text) and not tried(each, text)]
            assert not missed, text


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), each=st.sampled_from(RULES), around=st.text(max_size=12))
def test_a_rule_is_tried_on_what_is_made_to_match_it(data, each, around):
    text = around + data.draw(st.from_regex(each.pattern)) + around
    if each.pattern.search(text):
        assert tried(each, text)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(["a", "B", "1", "s", "ſ", "K", "ß", "İ", "ı", "é", "$", ".", " ", "-", "²", "٣"]), max_size=14
    ),
    st.sampled_from(
        [
            "a[b-d]?B",
            "(?i)kß|Sa",
            r"\d+(?:st|nd)",
            "[Aa]1{2}",
            "(?:ab|1é)+",
            r"(?<=s)a(?!b)",
            "[^a]B",
            r"[\d,]s",
            "(?i:ſ)1",
            "İ",
        ]
    ),
)
def test_letters_of_every_case_are_found(letters, text):
    made = rule(text, "")
    if made.pattern.search("".join(letters)):
        assert tried(made, "".join(letters))


def test_what_is_needed_is_told_from_what_may_be():
    ways = needs.ways_of(r"\b(?:Mr|Dr)s?\.? \d")
    assert set(ways) == {frozenset({*title, " ", needs.DIGIT}) for title in (("m", "r", "mr"), ("d", "r", "dr"))}
    assert needs.ways_of("x*") == needs.ANYTHING
    assert needs.ways_of(r"r\b\.(?=x)!") == (frozenset({"r", ".", "!", "x", "r.", ".!"}),)


def test_a_rule_sees_what_the_one_before_it_made():
    made = {apply(Rules(rule("a", "bc1"), rule(r"bc\d", "done")), "a") for _ in range(200)}
    assert made == {"done"}


@pytest.mark.parametrize("module", [cases, field])
def test_rules_that_are_looked_up_say_what_they_say_when_all_are_tried(module):
    tables = [value for value in vars(module).values() if isinstance(value, list)]
    lists = [value for room in ROOMS for value in vars(room).values() if isinstance(value, Rules)]
    assert len(lists) > 15
    for text in sorted({str(row[0]) for table in tables for row in table}):
        for each in lists:
            tried_all = text
            for one in each:
                tried_all = one.pattern.sub(one.words, tried_all)
            assert apply(each, text) == tried_all, text
