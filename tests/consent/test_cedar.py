from __future__ import annotations

import gc
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from weakref import ref

import cedarpy
import pytest
from hypothesis import example, given, settings

from sayso.consent import cedar
from sayso.consent.cedar import Compiled, Policies, Policy, Verdict, context_of, policy_set_of, schema_of
from sayso.consent.dimensions import Situation
from sayso.consent.errors import GrantInvalid
from sayso.consent.grant import Grant
from sayso.consent.state import State
from sayso.ids import SpeakerId

from .cases import NOW, OTHER, SPEAKER, grant, grant_id, permitting, request, situations
from .test_dimensions import ALLOWED, BROKEN, question

Case = tuple[list[Grant], Situation]


@settings(max_examples=250, deadline=None)
@given(situations())
@example(([grant()], Situation(request(), NOW)))
@example(([grant(), grant(1)], Situation(request(), NOW, {grant_id(0): 30_001})))
def test_cedar_and_the_second_evaluator_agree(situation: Case) -> None:
    grants, asked = situation
    verdict = Policy(SPEAKER, grants).ask(asked)
    assert verdict.errors == ()
    assert verdict.grants == tuple(each.grant_id for each in permitting(grants, asked))


@settings(max_examples=100, deadline=None)
@given(situations())
def test_a_slice_answers_as_the_whole_set_does(situation: Case) -> None:
    grants, asked = situation
    assert Compiled.of(grants).ask(asked) == Policy(SPEAKER, grants).ask(asked)


@settings(max_examples=150, deadline=None)
@given(situations())
def test_by_turns_the_first_in_rank_of_all_that_permit_is_found(situation: Case) -> None:
    grants, asked = situation
    found = Policy(SPEAKER, grants).first(asked)
    allowed = sorted(permitting(grants, asked), key=lambda each: each.rank(asked.request.purpose))
    assert found.errors == ()
    assert set(found.grants) <= {each.grant_id for each in allowed}
    assert [each.grant_id for each in allowed[:1]] == [
        each.grant_id for each in allowed if each.grant_id in found.grants
    ][:1]


@pytest.mark.parametrize("permits", range(12))
def test_whichever_of_a_dozen_permits_it_is_found(permits: int) -> None:
    grants = [grant(number, languages=("en" if number == permits else "de",)) for number in range(12)]
    asked = Situation(request(language="en"), NOW)
    assert Policy(SPEAKER, grants).first(asked).grants == (grant_id(permits),)
    assert Policy(SPEAKER, [each for each in grants if each.grant_id != grant_id(permits)]).first(asked) == Verdict(
        (), ()
    )


def test_those_after_the_first_that_permit_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_of: list[int] = []
    ask = Compiled.ask
    monkeypatch.setattr(Compiled, "ask", lambda self, asked: (asked_of.append(len(self.grants)), ask(self, asked))[1])
    assert len(Policy(SPEAKER, [grant(number) for number in range(26)]).first(Situation(request(), NOW)).grants) == 4
    assert asked_of == [4]


def _times_asked(monkeypatch: pytest.MonkeyPatch) -> list[Situation]:
    found: list[Situation] = []
    ask = Compiled.ask
    monkeypatch.setattr(Compiled, "ask", lambda self, asked: (found.append(asked), ask(self, asked))[1])
    return found


def test_the_record_of_a_decision_has_the_answer_that_it_was_made_on(monkeypatch: pytest.MonkeyPatch) -> None:
    times, policy, wanted = _times_asked(monkeypatch), Policy(SPEAKER, [grant()]), request()
    assert policy.first(Situation(wanted, NOW)) == policy.ask(Situation(wanted, NOW))
    assert len(times) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"now": NOW + timedelta(seconds=1)},
        {"used_ms": {grant_id(0): 30_001}},
        {"used_takes": {grant_id(0): 1}},
        {"deceased": True},
        {"request": request()},
    ],
)
def test_an_answer_is_not_that_to_another_question(monkeypatch: pytest.MonkeyPatch, other: dict[str, Any]) -> None:
    times, policy, asked = _times_asked(monkeypatch), Policy(SPEAKER, [grant()]), Situation(request(), NOW)
    policy.first(asked)
    policy.ask(replace(asked, **other))
    assert len(times) == 2


