from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from sayso.mark.errors import KeysInvalid, MarkInvalid
from sayso.mark.mark import Mark, MarkKeys, keyed_bytes


@given(st.integers(0, 2**64 - 1))
def test_text_and_back(mark_id):
    assert Mark.parse(str(Mark(mark_id))) == Mark(mark_id)


@pytest.mark.parametrize("text", ["", "0123", "0123456789ABCDEF", "0123456789abcdeg", "0123456789abcdef0", " " * 16])
def test_other_text_is_refused(text):
    with pytest.raises(MarkInvalid):
        Mark.parse(text)


@pytest.mark.parametrize("mark_id", [-1, 2**64])
def test_an_id_has_64_bits(mark_id):
    with pytest.raises(MarkInvalid):
        Mark(mark_id)


def test_fresh_marks_differ():
    assert len({Mark.new() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(("name", "info"), [("public_pilot", b"public pilot"), ("data", b"data")])
def test_keys_are_hkdf(name, info):
    secret = bytes(range(40))
    expected = HKDF(SHA256(), 32, salt=b"sayso mark keys v1", info=info).derive(secret)
    assert getattr(MarkKeys.derive(secret), name) == expected


def test_public_keys_hold_nothing_else():
    public = MarkKeys.derive(b"s" * 32).public
    assert (public.private_pilot, public.data, public.is_complete) == (None, None, False)


def test_a_short_secret_or_key_is_refused():
    with pytest.raises(KeysInvalid):
        MarkKeys.derive(b"short")
    with pytest.raises(KeysInvalid):
        MarkKeys(b"short")


def test_keys_are_not_printed():
    assert repr(MarkKeys.derive(b"s" * 32)) == "MarkKeys()"


def test_streams_of_other_keys_and_labels_differ():
    streams = {keyed_bytes(key, label, 32) for key in (b"a" * 32, b"b" * 32) for label in ("x", "y")}
    assert len(streams) == 4
