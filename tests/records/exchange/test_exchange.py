"""What is written reads back as the same grant, and nothing that a document says is lost in silence."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.consent.errors import SignatureRefused
from sayso.consent.grant import Grant
from sayso.consent.history_store import Signed
from sayso.consent.keys import public_key_of
from sayso.consent.state import Party, State
from sayso.consent.store import GrantEvent
from sayso.errors import Bug
from sayso.ids import SpeakerId
from sayso.records.exchange import MAX_BYTES, DocumentFormat, DocumentInvalid, read_grant, read_signed, written
from sayso.records.exchange.table import TABLE
from sayso.records.exchange.terms import put_terms
from tests.consent.cases import NOW, SPEAKER, SPEAKER_KEY, grant, grant_id, grants, signature

FORMATS = list(DocumentFormat)


def document(form: DocumentFormat, **changes: Any) -> dict[str, Any]:
    return json.loads(written(grant(**changes), form))


def read(value: Any) -> Grant:
    return read_grant(json.dumps(value).encode())


@given(grants(), st.sampled_from(FORMATS), st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1))
def test_what_is_written_reads_back_as_the_same_grant(wanted: Grant, form: DocumentFormat, name: str) -> None:
    name = Grant.from_terms(
        {"licensee": name[:200].replace("*", "x"), "purposes": ["a"], "not_before": NOW},
        grant_id=grant_id(0), speaker=SPEAKER, state=State.GIVEN, version=1,
    ).licensee  # fmt: skip
    terms = wanted.terms() | ({} if wanted.licensee == "*" else {"licensee": name})
    wanted = Grant.from_terms(
        terms, grant_id=wanted.grant_id, speaker=wanted.speaker, state=wanted.state, version=len(name)
    )
    assert read_grant(written(wanted, form)) == wanted


@pytest.mark.parametrize("form", FORMATS)
def test_a_tombstone_leads_to_nobody_and_reads_back(form: DocumentFormat) -> None:
    stone = grant().tombstone()
    assert SPEAKER not in written(stone, form).decode()
    assert read_grant(written(stone, form)) == stone


def test_every_term_has_one_row_and_every_place_one_term() -> None:
    rows = [row.term for row in TABLE]
    assert set(grant().terms()) <= set(rows)
    assert len(set(rows)) == len(rows)
    for which in (lambda row: row.record, lambda row: row.policy):
        paths = [which(row).path for row in TABLE]
        assert len(set(paths)) == len(paths)


def test_a_term_without_a_row_is_a_bug_and_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = {**grant().terms(), "tempo": 3}
    monkeypatch.setattr(Grant, "terms", lambda _: dict(terms))
    with pytest.raises(Bug, match="tempo"):
        put_terms({}, grant(), lambda row: row.record)


def test_a_record_has_what_the_guide_asks_for() -> None:
    """The mandatory fields of 27560 that a grant can tell, under the relations of the DPV guide's table of terms."""
    events = [GrantEvent(grant_id(0), 1, State.GIVEN, Party.SPEAKER, NOW)]
    record = json.loads(written(grant(), DocumentFormat.RECORD, events=events))
    assert record["@type"] == "dpv:ConsentRecord"
    assert record["dct:conformsTo"] == {"@id": "https://w3id.org/dpv/schema/dpv-27560#record"}
    assert record["dct:identifier"] == grant_id(0)
    assert record["dpv:hasDataSubject"]["dct:identifier"] == SPEAKER
    assert {"dpv:hasNotice", "dpv:hasConsentControl", "dct:valid"} <= set(record)
    process = record["dpv:hasProcess"]
    assert {"dpv:hasPurpose", "dpv:hasPersonalData", "dpv:hasDataController", "dpv:hasStorageCondition"} <= set(process)
    assert process["dpv:hasDataController"] == {"@type": "dpv:LegalEntity", "dpv:hasName": "Harbour Books"}
    (event,) = record["dct:hasPart"]
    assert event["dpv:hasConsentStatus"] == {"@id": "dpv:ConsentGiven"}
    assert event["dct:date"] == {"@type": "xsd:dateTime", "@value": "2027-03-01T12:00:00.000Z"}
    assert read(record) == grant()


