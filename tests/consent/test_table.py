"""One row of the table of dimensions is one limit everywhere: option, check, Cedar, explanation, bound, formats, receipt.

A new row needs an example of its values here, and nothing else.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import cedarpy
import pytest
import typer
from hypothesis import given, settings

from sayso.consent.cedar import policy_of, policy_set_of, schema_of
from sayso.consent.changes import excess
from sayso.consent.dimension import Command, Term
from sayso.consent.dimensions import DIMENSIONS, MUST, TERMS, Situation
from sayso.consent.errors import GrantInvalid
from sayso.consent.grant import Grant
from sayso.consent.reasons import explain
from sayso.doors.cli.main import program
from sayso.doors.shapes.consent import grant as shape
from sayso.records.exchange import DocumentFormat, DocumentInvalid, read_grant, written
from sayso.records.exchange.document import take
from sayso.records.exchange.table import TABLE
from sayso.records.receipts.sentences import sentences
from sayso.workflows.consent import terms as typing
from sayso.workflows.consent.showing import GrantShown
from sayso.workflows.consent.terms import CLEARABLE, TYPED, Terms

from .cases import NOW, SPEAKER, grant, grant_id, request, situations
from .oracle import HOLDS
from .test_cedar import Case

TYPED_EXAMPLES: dict[str, Any] = {
    "licensee": "Rival Press",
    "purposes": ["podcast", "audiobook/noir"],
    "actions": ["train"],
    "project": "The Keeper",
    "languages": ["de", "fr"],
    "territories": ["DE", "AT"],
    "channels": ["broadcast"],
    "since": "2027-02-01",
    "until": "2027-12-31",
    "post_mortem": True,
    "sublicensing": True,
    "max_minutes": 2.5,
    "max_takes": 7,
    "scripted_only": True,
    "blocked_words": ["vote now", "snow"],
    "blocked_topics": ["politics"],
    "approval": True,
    "disclosure": "metadata",
    "compensation": "contract 12",
    "notice": b"What this is for.",
    "notice_language": "en",
    "outer": True,
    "ceiling": "grt_aaaaaaaaaaaaaaab",
}
"""A value that limits something, of each term that is typed, by the name under which it is typed."""

UNTYPED_EXAMPLES: dict[str, Any] = {"house": True, "note": "Apache-2.0, made by somebody"}
WITH_IT: dict[str, dict[str, Any]] = {
    "notice": {"notice_language": "en"},
    "notice_language": {"notice": b"x"},
    "house": {"note": "MIT"},
}
"""What a term cannot stand without."""

RULES = [term for term in TERMS if term.rule is not None]
OPTIONS = [term for term in TERMS if term.option is not None]
IDS: dict[str, Any] = {"ids": lambda term: term.name}


def typed(**more: Any) -> Grant:
    """Return a grant as typed, with few limits."""
    terms = Terms(**{"speaker": SPEAKER, "licensee": "Harbour Books", "purposes": "audiobook", **more})
    return replace(terms.grant(), grant_id=grant_id(0))


def example(term: Term) -> Grant:
    """Return a grant that says something of the term."""
    if term.option is not None:
        return typed(**WITH_IT.get(term.typed, {}), **{term.typed: TYPED_EXAMPLES[term.typed]})
    return replace(typed(), **WITH_IT.get(term.name, {}), **{term.name: UNTYPED_EXAMPLES[term.name]})


def commands() -> dict[str, Any]:
    group: Any = typer.main.get_command(program(("consent",)))
    return dict(group.commands["consent"].commands)


def test_every_row_has_an_example_and_every_field_of_a_grant_a_row() -> None:
    assert set(TYPED_EXAMPLES) == set(TYPED)
    assert set(UNTYPED_EXAMPLES) == {term.name for term in TERMS} - {term.name for term in TYPED.values()}
    assert list(grant().terms()) == [term.name for term in TERMS]


@pytest.mark.parametrize("term", TERMS, **IDS)
def test_an_example_is_not_what_a_grant_says_without_it(term: Term) -> None:
    assert getattr(example(term), term.name) != getattr(typed(), term.name)
    assert getattr(example(term), term.name) != term.nothing


@pytest.mark.parametrize("term", OPTIONS, **IDS)
def test_each_is_an_option_of_its_commands_and_of_no_other(term: Term) -> None:
    assert term.option is not None
    for command in Command:
        options = {option for each in commands()[command].params for option in each.opts}
        assert (f"--{term.option.name}" in options) is (command in term.option.commands)


@pytest.mark.parametrize("term", TERMS, **IDS)
def test_each_is_checked(term: Term) -> None:
    """No term takes a value of another type: what is malformed is refused and named."""
    with pytest.raises(GrantInvalid, match=rf"^{term.name}: "):
        replace(example(term), **{term.name: object()})


@pytest.mark.parametrize("term", TERMS, **IDS)
def test_a_typed_term_that_the_map_lacks_is_refused_and_the_nearest_named(
    term: Term, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dropping any option from the map fails; so does a name that was changed on one side only."""
    if term.option is None:
        with pytest.raises(GrantInvalid, match="does not exist"):
            Terms(SPEAKER, **{term.name: UNTYPED_EXAMPLES[term.name]})
        return
    value, near = TYPED_EXAMPLES[term.typed], f"{term.typed}_of"
    with pytest.raises(GrantInvalid, match=rf"'{near}' does not exist; did you mean {term.typed}\?"):
        Terms(SPEAKER, **{near: value})
    monkeypatch.setattr(typing, "TYPED", {name: row for name, row in TYPED.items() if name != term.typed})
    with pytest.raises(GrantInvalid, match=rf"'{term.typed}' does not exist"):
        Terms(SPEAKER, **{term.typed: value})


