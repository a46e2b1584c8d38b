"""The ground: errors, ids, clock, canonical JSON, settings."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso import canonical, errors, ids
from sayso.clock import now, parse_stamp, stamp
from sayso.errors import Invalid, Refused

KINDS = (
    errors.Invalid,
    errors.NotFound,
    errors.Conflict,
    errors.Refused,
    errors.Tampered,
    errors.Unavailable,
    errors.Bug,
)


def every_error(kind=errors.SaysoError):
    for child in kind.__subclasses__():
        yield child
        yield from every_error(child)


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_survives_pickling_with_all_it_says(kind):
    error = kind("got a, expected b", hint="do c", reasons=["one", "two"])
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.message, copy.hint, copy.reasons) == (kind, "got a, expected b", "do c", ("one", "two"))


def test_the_docstring_is_the_default_message():
    assert Refused().message == "The policy does not allow this."
    assert Refused().slug == "refused"


@given(st.sampled_from(sorted(ids.PREFIXES)))
def test_a_new_id_parses_as_its_noun_and_no_other(noun):
    made = ids.new_id(noun)
    assert ids.parse_id(noun, made) == made
    for other in set(ids.PREFIXES) - {noun}:
        with pytest.raises(Invalid):
            ids.parse_id(other, made)


@given(st.text(max_size=30))
def test_rubbish_is_no_id(text):
    with pytest.raises(Invalid):
        ids.parse_id("grant", text)


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2999, 1, 1), timezones=st.timezones()))
def test_a_stamp_keeps_the_moment_to_the_millisecond(moment):
    assert abs(parse_stamp(stamp(moment)) - moment) < timedelta(milliseconds=1)


def test_stamps_sort_as_time_does():
    moment = now()
    later = moment + timedelta(days=1)
    assert stamp(moment) < stamp(later)


def test_naive_times_are_refused():
    with pytest.raises(Invalid, match="naive"):
        stamp(datetime(2026, 1, 1))
    with pytest.raises(Invalid, match="zone"):
        parse_stamp("2026-01-01T10:00:00")
    assert parse_stamp("2026-01-01T10:00:00+01:00") == datetime(2026, 1, 1, 9, tzinfo=UTC)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_canonical_json_reads_back_and_has_one_spelling(value):
    data = canonical.encode(value)
    assert canonical.decode(data) == value
    assert canonical.encode(canonical.decode(data)) == data


@pytest.mark.parametrize("data", [b'{"b":1,"a":2}', b'{"a": 1}', b"[1.5]", b"\xff", b"[" * 5000, b""])
def test_other_spellings_are_refused(data):
    with pytest.raises(Invalid):
        canonical.decode(data)


def test_floats_have_no_canonical_form():
    with pytest.raises(Invalid, match=r"\$.a\[1\]"):
        canonical.encode({"a": [1, 1.5]})