def test_a_policy_is_an_agreement_with_one_permission() -> None:
    policy = document(DocumentFormat.POLICY, territories=("DE",), channels=("app",))
    assert (policy["@type"], policy["profile"]) == ("Agreement", "urn:sayso:consent:profile:1")
    (permission,) = policy["permission"]
    assert permission["assignee"] == {"@type": "Party", "vcard:fn": "Harbour Books"}
    assert permission["action"] == ["sayso:action/clone", "sayso:action/publish", "sayso:action/synthesize"]
    rules = {f"{each['leftOperand']} {each['operator']}": each["rightOperand"] for each in permission["constraint"]}
    assert rules == {
        "purpose isAnyOf": [{"@id": "sayso:purpose/audiobook/mystery"}],
        "sayso:project eq": "The Lamp",
        "language isAnyOf": ["en"],
        "spatial isAnyOf": [{"@id": "loc:DE"}],
        "deliveryChannel isAnyOf": ["app"],
        "dateTime gteq": {"@type": "xsd:dateTime", "@value": "2027-02-28T12:00:00.000Z"},
        "dateTime lt": {"@type": "xsd:dateTime", "@value": "2027-03-02T12:00:00.000Z"},
        "sayso:soundInAll lteq": {"@type": "xsd:duration", "@value": "PT60.000S"},
    }


def test_what_means_the_same_is_taken() -> None:
    policy = document(DocumentFormat.POLICY)
    permission = policy["permission"][0]
    policy["permission"] = permission
    policy["profile"] = [policy["profile"]]
    permission["assigner"] = {"uid": permission["assigner"]}
    for each in permission["constraint"]:
        each["leftOperand"] = each["leftOperand"].replace("language", "odrl:language")
        if each["leftOperand"] == "sayso:soundInAll":
            each["rightOperand"]["@value"] = "PT1M"
    assert read(policy) == grant()
    record = document(DocumentFormat.RECORD)
    record["@context"]["ex"] = "https://example.com/"
    record["dpv:hasProcess"]["dpv:hasPurpose"] = record["dpv:hasProcess"]["dpv:hasPurpose"][0]
    del record["dpv:hasRight"]
    assert read(record) == grant()


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every object in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [path] if isinstance(value, dict) and "@context" not in path else []
    return found + [each for key, below in inner for each in paths(below, (*path, key))]


@pytest.mark.parametrize("form", FORMATS)
def test_an_unknown_field_is_refused_wherever_it_stands(form: DocumentFormat) -> None:
    events = [GrantEvent(grant_id(0), 1, State.GIVEN, Party.SPEAKER, NOW)]
    whole = json.loads(written(grant(territories=("DE",)), form, events=events))
    places = paths(whole)
    assert len(places) > 12
    for place in places:
        changed = copy.deepcopy(whole)
        target = changed
        for key in place:
            target = target[key]
        target["odrl:refinement"] = {"x": []}
        with pytest.raises(DocumentInvalid):
            read(changed)


@pytest.mark.parametrize("form", FORMATS)
def test_every_part_made_another_is_refused_or_read_as_another_grant(form: DocumentFormat) -> None:
    """Mutation: no change of any value may pass as the same grant."""
    whole = document(form, territories=("DE",), channels=("app",))
    for place in paths(whole):
        for key in list(_at(whole, place)):
            changed = copy.deepcopy(whole)
            _at(changed, place)[key] = "another"
            with pytest.raises(DocumentInvalid):
                _differs(read(changed))


