"""The card: its sums are those of the rows, and what may not be used is counted out."""

from __future__ import annotations

import pytest

from sayso.corpus.card import card_of
from sayso.corpus.view import CorpusView
from sayso.doors.reports.corpus import page
from sayso.doors.shapes.corpus_catalogue import card as shape
from tests.corpus.rows import AT, rows

KEPT = [one for one in rows() if one.decision == "kept"]


def test_sums_are_those_of_the_rows(view):
    card = card_of(view)
    hours = sum(one.seconds for one in KEPT) / 3600
    assert (card.segments, card.speakers, card.withheld) == (len(KEPT), 6, 0)
    for groups in (*card.groups.values(), card.licences):
        assert sum(one.hours for one in groups) == pytest.approx(hours)
        assert sum(one.segments for one in groups) == len(KEPT)
    for bins in (card.snr_db, card.ovrl):
        assert sum(one.hours for one in bins) == pytest.approx(hours)
    assert {one.value: one.segments for one in card.decisions} == {"kept": len(KEPT), "rejected": 120 - len(KEPT)}
    assert {one.value: one.segments for one in card.reasons} == {"snr": 120 - len(KEPT)}
    assert {(one.licence, one.purpose, one.speakers) for one in card.licences} == {
        ("grant", "training", 3),
        ("CC-BY-4.0", "*", 3),
    }


def test_what_may_not_be_used_is_counted_out(published):
    view = CorpusView(published, lambda asked: asked - {"gra_3"}, at=AT)
    card = card_of(view)
    assert card.withheld == sum(one.grant == "gra_3" for one in KEPT)
    assert card.speakers == 5
    assert "ext_0003" not in page("voices", card)


def test_the_page_tells_what_the_card_does_and_takes_nothing_for_markup(view):
    card = card_of(view)
    told = page("<voices>", card)
    assert "&lt;voices&gt;" in told
    for word in (
        "Hours by speaker",
        "Hours by language",
        "Hours by noise",
        "Rejected or quarantined, why",
        "CC-BY-4.0",
        "Irish",
    ):
        assert word in told
    assert shape("voices", card, None)["by_accent"][0]["hours"] > 0