def test_what_is_used_up_meanwhile_is_seen() -> None:
    used = {grant_id(0): 0}
    policy, asked = Policy(SPEAKER, [grant()]), Situation(request(), NOW, used)
    assert policy.first(asked).allowed
    used[grant_id(0)] = 10**9
    assert not policy.ask(asked).allowed


def test_no_text_is_kept_with_an_answer() -> None:
    policy, wanted = Policy(SPEAKER, [grant()]), request()
    policy.first(Situation(wanted, NOW))
    gone = ref(wanted)
    del wanted
    gc.collect()
    assert gone() is None


def test_an_error_ends_the_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Verdict((), ("no such attribute",))
    monkeypatch.setattr(
        Compiled, "ask", lambda self, _: failed if len(self.grants) == 4 else Verdict((grant_id(0),), ())
    )
    assert Policy(SPEAKER, [grant(number) for number in range(9)]).first(Situation(request(), NOW)) == failed


@pytest.mark.parametrize(("name", "of_grant", "of_request", "now", "used"), BROKEN)
def test_each_rule_alone_makes_cedar_deny_without_any_slicing(
    name: str, of_grant: dict[str, Any], of_request: dict[str, Any], now: Any, used: int
) -> None:
    asked = question(of_request, now, used)
    assert Compiled.of([grant(**of_grant)]).ask(asked) == Verdict((), ()), name


@pytest.mark.parametrize(("of_grant", "of_request", "now", "used"), ALLOWED)
def test_cedar_allows_what_is_granted(
    of_grant: dict[str, Any], of_request: dict[str, Any], now: Any, used: int
) -> None:
    asked = question(of_request, now, used)
    assert Compiled.of([grant(**of_grant)]).ask(asked) == Verdict((grant_id(0),), ())


@settings(max_examples=60, deadline=None)
@given(situations())
def test_requests_obey_the_schema(situation: Case) -> None:
    grants, asked = situation
    found = cedarpy.is_authorized(
        {
            "principal": {"type": "Licensee", "id": asked.request.licensee},
            "action": {"type": "Action", "id": str(asked.request.action)},
            "resource": {"type": "Speaker", "id": asked.request.speaker},
            "context": json.dumps(context_of(grants, asked)),
        },
        cedarpy.PolicySet.from_json_str(json.dumps(policy_set_of(grants))),
        [],
        schema_of(grants),
    )
    assert found.diagnostics.errors == []
    assert found.decision is not cedarpy.Decision.NoDecision


@settings(max_examples=60, deadline=None)
@given(situations())
def test_every_policy_passes_cedars_validator(situation: Case) -> None:
    """Cedar's validator is sound: no expression of a policy that passes can fail when it is evaluated."""
    for each in situation[0]:
        text = cedarpy.policies_from_json_str(json.dumps(policy_set_of([each])))
        found = cedarpy.validate_policies(text, schema_of([each]))
        assert found.validation_passed, found.errors