def _at(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


def _differs(found: Grant) -> None:
    """Raise as if refused where a changed document is read as another grant: the change was not dropped."""
    if found != grant(territories=("DE",), channels=("app",)):
        raise DocumentInvalid("another grant")


REFUSED_POLICIES: dict[str, Any] = {
    "prohibition": lambda p: p.update(prohibition=[{"action": "sayso:action/train"}]),
    "obligation": lambda p: p.update(obligation=[{}]),
    "inheritFrom": lambda p: p.update(inheritFrom="urn:x"),
    "conflict": lambda p: p.update(conflict="prohibit"),
    "permission.duty": lambda p: p["permission"][0].update(duty=[{"action": "compensate"}]),
    "permission: got 2": lambda p: p["permission"].append({}),
    "permission.constraint.percentage lteq": lambda p: _limit(p, "percentage", "lteq", 3),
    "permission.constraint.language isNoneOf": lambda p: _limit(p, "language", "isNoneOf", ["de"]),
    "second constraint": lambda p: _limit(p, "language", "isAnyOf", ["de"]),
    "no rightOperand": lambda p: _limit(_drop(p, "language isAnyOf"), "language", "isAnyOf", None),
    "unit": lambda p: p["permission"][0]["constraint"][0].update(unit="x"),
    "not_before": lambda p: _drop(p, "dateTime gteq"),
    "purposes": lambda p: _drop(p, "purpose isAnyOf"),
    "licensee": lambda p: p["permission"][0].pop("assignee"),
    "actions": lambda p: p["permission"][0].update(action=["play"]),
    "profile": lambda p: p.update(profile="urn:other"),
    "@type": lambda p: p.update({"@type": "Offer"}),
    "permission.target": lambda p: p["permission"][0].update(target="urn:sayso:voice-of:spk_cccccccccccccccc"),
    "@context": lambda p: p.update({"@context": "https://evil.example/context.jsonld"}),
    "@context.xsd": lambda p: p["@context"][1].update(xsd="https://evil.example/"),
    "@context.dct": lambda p: p["@context"][1].pop("dct"),
    "max_ms": lambda p: _limit(_drop(p, "sayso:soundInAll lteq"), "sayso:soundInAll", "lteq", 60),
    "languages": lambda p: _limit(_drop(p, "language isAnyOf"), "language", "isAnyOf", ["no such thing"]),
    "until (permission.constraint.dateTime lt)": lambda p: _limit(
        _drop(p, "dateTime lt"), "dateTime", "lt", {"@type": "xsd:dateTime", "@value": "2027-03-02T12:00:00.1234Z"}
    ),
    "sayso:state": lambda p: p["sayso:state"].update({"@id": "sayso:state/lapsed"}),
    "version": lambda p: p.update({"dct:hasVersion": 0}),
}


def _drop(policy: dict[str, Any], rule: str) -> dict[str, Any]:
    permission = policy["permission"][0]
    permission["constraint"] = [c for c in permission["constraint"] if f"{c['leftOperand']} {c['operator']}" != rule]
    return policy


def _limit(policy: dict[str, Any], operand: str, operator: str, value: Any) -> None:
    limit = {"leftOperand": operand, "operator": operator, "rightOperand": value}
    policy["permission"][0]["constraint"].append(limit)


@pytest.mark.parametrize(("field", "change"), REFUSED_POLICIES.items(), ids=REFUSED_POLICIES.keys())
def test_what_a_policy_says_beyond_a_grant_is_refused_by_name(field: str, change: Any) -> None:
    policy = document(DocumentFormat.POLICY)
    change(policy)
    with pytest.raises(DocumentInvalid) as caught:
        read(policy)
    assert field in caught.value.message
    assert "\n" not in caught.value.message


REFUSED_RECORDS: dict[str, Any] = {
    "dpv:hasProcess.dpv:hasRecipient": lambda r: r["dpv:hasProcess"].update({"dpv:hasRecipient": "Third"}),
    "territories (dpv:hasProcess.dpv:hasLocation)": lambda r: r["dpv:hasProcess"].pop("dpv:hasLocation"),
    "until (dct:valid.dcat:endDate)": lambda r: r["dct:valid"].pop("dcat:endDate"),
    "dpv:hasProcess.dpv:hasLegalBasis": lambda r: r["dpv:hasProcess"].update({"dpv:hasLegalBasis": "dpv:Contract"}),
    "dpv:hasConsentStatus.@id": lambda r: r.update({"dpv:hasConsentStatus": {"@id": "dpv:ConsentUnknown"}}),
    "dpv:hasProcess: got a list": lambda r: r.update({"dpv:hasProcess": [r["dpv:hasProcess"]] * 2}),
    "@id": lambda r: r.update({"@id": "urn:sayso:grant:grt_zzzzzzzzzzzzzzzz"}),
    "speaker": lambda r: r["dpv:hasDataSubject"].update({"dct:identifier": 7}),
    "grant_id": lambda r: (r.pop("@id"), r.update({"dct:identifier": "7"})),
    "dct:hasPart": lambda r: r.update(
        {"dct:hasPart": [{"dct:date": {"@type": "xsd:dateTime", "@value": "2027-01-01T00:00:00Z"},
                          "dpv:hasConsentStatus": {"@id": "dpv:ConsentWithdrawn"},
                          "dpv:isImplementedByEntity": {"@id": "sayso:party/speaker"}}]}
    ),
    "dct:hasPart[0]": lambda r: r.update({"dct:hasPart": [{"dct:date": "then"}]}),
    "@context": lambda r: r.update({"@context": "https://w3id.org/dpv/context"}),
}  # fmt: skip


@pytest.mark.parametrize(("field", "change"), REFUSED_RECORDS.items(), ids=REFUSED_RECORDS.keys())
def test_what_a_record_says_beyond_a_grant_is_refused_by_name(field: str, change: Any) -> None:
    record = document(DocumentFormat.RECORD)
    change(record)
    with pytest.raises(DocumentInvalid) as caught:
        read(record)
    assert field in caught.value.message


RUBBISH = {
    "at most": b'{"a": "' + b"x" * MAX_BYTES + b'"}',
    "twice": b'{"@type": "Agreement", "@type": "Agreement"}',
    "levels of nesting": b'{"a":' * 40 + b"1" + b"}" * 40,
    "whole numbers": b'{"a": 1.5}',
    "no JSON": b"\xff{",
    "no JSON ": b'{"a":' * 100_000,
    "one JSON object": b"[]",
    "@type": b"{}",
    "whole numbers only": b'{"a": NaN}',
}


@pytest.mark.parametrize(("what", "data"), RUBBISH.items(), ids=RUBBISH.keys())
def test_rubbish_gets_one_clear_error(what: str, data: bytes) -> None:
    with pytest.raises(DocumentInvalid, match=what.strip()):
        read_grant(data)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)),
       st.sampled_from(FORMATS), st.data())  # fmt: skip
