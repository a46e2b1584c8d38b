from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.credentials.credentials import credentials_of

GOOD = ("signingCredential.trusted", "claimSignature.insideValidity", "claimSignature.validated")


def store(success=(*GOOD, "assertion.dataHash.match"), failure=(), before=()):
    def outcome(passed, failed):
        return {"success": [{"code": c} for c in passed], "failure": [{"code": c} for c in failed]}

    results = {"activeManifest": outcome(success, failure)}
    if before:
        results["ingredientDeltas"] = [{"validationDeltas": outcome((), before)}]
    return {
        "active_manifest": "urn:1",
        "manifests": {"urn:1": {"signature_info": {"issuer": "Harbour", "common_name": "Audio"}}},
        "validation_results": results,
    }


def verdict(**codes):
    found = credentials_of(store(**codes))
    return found.present, found.intact, found.trusted, found.problems


def test_all_passed():
    assert verdict() == (True, True, True, ())


@pytest.mark.parametrize("binding", ["dataHash", "bmffHash", "boxesHash"])
def test_any_hard_binding_will_do_and_none_will_not(binding):
    assert verdict(success=(*GOOD, f"assertion.{binding}.match"))[1]
    assert not verdict(success=GOOD)[1]


def test_nothing_is_concluded_from_silence():
    assert verdict(success=()) == (True, False, False, ())
    assert verdict(success=("claimSignature.validated", "assertion.dataHash.match"))[1:3] == (True, False)
    assert verdict(success=("signingCredential.trusted", "assertion.dataHash.match"))[1:3] == (False, False)


def test_an_expired_certificate_is_intact_not_trusted_and_said_once():
    # What the reader reports of a file signed while the certificate was in force, and read later.
    success = ("claimSignature.insideValidity", "claimSignature.validated", "assertion.dataHash.match")
    present, intact, trusted, problems = verdict(
        success=success, failure=("signingCredential.untrusted", "signingCredential.expired")
    )
    assert (present, intact, trusted) == (True, True, False)
    assert problems == ("the signing certificate has expired, and no timestamp shows an older signature",)


@pytest.mark.parametrize("code", ["signingCredential.ocsp.revoked", "claimSignature.outsideValidity"])
def test_a_signer_no_longer_good_is_not_trusted_and_the_file_is_intact(code):
    assert verdict(failure=(code,))[1:3] == (True, False)


@pytest.mark.parametrize("code", ["assertion.dataHash.mismatch", "assertion.hashedURI.mismatch", "assertion.missing"])
def test_a_change_breaks_the_file_and_not_the_signature(code):
    assert verdict(success=GOOD, failure=(code,))[1:3] == (False, True)


@pytest.mark.parametrize("code", ["claimSignature.mismatch", "claimSignature.missing"])
def test_a_broken_signature_makes_nobody_trusted(code):
    assert verdict(failure=(code,))[1:3] == (False, False)


def test_a_code_nobody_knows_yet_breaks_and_is_named():
    _, intact, _, problems = verdict(failure=("assertion.tomorrow.bad",))
    assert not intact
    assert problems == ("the credentials break a rule: assertion.tomorrow.bad",)


def test_what_the_file_was_made_from_is_told_and_not_counted():
    _, intact, trusted, problems = verdict(before=("assertion.dataHash.mismatch",))
    assert (intact, trusted) == (True, True)
    assert problems == ("in what the file was made from: the file was changed after it was signed",)


@st.composite
def spoiled(draw):
    """A good store with one of its parts replaced by something else."""
    value = copy.deepcopy(store(failure=("assertion.missing",), before=("assertion.missing",)))
    at = value
    while True:
        key = draw(st.sampled_from(sorted(at))) if isinstance(at, dict) else draw(st.integers(0, len(at) - 1))
        if not isinstance(at[key], dict | list) or not at[key] or draw(st.booleans()):
            at[key] = draw(st.none() | st.integers() | st.text(max_size=3) | st.just([]) | st.just([7]) | st.just({}))
            return value
        at = at[key]


@given(spoiled())
def test_no_shape_raises(value):
    assert credentials_of(value).present


@given(
    st.dictionaries(st.sampled_from(["manifests", "active_manifest", "validation_results"]), st.integers())
    | st.none()
    | st.lists(st.none())
)
def test_an_empty_store_is_neither_intact_nor_trusted(value):
    found = credentials_of(value)
    assert (found.intact, found.trusted) == (False, False)