def test_any_error_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cedar skips a policy that fails and lets another permit; here that is no permission."""
    policy = Policy(SPEAKER, [grant(), grant(1, max_ms=None)])
    asked = Situation(request(), NOW)
    assert policy.ask(asked).allowed
    whole = context_of

    def without_minutes(grants: list[Grant], asked: Situation, **rest: Any) -> dict[str, object]:
        return {**whole(grants, asked, **rest), "minutes_used": {}}

    monkeypatch.setattr(cedar, "context_of", without_minutes)
    verdict = policy.ask(Situation(request(), NOW))
    assert verdict.grants == (grant_id(1),)
    assert verdict.errors
    assert not verdict.allowed


def test_no_decision_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = Policy(SPEAKER, [grant()])
    monkeypatch.setattr(cedar, "context_of", lambda *_, **__: {"now_ms": None})
    verdict = policy.ask(Situation(request(), NOW))
    assert verdict.grants == ()
    assert verdict.errors
    assert not verdict.allowed


def test_no_grants_permit_nothing() -> None:
    assert not Policy(SPEAKER, []).ask(Situation(request(), NOW)).allowed


def test_a_policy_set_holds_one_speakers_grants_each_once() -> None:
    with pytest.raises(GrantInvalid, match=r"^grant_id: "):
        Policy(SPEAKER, [grant(), grant()])
    with pytest.raises(GrantInvalid, match=r"^speaker: "):
        Policy(OTHER, [grant()])
    assert set(policy_set_of([grant(), grant(1)])["staticPolicies"]) == {grant_id(0), grant_id(1)}


def test_many_purposes_compile_and_the_last_counts_too() -> None:
    purposes = tuple(f"p{number}" for number in range(64))
    policy = Policy(SPEAKER, [grant(purposes=purposes)])
    assert all(policy.ask(Situation(request(purpose=purpose), NOW)).allowed for purpose in purposes)


def test_strange_names_do_not_reach_into_the_policy() -> None:
    for strange in ('x"] || true', "a*", "*a", "${now}", "\\", "🎙"):
        policy = Policy(SPEAKER, [grant(licensee=strange, project=strange)])
        assert policy.ask(Situation(request(licensee=strange, project=strange), NOW)).allowed
        assert not policy.ask(Situation(request(licensee=strange, project="other"), NOW)).allowed
        assert not policy.ask(Situation(request(licensee="other", project=strange), NOW)).allowed


def test_slices_are_bounded() -> None:
    policy = Policy(SPEAKER, [grant()])
    for number in range(600):
        policy.ask(Situation(request(purpose=f"audiobook/mystery/{number}"), NOW))
        policy.ask(Situation(request(licensee=f"nobody {number}"), NOW))
    assert len(policy.slices) <= 256


def test_compiled_policies_are_kept_by_version() -> None:
    policies = Policies(size=2)
    loads: list[str] = []

    def load(state: State) -> list[Grant]:
        loads.append(state)
        return [grant(state=state)]

    first = policies.of(SPEAKER, 1, lambda: load(State.GIVEN))
    assert policies.of(SPEAKER, 1, lambda: load(State.GIVEN)) is first
    second = policies.of(SPEAKER, 2, lambda: load(State.SUSPENDED))
    assert not second.ask(Situation(request(), NOW)).allowed
    assert len(loads) == 2
    policies.of(OTHER, 1, list)
    policies.of(SPEAKER, 2, lambda: load(State.GIVEN))
    assert len(loads) == 2
    for letter in "cde":
        policies.of(SpeakerId("spk_" + letter * 16), 1, list)
    assert policies.of(SPEAKER, 2, lambda: load(State.GIVEN)) is not second, "only two speakers are kept"
    policies.forget(SPEAKER)
    policies.of(SPEAKER, 2, lambda: load(State.GIVEN))
    assert len(loads) == 4


def test_a_licence_permits_no_more_than_its_outer_consent_and_an_outer_consent_nothing() -> None:
    outer = grant(1, outer=True, licensee="*", purposes=("audiobook",), languages=("en-gb",))
    licence = grant(ceiling=grant_id(1))
    policy = Policy(SPEAKER, [outer, licence])
    assert policy.ask(Situation(request(), NOW)).grants == (grant_id(0),)
    assert policy.ask(Situation(request(language="en-us"), NOW)).grants == ()
    assert Policy(SPEAKER, [outer]).ask(Situation(request(), NOW)).grants == ()
    assert Policy(SPEAKER, [licence]).ask(Situation(request(), NOW)).grants == ()
    for state in set(State) - {State.GIVEN}:
        assert Policy(SPEAKER, [replace(outer, state=state), licence]).ask(Situation(request(), NOW)).grants == ()
    not_outer = replace(outer, outer=False, licensee="Harbour Books")
    assert Policy(SPEAKER, [not_outer, licence]).ask(Situation(request(), NOW)).grants == (grant_id(1),)
