"""Entries get their place when somebody looks, or in the background; never inside the act that queued them."""

from __future__ import annotations

import time

import pytest

from sayso.ledger.errors import LedgerTampered
from sayso.settings import Settings
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.installation.session import open_session


def placed(session):
    """Return how many entries the published checkpoint covers, without having any placed."""
    return session.installation.log.shards().size


def test_an_act_places_nothing_and_whoever_looks_at_the_log_finds_all(session):
    add_speaker(session, "Ada")
    add_speaker(session, "Bea")
    assert placed(session) == 0
    assert session.log.shards().size == 2
    assert placed(session) == 2


def test_what_another_process_left_is_placed_with_ones_own(session, tmp_path):
    add_speaker(session, "Ada")
    other = open_session(Settings(home=tmp_path / "home"))
    add_speaker(other, "Bea")
    assert other.log.shards().size == 2


def test_what_another_process_left_is_found_by_one_that_did_nothing(session, tmp_path):
    add_speaker(session, "Ada")
    assert open_session(Settings(home=tmp_path / "home")).log.shards().size == 1


def test_an_act_that_fails_queues_nothing(session, monkeypatch):
    with pytest.raises(ZeroDivisionError), session.act("spk_aaaaaaaaaaaaaaaa"):
        raise ZeroDivisionError
    monkeypatch.setattr(type(session.installation.log), "integrate", pytest.fail)
    session.catch_up()


def test_in_the_background_entries_are_placed_without_anybody_looking(session):
    with session.installation.sequencing.background():
        for number in range(3):
            add_speaker(session, f"Speaker {number}")
        until = time.monotonic() + 10
        while placed(session) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        assert placed(session) == 3
        add_speaker(session, "The last")
    assert placed(session) == 4


def test_whoever_looks_while_the_background_is_at_it_finds_all(session):
    with session.installation.sequencing.background():
        for number in range(10):
            add_speaker(session, f"Speaker {number}")
            assert session.log.shards().size == number + 1


def test_what_goes_wrong_in_the_background_is_told_to_whoever_looks_next(session, monkeypatch):
    def fail(_):
        raise LedgerTampered("planted")

    with pytest.raises(LedgerTampered, match="planted"), session.installation.sequencing.background():
        monkeypatch.setattr(type(session.installation.log), "integrate", fail)
        add_speaker(session, "Ada")
        time.sleep(0.2)
        session.catch_up()
