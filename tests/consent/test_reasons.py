from __future__ import annotations

from hypothesis import given, settings

from sayso.consent.dimensions import DIMENSIONS, Situation
from sayso.consent.reasons import explain, refusals

from .cases import NOW, grant, grant_id, permitting, request, situations
from .test_cedar import Case


@settings(max_examples=100, deadline=None)
@given(situations())
def test_a_refusal_has_a_line_for_every_rule_that_stands_in_the_way(situation: Case) -> None:
    grants, asked = situation
    by_id = {each.grant_id: each for each in grants}
    explained = [explain(each, asked, ceiling=by_id.get(each.ceiling or "")) for each in grants]
    allowed = [each.grant_id for each in permitting(grants, asked)]
    assert sorted(found.grant_id for found in explained if found.ok) == allowed
    if any(found.ok for found in explained):
        return
    lines = refusals(grants, asked)
    expected = {(found.grant_id, answer.dimension) for found in explained for answer in found.failed}
    assert len(lines) == max(len(expected), 1)
    for grant_name, dimension in expected:
        assert any(line.startswith(f"{grant_name}: {dimension}: got ") for line in lines)
    assert all("can change this" in line for line in lines)


def test_the_nearest_grant_comes_first() -> None:
    far, near = grant(0, purposes=("podcast",), project="X", languages=("de",)), grant(1, project="Y")
    lines = refusals([far, near], Situation(request(), NOW))
    assert [line.split(":")[0] for line in lines] == [grant_id(1)] + [grant_id(0)] * 3
    assert lines[0] == f"{grant_id(1)}: project: got The Lamp, allowed: Y (the speaker can change this)"


def test_the_terms_of_another_licensee_stay_with_them() -> None:
    secret = grant(licensee="Rival Press", purposes=("game/secret-title",), project="Project Owl", languages=("fi",))
    text = "\n".join(refusals([secret], Situation(request(), NOW)))
    for dimension in ("licensee", "purpose", "project", "language"):
        assert f": {dimension}: got " in text
    for told in ("Rival", "secret", "Owl", "fi "):
        assert told not in text


def test_no_grant_at_all_is_a_reason_too() -> None:
    assert refusals([], Situation(request(), NOW)) == [
        "grant: the speaker has granted nothing (the speaker can change this)"
    ]


def test_a_disagreement_is_a_reason_and_no_empty_list() -> None:
    assert refusals([grant()], Situation(request(), NOW))[0].startswith("policy: ")


def test_every_dimension_answers() -> None:
    found = explain(grant(), Situation(request(), NOW))
    assert found.ok
    assert [answer.dimension for answer in found.answers] == [dimension.name for dimension in DIMENSIONS]


def test_what_the_outer_consent_forbids_is_told_as_its_own() -> None:
    outer = grant(1, outer=True, licensee="*", languages=("de",))
    found = explain(grant(ceiling=grant_id(1)), Situation(request(), NOW), ceiling=outer)
    assert [answer.dimension for answer in found.failed] == ["outer language"]
    missing = explain(grant(ceiling=grant_id(1)), Situation(request(), NOW))
    assert [answer.dimension for answer in missing.failed] == ["outer"]
    assert [answer.dimension for answer in explain(outer, Situation(request(language="de"), NOW)).failed] == ["outer"]