@pytest.mark.parametrize("name", TYPED)
def test_a_term_of_another_type_is_refused_and_named(name: str) -> None:
    with pytest.raises(GrantInvalid, match=rf"^{name}: got "):
        Terms(SPEAKER, **{name: object()})


@pytest.mark.parametrize("name", CLEARABLE)
def test_a_limit_to_clear_that_does_not_exist_is_refused_and_the_nearest_named(name: str) -> None:
    with pytest.raises(GrantInvalid, match=rf"'{name}s' does not exist; did you mean {name}\?"):
        Terms(cleared=(f"{name}s",))


@pytest.mark.parametrize("term", RULES, **IDS)
def test_each_rule_is_part_of_the_policy_and_what_it_reads_of_the_schema(term: Term) -> None:
    assert term.rule is not None
    wanted = example(term)
    asked = Situation(request(), NOW)
    schema = schema_of([wanted])
    attributes = schema[""]["actions"]["train"]["appliesTo"]["context"]["attributes"]
    policy = policy_of(wanted)
    assert term.rule.head(wanted).items() <= policy.items()
    for condition in term.rule.conditions(wanted):
        assert {"kind": "when", "body": condition} in policy["conditions"]
    if not term.rule.head(wanted) and term.name not in ("sublicensing", "post_mortem"):
        assert term.rule.conditions(wanted)
    assert set(term.rule.context([wanted], asked)) == set(term.rule.schema([wanted])) <= set(attributes)
    found = cedarpy.validate_policies(cedarpy.policies_from_json_str(json.dumps(policy_set_of([wanted]))), schema)
    assert found.validation_passed, found.errors


@pytest.mark.parametrize("term", RULES, **IDS)
def test_each_rule_is_explained_has_an_oracle_and_bounds_licences(term: Term) -> None:
    assert term.rule is not None
    wanted = example(term)
    answers = {each.dimension: each for each in explain(wanted, Situation(request(), NOW)).answers}
    answer = answers[term.rule.name]
    assert answer.got
    assert answer.allowed != "any"
    assert answer.ok is HOLDS[term.rule.name](wanted, Situation(request(), NOW))
    limited, open_ = (typed(), wanted) if term.name in ("sublicensing", "post_mortem") else (wanted, typed())
    if term.name not in ("actions", "until"):
        assert term.rule.name in {line.partition(":")[0] for line in excess(open_, replace(limited, note="outer"))}


def test_every_rule_and_no_other_has_an_oracle() -> None:
    assert set(HOLDS) == {rule.name for rule in DIMENSIONS}


@settings(max_examples=100, deadline=None)
@given(situations())
def test_each_answer_of_an_explanation_is_that_of_the_oracle(situation: Case) -> None:
    grants, asked = situation
    for each in grants:
        answers = explain(each, asked).answers
        assert {answer.dimension: answer.ok for answer in answers if answer.dimension != "outer"} == {
            name: holds(each, asked) for name, holds in HOLDS.items()
        }


@pytest.mark.parametrize("form", DocumentFormat)
@pytest.mark.parametrize("term", TERMS, **IDS)
def test_each_stands_in_both_formats_and_reads_back(term: Term, form: DocumentFormat) -> None:
    wanted = example(term)
    data = written(wanted, form)
    assert read_grant(data) == wanted
    assert data != written(replace(wanted, **plain(term)), form)


def plain(term: Term) -> dict[str, Any]:
    """Return the term as a grant has it that says nothing of it, with what hangs on it."""
    bare = typed()
    both = ("notice_sha256", "notice_language")
    return {name: getattr(bare, name) for name in (both if term.name in both else (term.name,))}


@pytest.mark.parametrize("term", [term for term in TERMS if term.places.said], **IDS)
def test_a_record_that_says_nothing_of_a_limit_is_refused(term: Term) -> None:
    """One that was cut short must not read as wider, nor one that says there is no limit as one that forgot it."""
    place = next(row.record for row in TABLE if row.term == term.name)
    for wanted in (typed(), example(term)):
        document = json.loads(written(wanted, DocumentFormat.RECORD))
        assert take(document, place.path) is not None
        with pytest.raises(DocumentInvalid, match=rf"^{term.name} "):
            read_grant(json.dumps(document).encode())


@pytest.mark.parametrize("term", TERMS, **IDS)
def test_each_is_told_on_a_receipt(term: Term) -> None:
    wanted = example(term)
    value = wanted.terms()[term.name]
    assert sentences(term, value)
    if term.nothing is not MUST:
        assert sentences(term, value) != sentences(term, typed().terms()[term.name])


@pytest.mark.parametrize("term", OPTIONS, **IDS)
def test_each_is_shown(term: Term) -> None:
    shown, bare = (shape(GrantShown(one, 0)) for one in (replace(example(term), not_before=NOW), typed()))
    assert {**shown, "since": 0} != {**bare, "since": 0} or term.name == "not_before"


def test_the_page_of_the_python_surface_names_each_limit() -> None:
    page = (Path(__file__).parents[2] / "docs" / "python.md").read_text()
    listed = page.partition("\n`limits`: ")[2].partition(". They mean")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == set(TYPED) - {"licensee", "purposes"}
