"""Secrets of credentials: long, shown in one form, known here by a keyed digest only."""

from __future__ import annotations

import pytest

from sayso.accounts.errors import CredentialInvalid
from sayso.accounts.secret import Presented
from sayso.ids import CredentialId

ID = CredentialId("crd_aaaaaaaaaaaaaaaa")
KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def test_a_credential_is_read_back_from_its_one_form():
    made = Presented.new(ID)
    assert Presented.parse(f" {made.text}\n") == made
    assert made.secret not in repr(made)
    assert len({Presented.new(ID).secret for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "text", ["", "crd_aaaaaaaaaaaaaaaa", "crd_a.b", "crd_aaaaaaaaaaaaaaaa." + "é" * 43, "x" * 9999]
)
def test_what_is_none_is_refused_without_repeating_it(text):
    with pytest.raises(CredentialInvalid) as refused:
        Presented.parse(text)
    assert not text or text not in refused.value.message


def test_only_the_same_secret_of_the_same_credential_matches_under_the_same_key():
    made = Presented.new(ID)
    kept = made.digest(KEY, "a role")
    assert made.secret.encode() not in kept
    assert made.matches(kept, KEY, "a role")
    assert not made.matches(kept, OTHER_KEY, "a role")
    assert not made.matches(kept, KEY, "another role")
    assert not made.matches(None, KEY, "a role")
    assert not Presented.new(ID).matches(kept, KEY, "a role")
    assert not Presented(CredentialId("crd_bbbbbbbbbbbbbbbb"), made.secret).matches(kept, KEY, "a role")


def test_no_row_of_zeros_is_a_match():
    assert not Presented.new(ID).matches(bytes(32), KEY, "a role")