def test_any_value_in_any_place_is_read_or_refused_never_a_crash(
    value: Any, form: DocumentFormat, data: st.DataObject
) -> None:
    whole = document(form)
    place = data.draw(st.sampled_from(paths(whole)))
    target = _at(whole, place)
    key = data.draw(st.sampled_from(sorted(target)) if target else st.just("x"))
    target[key] = value
    try:
        assert isinstance(read(whole), Grant)
    except DocumentInvalid as error:
        assert "\n" not in error.message  # noqa: PT017 - reading it is as good


def test_the_speaker_of_a_grant_is_an_id() -> None:
    assert read(document(DocumentFormat.POLICY)).speaker == SpeakerId(SPEAKER)


SIGNED = Signed(signature(grant()), public_key_of(SPEAKER_KEY))


@pytest.mark.parametrize("form", FORMATS)
def test_a_signature_goes_along_and_holds_over_the_grant_that_is_read(form: DocumentFormat) -> None:
    data = written(grant(), form, signed=SIGNED)
    assert read_signed(data) == (grant(), SIGNED)
    assert read_signed(written(grant(), form)) == (grant(), None)
    assert read_grant(data) == grant()


@pytest.mark.parametrize("form", FORMATS)
def test_a_signed_document_that_says_anything_else_is_refused(form: DocumentFormat) -> None:
    """Mutation: no value of a signed document may change and be taken, but for what is no part of the grant."""
    whole = json.loads(written(grant(territories=("DE",)), form, signed=_signed(grant(territories=("DE",)))))
    refused = 0
    for place in paths(whole):
        for key in list(_at(whole, place)):
            changed = copy.deepcopy(whole)
            _at(changed, place)[key] = "another"
            with pytest.raises((DocumentInvalid, SignatureRefused)):
                read(changed)
            refused += 1
    assert refused > 40
    for wider in (
        grant(territories=("DE", "AT")),
        grant(territories=("DE",), version=2),
        grant(1, territories=("DE",)),
    ):
        with pytest.raises(SignatureRefused):
            read_signed(written(wider, form, signed=_signed(grant(territories=("DE",)))))
    for bent in (Signed("00" * 64, SIGNED.by), Signed(SIGNED.signature, "00" * 32), Signed("", ""), Signed("x", "y")):
        with pytest.raises(SignatureRefused):
            read_signed(written(grant(), form, signed=bent))


def _signed(of: Grant) -> Signed:
    return Signed(signature(of), public_key_of(SPEAKER_KEY))


@pytest.mark.parametrize("proof", [3, [], {}, {"@type": "sayso:GrantSignature"}, "text"])
def test_a_malformed_signature_is_named(proof: Any) -> None:
    with pytest.raises(DocumentInvalid, match="sayso:proof"):
        read({**document(DocumentFormat.POLICY), "sayso:proof": proof})
