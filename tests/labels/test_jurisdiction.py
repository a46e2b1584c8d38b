"""The table of jurisdictions: every row whole, several together ask what each asks."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.labels import PLAIN, Layer, asked_by, jurisdiction, table
from sayso.labels.errors import JurisdictionUnknown

CODES = sorted(table())


def test_the_jurisdictions_are_those_that_docs_name():
    assert CODES == ["china", "eu", "india", "plain", "us-ca", "us-tn"]


@pytest.mark.parametrize("code", CODES)
def test_each_row_names_its_law_its_date_and_what_was_read(code):
    row = jurisdiction(code)
    assert row.code == code
    assert row.name
    assert row.source
    assert row.basis
    assert row.note
    assert len(set(row.asks)) == len(row.asks)
    if code == PLAIN:
        assert (row.asks, row.since) == ((), None)
    else:
        assert date(2024, 1, 1) <= date.fromisoformat(row.since) <= date(2026, 12, 31)
        assert row.basis != "-"


def test_what_the_laws_ask_is_asked():
    asks = {code: set(jurisdiction(code).asks) for code in CODES}
    assert {Layer.WATERMARK, Layer.METADATA, Layer.SPOKEN} <= asks["eu"]  # two machine-readable layers, and deep fakes
    assert {Layer.WATERMARK, Layer.METADATA} <= asks["us-ca"]  # the latent disclosure
    assert asks["us-tn"] == set()  # consent, not a label
    assert Layer.AIGC in asks["china"]
    assert asks["china"] & {Layer.RHYTHM, Layer.SPOKEN}  # one of the two, GB 45438-2025 5.3 a
    assert Layer.SPOKEN in asks["india"]


@given(st.lists(st.sampled_from(CODES), max_size=8))
def test_together_they_ask_what_each_asks_and_the_strictest_repetition(codes):
    asked = asked_by(codes)
    assert asked.layers == {layer for code in codes for layer in jurisdiction(code).asks}
    assert list(asked.jurisdictions) == list(dict.fromkeys(codes))
    repeats = [jurisdiction(code).repeat_s for code in codes if jurisdiction(code).repeat_s]
    assert asked.repeat_s == (min(repeats) if repeats else None)
    for layer in Layer:
        assert bool(asked.asking(layer)) == (layer in asked.layers)


def test_an_unknown_one_is_refused_with_the_list():
    with pytest.raises(JurisdictionUnknown, match="got the jurisdiction 'atlantis', expected one of eu, us-ca"):
        asked_by(["eu", "atlantis"])
