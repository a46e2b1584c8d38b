"""The journal tells what was done, and has no word for a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso import journal
from sayso.errors import Bug
from sayso.ids import PREFIXES, new_id


def test_an_event_is_one_line_with_its_time_and_facts(journalled):
    journal.note("clip.made", clip="clp_aaaaaaaaaaaaaaaa", ms=4200)
    (line,) = journalled()
    assert line.pop("at").endswith("Z")
    assert line == {"event": "clip.made", "clip": "clp_aaaaaaaaaaaaaaaa", "ms": 4200}


def test_ids_and_acts_are_facts(journalled):
    for noun in PREFIXES:
        journal.note("use.permitted", grant=new_id(noun), act="synthesis:clip")
    assert len(journalled()) == len(PREFIXES)


def test_a_name_a_text_or_an_address_is_none(journalled):
    for text in ("Ada Lovelace", "ada@example.org", "Once upon a time, there was", "ÅSA", "", "x" * 65, "line\nline"):
        with pytest.raises(Bug):
            journal.note("use.permitted", act=text)
    with pytest.raises(Bug, match="speaker"):
        journal.note("use.permitted", speaker="spk_aaaaaaaaaaaaaaaa")
    assert journalled() == []


@given(st.text(min_size=1))
def test_whatever_has_a_capital_or_a_letter_beyond_ascii_is_no_fact(text):
    if not text.isascii() or text.lower() != text:
        with pytest.raises(Bug):
            journal.require_impersonal("act", text)


def test_without_the_setting_nothing_is_checked_and_nothing_written():
    journal.note("use.permitted", act="Not A Slug")
