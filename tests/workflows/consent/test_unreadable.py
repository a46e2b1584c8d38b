"""A grant that cannot be read stops nobody: it is listed, withdrawn and erased, and permits nothing meanwhile."""

from __future__ import annotations

import unicodedata

import pytest
from sqlalchemy import update

from sayso.consent import State, fields
from sayso.consent import store as consents
from sayso.consent.errors import GrantInvalid, GrantTampered
from sayso.errors import SaysoError
from sayso.workflows.audit import auditing
from sayso.workflows.consent import changing, exchanging, granting
from sayso.workflows.consent.terms import Terms
from sayso.workflows.erasure import erasing
from sayso.workflows.speech.speaking import speak

LONGER = 199 * "a" + "\u0958"  # 200 characters, 201 in normal form C


@pytest.fixture
def bricked(estate, monkeypatch):
    """Return an estate with one more grant, which was accepted as it was checked before its normal form was made."""
    with monkeypatch.context() as patch:
        patch.setattr(fields, "name", lambda _, text, **__: unicodedata.normalize("NFC", text))
        bad = granting.give(estate.session, Terms(speaker=estate.speaker, licensee=LONGER, purposes=("podcast",)))
    return estate, bad


def test_a_text_whose_normal_form_is_too_long_is_refused_at_once(estate):
    for field, value in (("licensee", LONGER), ("project", LONGER), ("compensation", LONGER)):
        terms = {"licensee": "A", "purposes": ("podcast",), field: value}
        with pytest.raises(GrantInvalid, match=field):
            granting.give(estate.session, Terms(speaker=estate.speaker, **terms))


def test_it_is_listed_and_said_to_be_unreadable(bricked):
    estate, bad = bricked
    listed = {one.grant.grant_id: one for one in granting.listed(estate.session)}
    assert {estate.grant, bad} <= set(listed)
    assert "cannot be read" in listed[bad].grant.note
    assert granting.shown(estate.session, bad).state is State.GIVEN
    with pytest.raises(SaysoError, match=f"grants row {bad}"):
        auditing.audit(estate.session)


def test_nothing_is_permitted_until_it_is_withdrawn_and_all_else_is_then(bricked, tmp_path):
    estate, bad = bricked
    session = estate.session
    for act in (
        lambda: granting.amend(session, bad, Terms(purposes=("news",))),
        lambda: granting.draft_amended(session, bad, Terms(purposes=("news",))),
        lambda: exchanging.export(session, bad, "odrl", tmp_path / "out.json"),
    ):
        with pytest.raises(GrantInvalid, match="withdraw it"):
            act()
    with pytest.raises(GrantTampered):
        speak(session, estate.order(), tmp_path / "out.wav")
    assert changing.withdraw(session, bad).state is State.WITHDRAWN
    auditing.audit(session)
    speak(session, estate.order(), tmp_path / "out.wav")


def test_a_suspended_one_is_not_given_back(bricked):
    estate, bad = bricked
    changing.suspend(estate.session, bad)
    with pytest.raises(GrantInvalid, match="withdraw it"):
        changing.resume(estate.session, bad)
    assert changing.revoke(estate.session, bad).state is State.REVOKED


def test_its_speaker_is_erased(bricked):
    estate, bad = bricked
    session = estate.session
    erasing.run(session, erasing.plan(session, estate.speaker).plan_id)
    assert {one.grant.grant_id: one.state for one in granting.listed(session)}[bad] is State.ERASED
    auditing.audit(session)


@pytest.mark.parametrize(
    ("cell", "value"), [("terms", "nonsense"), ("terms", "[]"), ("terms", "{}"), ("state", "gone"), ("state", "")]
)
def test_a_damaged_row_is_withdrawn_and_erased_too(estate, cell, value):
    session = estate.session
    with session.installation.database.write() as tx:
        tx.execute(update(consents.grants).values({cell: value}))
    assert [one.grant.grant_id for one in granting.listed(session, estate.speaker)] == [estate.grant]
    assert changing.withdraw(session, estate.grant).grant.state is State.WITHDRAWN
    erasing.run(session, erasing.plan(session, estate.speaker).plan_id)
    assert [one.state for one in granting.listed(session) if one.grant.grant_id == estate.grant] == [State.ERASED]
