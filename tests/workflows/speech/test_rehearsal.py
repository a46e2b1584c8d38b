"""A rehearsal loads what decides, and leaves nothing behind: no entry, no permit, no reserved minute."""

from __future__ import annotations

import pytest

from sayso.consent import permit
from sayso.database import metadata
from sayso.database.rows import all_rows
from sayso.workflows.speech import live, rehearsal
from sayso.workflows.speech.orders import Order
from sayso.workflows.voices import voicebook


def everything(session):
    with session.read() as tx:
        return {name: all_rows(tx, name) for name in metadata.tables}


def stock(session):
    return voicebook.id_of(session, "heart", "hibari")


@pytest.mark.parametrize("voice", [lambda estate: estate.voice, lambda estate: stock(estate.session)])
def test_nothing_is_left_of_a_rehearsal(estate, monkeypatch, voice):
    chosen = voice(estate)
    digests = []
    digest = permit.Permit.digest
    monkeypatch.setattr(permit.Permit, "digest", lambda made: digests.append(digest(made)) or digests[-1])
    before = everything(estate.session)
    assert rehearsal.rehearse(estate.session, chosen) is None
    assert everything(estate.session) == before
    assert len(digests) == (chosen != estate.voice)  # whoever has no consent is refused in a rehearsal, too


def test_what_is_said_after_a_rehearsal_is_decided_and_logged_as_ever(estate):
    session = estate.session
    rehearsal.rehearse(session, stock(session))
    speech = live.begin(session, Order("Ready.", stock(session), licensee="Northwind Audio", purpose="agent/support"))
    logged = [entry.data for entry in session.installation.log.query()]
    assert any(speech.run.permit.digest().encode() in data for data in logged)
