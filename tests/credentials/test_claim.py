from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.credentials import MARK_ALGORITHM, Claim, ManifestFacts
from sayso.credentials.claim import facts_of, plain_text
from sayso.credentials.errors import ClaimMalformed
from sayso.ids import GrantId
from sayso.mark.mark import Mark


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("grant_id", "Jane Doe"),
        ("grant_id", "spk_6dnq2kz7w4xkq3ya"),
        ("permit_digest", "ab" * 31),
        ("created_at", "yesterday"),
        ("created_at", "2026-11-22T20:36:00"),
        ("created_at", "0001-01-01T00:00:00+14:00"),
        ("entry", ""),
        ("entry", "read by Jane Doe"),
        ("entry", "x" * 129),
    ],
)
def test_a_malformed_field_is_refused(field, value, claim):
    with pytest.raises(ClaimMalformed, match="claim"):
        replace(claim, **{field: value})


def read_back(claim: Claim, **changes) -> ManifestFacts:
    return facts_of({**claim.manifest(), **changes})


@given(
    st.integers(0, 2**64 - 1), st.binary(min_size=32, max_size=32), st.none() | st.from_regex(r"\A[a-z]{1,9}:[0-9]+\Z")
)
def test_what_a_claim_says_is_what_is_read(mark, digest, entry):
    claim = Claim(
        mark=Mark(mark),
        grant_id=GrantId("grt_6dnq2kz7w4xkq3ya"),
        permit_digest=digest.hex(),
        created_at="2026-11-22T20:36:00.123Z",
        entry=entry,
    )
    facts = read_back(claim)
    assert (facts.mark, facts.grant_id, facts.permit_digest) == (claim.mark, claim.grant_id, claim.permit_digest)
    assert (facts.entry, facts.created_at) == (claim.entry, claim.created_at)
    assert facts.is_synthetic
    assert facts.forbids_training


@pytest.mark.parametrize("entry", ["clp_6dnq2kz7w4xkq3ya", "sayso.local/log:4711", "7", "log/2026+4711"])
def test_an_opaque_reference_is_taken(entry, claim):
    assert read_back(replace(claim, entry=entry)).entry == entry


def test_the_first_action_is_the_creation_and_the_mark_is_one(claim):
    actions = claim.manifest()["assertions"][0]["data"]
    assert [a["action"] for a in actions["actions"]] == ["c2pa.created", "c2pa.watermarked.bound"]
    assert actions["allActionsIncluded"] is True


def soft_binding(alg, value):
    return {"label": "c2pa.soft-binding__1", "data": {"alg": alg, "blocks": [{"scope": {}, "value": value}]}}


def test_the_mark_is_found_among_other_soft_bindings():
    theirs, ours = soft_binding("com.example.1", "00" * 8), soft_binding(MARK_ALGORITHM, "11" * 8)
    assert facts_of({"assertions": [theirs, ours]}).mark == Mark.parse("11" * 8)
    assert facts_of({"assertions": [theirs]}).mark is None


@pytest.mark.parametrize("value", ["", "11" * 9, "1G" * 8, 17, None, {}])
def test_a_malformed_mark_is_no_mark(value):
    assert facts_of({"assertions": [soft_binding(MARK_ALGORITHM, value)]}).mark is None


def test_newer_and_repeated_assertions_are_read_and_similar_names_are_not():
    created = {"action": "c2pa.created", "digitalSourceType": "x"}
    for label, expected in (("c2pa.actions.v2", "x"), ("c2pa.actions.v2__3", "x"), ("c2pa.actions-not", None)):
        assert facts_of({"assertions": [{"label": label, "data": {"actions": [created]}}]}).source_type == expected


@pytest.mark.parametrize("action", [[], {}, 17, None])
def test_an_action_that_is_no_text_is_none(action):
    theirs = {"label": "c2pa.actions", "data": {"actions": [{"action": action, "digitalSourceType": "x"}]}}
    assert facts_of({"assertions": [theirs]}) == ManifestFacts()


@pytest.mark.parametrize("use", ["allowed", "constrained"])
def test_training_is_forbidden_only_where_every_use_is(use, claim):
    manifest = claim.manifest()
    manifest["assertions"][2]["data"]["entries"]["cawg.ai_training"]["use"] = use
    facts = facts_of(manifest)
    assert not facts.forbids_training
    assert dict(facts.training)["ai_training"] == use
    assert not ManifestFacts().forbids_training


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
labels = st.sampled_from(["c2pa.actions", "c2pa.soft-binding", "cawg.training-mining", "org.sayso.consent"])
keys = st.sampled_from(
    ["actions", "action", "when", "alg", "blocks", "value", "entries", "cawg.ai_training", "use", "grant", "entry"]
)
texts = st.sampled_from(["c2pa.created", MARK_ALGORITHM, "9999-12-31T23:59:59-14:00", "grt_x"])
data = st.recursive(
    json_values | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(
    json_values
    | st.fixed_dictionaries(
        {"assertions": st.lists(st.fixed_dictionaries({"label": labels, "data": data}) | json_values, max_size=4)},
        optional={"claim_generator_info": json_values},
    )
)
def test_no_shape_raises(manifest):
    facts = facts_of(manifest if isinstance(manifest, dict) else {"assertions": manifest})
    assert facts.mark is None
    assert facts.grant_id is None


@given(st.text(max_size=400))
def test_text_of_strangers_is_printable_and_short(text):
    shown = plain_text(text)
    assert shown is None or (shown.isprintable() and len(shown) <= 200)
