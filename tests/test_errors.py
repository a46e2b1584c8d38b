"""Errors: what somebody sent may stand in a message, and a message is one line all the same."""

from __future__ import annotations

import pickle

import pytest

from sayso.errors import Invalid


@pytest.mark.parametrize("sent", ["a\nb", "a\r\nb", "a\x00\x1b[31mb", "a\x85b", "a\u2028b"])
def test_a_message_is_one_line_whatever_was_sent(sent):
    assert len(Invalid(f"got {sent}, expected a word").message.splitlines()) == 1
    assert Invalid(f"got {sent}").message.startswith("got a ")


def test_words_of_any_language_are_left_as_they_are():
    assert Invalid("got Ærø… 北京, expected a word").message == "got Ærø… 北京, expected a word"
    assert pickle.loads(pickle.dumps(Invalid("got a  b", hint="ask"))).message == "got a  b"
