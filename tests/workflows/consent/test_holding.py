"""A run that lives keeps its minutes however long it takes; one that stopped renewing loses them."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from sayso.clock import now
from sayso.consent import Action, Purpose, Request, minutes
from sayso.consent.errors import LeaseOver, ReservationUnknown
from sayso.ids import RunId, new_id
from sayso.workflows.consent import holding, permission
from sayso.workflows.voices import voicebook
from tests.workflows.conftest import LICENSEE, PURPOSE


@pytest.fixture
def granted(estate):
    row = voicebook.row_of(estate.session, estate.voice)
    asked = Request(
        speaker=row.speaker_id, voice=estate.voice, action=Action.SYNTHESIZE, licensee=LICENSEE,
        purpose=Purpose(PURPOSE), language="en", text_commitment="0" * 64, engine_digest=row.engine_digest,
        voice_digest=row.voice_digest, ceiling_ms=1_000,
    )  # fmt: skip
    return permission.ask(estate.session, asked, "synthesis:clip", run=RunId(new_id("run")))


def used_ms(estate, *, after_s=0.0):
    with estate.session.read() as tx:
        return minutes.used_ms(tx, estate.speaker, at=now() + timedelta(seconds=after_s))[estate.grant]


def test_a_lease_is_renewed_while_the_work_goes_on_and_not_afterwards(estate, granted, monkeypatch):
    monkeypatch.setattr(holding, "RENEW_S", 0.05)
    with holding.held(estate.session, granted):
        time.sleep(0.5)
        assert used_ms(estate, after_s=minutes.LEASE_S - 0.3) == 1_000  # the first lease alone would be over
    left = minutes.LEASE_S + 0.1
    assert used_ms(estate, after_s=left) == 0


def test_minutes_that_were_taken_back_cannot_be_settled_and_leave_the_work_going(estate, granted, monkeypatch):
    monkeypatch.setattr(holding, "RENEW_S", 0.02)
    session = estate.session
    with holding.held(session, granted):
        with session.act(estate.speaker) as tx:
            assert minutes.reclaim(tx, at=now() + timedelta(seconds=minutes.LEASE_S + 1)) == 1
        time.sleep(0.1)
    with pytest.raises(ReservationUnknown), session.act(estate.speaker) as tx:
        minutes.settle(tx, granted.lease, 500)
    permission.failed(session, granted, "synthesis:clip")
    assert used_ms(estate) == 0


def test_the_run_that_took_over_settles_and_the_one_before_cannot(estate, granted):
    session = estate.session
    with session.act(estate.speaker) as tx:
        mine = minutes.take_over(tx, granted.lease, run=RunId(new_id("run")))
    with pytest.raises(LeaseOver), session.act(estate.speaker) as tx:
        minutes.settle(tx, granted.lease, 500)
    with session.act(estate.speaker) as tx:
        minutes.settle(tx, mine, 500)
    assert used_ms(estate) == 500
