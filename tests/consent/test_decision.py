from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings

from sayso.clock import parse_stamp
from sayso.consent.cedar import Policy, Verdict
from sayso.consent.decision import decide, why
from sayso.consent.errors import ConsentRefused
from sayso.consent.grant import Grant
from sayso.consent.permit import Gate, Permit
from sayso.consent.request import Request

from .cases import NOW, OTHER, SPEAKER, grant, grant_id, permitting, request, situations
from .test_cedar import Case

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


NOT_IN_A_PERMIT = {
    *("project", "language", "territory", "channel"),
    *("takes", "text", "topics", "live", "disclosure", "sublicensee"),
}


def permit(*grants: Grant, now: Any = NOW, **changes: Any) -> Permit:
    return decide(request(**changes), grants=grants or [grant()], epoch=3, key=KEY, now=now)


def attempt(asked: Request, **rest: Any) -> Permit | ConsentRefused:
    try:
        return decide(asked, **rest)
    except ConsentRefused as refusal:
        return refusal


def test_a_permit_says_what_was_asked_and_under_which_grant() -> None:
    made, asked = permit(grant(version=4)), request()
    for field in fields(Request):
        if field.name not in NOT_IN_A_PERMIT:
            assert getattr(made, field.name) == getattr(asked, field.name)
    assert (made.grant_id, made.grant_version, made.epoch) == (grant_id(0), 4, 3)
    Gate(KEY.public_key().public_bytes_raw(), lambda _: 3, clock=lambda: NOW).check(made, asked.action)


def test_permits_are_never_twice_the_same() -> None:
    made = [permit() for _ in range(50)]
    assert len({each.permit_id for each in made}) == len({each.nonce for each in made}) == 50


@pytest.mark.parametrize(("asked_s", "lives_s"), [(900, 900), (901, 900), (10**6, 900), (60, 60), (0, 1), (-5, 1)])
def test_no_permit_lives_longer_than_fifteen_minutes(asked_s: int, lives_s: int) -> None:
    made = decide(request(), grants=[grant()], epoch=1, key=KEY, now=NOW, lifetime_s=asked_s)
    assert parse_stamp(made.expires) - NOW == timedelta(seconds=lives_s)


def test_no_permit_outlives_its_grant() -> None:
    made = permit(grant(until=NOW + timedelta(seconds=7)))
    assert parse_stamp(made.expires) - NOW == timedelta(seconds=7)


def test_of_several_the_narrowest_then_the_one_that_ends_first_then_the_smallest_id() -> None:
    wide = grant(0, purposes=("audiobook",), until=NOW + timedelta(seconds=1))
    late = grant(1, until=None)
    soon = grant(2, until=NOW + timedelta(days=2))
    twin = grant(3, until=NOW + timedelta(days=2))
    narrow = grant(4, purposes=("audiobook", "audiobook/mystery/noir"), until=None)
    ranked = [narrow, soon, twin, late, wide]
    for left_out in range(len(ranked)):
        for order in permutations(ranked[left_out:]):
            assert permit(*order).grant_id == ranked[left_out].grant_id


@settings(max_examples=120, deadline=None)
@given(situations())
def test_decide_permits_only_what_both_evaluators_permit(situation: Case) -> None:
    grants, asked = situation
    if any(each.speaker != asked.request.speaker for each in grants):
        grants = []
    policy = Policy(asked.request.speaker, grants)
    known = {"used_ms": asked.used_ms, "used_takes": asked.used_takes, "deceased": asked.deceased}
    told = why(asked.request, grants=policy, epoch=1, now=NOW, **known)
    outcome = attempt(asked.request, grants=policy, epoch=1, key=KEY, now=NOW, **known)
    allowed = [each.grant_id for each in permitting(grants, asked)]
    if isinstance(outcome, ConsentRefused):
        assert allowed == []
        assert outcome.reasons == told.reasons != ()
        assert (told.allowed, told.chosen) == (False, None)
    else:
        assert outcome.grant_id in allowed
        assert (told.allowed, told.chosen, told.reasons) == (True, outcome.grant_id, ())
        assert list(told.candidates) == allowed


def test_an_unknown_or_erased_speaker_permits_nothing() -> None:
    with pytest.raises(ConsentRefused) as caught:
        decide(request(), grants=[grant()], epoch=None, key=KEY, now=NOW)
    assert caught.value.reasons == ("speaker: unknown or erased (nobody can change this)",)
    told = why(request(), grants=[grant()], epoch=None, now=NOW)
    assert not told.allowed
    assert told.reasons == caught.value.reasons


def test_a_policy_of_another_speaker_permits_nothing() -> None:
    with pytest.raises(ConsentRefused):
        decide(request(speaker=OTHER), grants=Policy(SPEAKER, [grant()]), epoch=1, key=KEY, now=NOW)


def test_the_message_is_one_line_and_the_error_survives_pickling() -> None:
    import pickle

    with pytest.raises(ConsentRefused) as caught:
        permit(licensee="Somebody", purpose="podcast", project=None)
    error = caught.value
    assert "\n" not in error.message
    assert error.slug == "consent-refused"
    assert [reason.split(": ")[1] for reason in error.reasons] == ["licensee", "purpose", "project"]
    again = pickle.loads(pickle.dumps(error))
    assert (again.message, again.reasons, again.hint) == (error.message, error.reasons, error.hint)


def test_a_refusal_that_no_rule_explains_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Policy, "first", lambda *_: Verdict((), ()))
    with pytest.raises(ConsentRefused) as caught:
        permit()
    assert caught.value.reasons == ("policy: Cedar permits nothing and no rule says why (report this)",)


def test_an_error_of_cedar_is_a_refusal_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from sayso.consent import cedar

    whole = cedar.context_of
    monkeypatch.setattr(cedar, "context_of", lambda *args, **rest: {**whole(*args, **rest), "minutes_used": {}})
    with pytest.raises(ConsentRefused) as caught:
        permit(grant(), grant(1, max_ms=None))
    assert caught.value.reasons[0].startswith("policy: ")


def test_why_tells_of_each_grant_and_permits_nothing_itself() -> None:
    found = why(request(), grants=[grant(), grant(1, project="X")], epoch=1, now=NOW)
    assert (found.allowed, found.chosen) == (True, grant_id(0))
    assert [each.ok for each in found.grants] == [True, False]
    refused = why(request(project=None), grants=[grant()], epoch=1, now=NOW)
    assert (refused.allowed, refused.chosen) == (False, None)


def test_a_permit_is_for_the_version_of_the_grant_it_was_made_under() -> None:
    assert permit(replace(grant(), version=9)).grant_version == 9
