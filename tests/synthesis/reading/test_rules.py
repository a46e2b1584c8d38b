"""Rules that were prepared say what they say otherwise, and a server has all of them prepared before it is asked."""

from __future__ import annotations

from sayso.synthesis import normalise, readers
from sayso.synthesis.reading.rules import Rules, apply, rule
from tests.synthesis.reading.test_needs import ROOMS


def made() -> Rules:
    return Rules(rule(r"\bkg\b", "kilograms"), rule(r"\d", "some"), rule("some kilograms", "weight"))


def test_prepared_rules_say_the_same():
    fresh, prepared = made(), made()
    prepared.prepare()
    assert prepared.is_prepared
    for text in ("5 kg", "kg", "", "no such thing", "5 kg of 7"):
        assert apply(prepared, text) == apply(fresh, text)


def test_no_list_is_left_for_the_first_text():
    readers.prepare()
    for room in (normalise, *ROOMS):
        for name, rules in vars(room).items():
            if isinstance(rules, Rules) and name != "SHORT_MONTHS":  # which is a part of others
                assert rules.is_prepared, f"{room.__name__}.{name}"
