"""Credentials: whom they stand for, what voids them, and what the ledger tells of them."""

from __future__ import annotations

import pytest

from sayso.accounts import store as accounts
from sayso.accounts.actor import Role
from sayso.accounts.errors import (
    CredentialInvalid,
    CredentialRefused,
    CredentialUnknown,
    CredentialVoid,
    LicenseeTaken,
    OrganisationInvalid,
    OrganisationUnknown,
    RoleRefused,
)
from sayso.errors import NotFound
from sayso.ids import OWN_ORGANISATION
from sayso.workflows.accounts import organisations
from sayso.workflows.accounts.credentials import issue, presented_to, revoke
from sayso.workflows.consent import changing, granting
from sayso.workflows.consent.granting import Terms
from sayso.workflows.consent.speakers import add_speaker
from sayso.workflows.erasure import erasing
from sayso.workflows.voices import voicebook
from tests.workflows.conftest import LICENSEE, PURPOSE, granted

from .conftest import acting, last_entry, state_of


def test_a_credential_stands_for_a_role_in_an_organisation(session):
    other = organisations.add(session, "Rival Radio")
    made = issue(session, "producer", organisation=other)
    here = presented_to(session, made.secret)
    assert (here.actor.role, here.actor.organisation) == (Role.PRODUCER, other)
    assert here.actor.credential == made.credential.credential_id
    assert made.secret not in repr(made)
    assert made.secret.partition(".")[2] not in str(state_of(session))


def test_a_speakers_credential_is_of_the_speakers_organisation(session):
    other = organisations.add(session, "Rival Radio")
    speaker = add_speaker(session, "Ada", other)
    made = issue(session, "speaker", speaker=speaker)
    assert made.credential.organisation_id == other
    here = presented_to(session, made.secret)
    given = granting.give(here, Terms(speaker, LICENSEE, (PURPOSE,)))
    assert [each.grant.grant_id for each in granting.listed(here)] == [given]


def test_the_ledger_does_not_connect_what_one_speakers_credential_did(session):
    speaker = add_speaker(session, "Ada")
    made = issue(session, "speaker", speaker=speaker)
    here = presented_to(session, made.secret)
    for _ in range(2):
        granting.give(here, Terms(speaker, LICENSEE, (PURPOSE,)))
    session.integrate()
    names = [row.entry.by for row in session.log.query(type="consent:grant:given")]
    assert len(set(names)) == 2
    assert all(made.credential.credential_id not in name for name in names)
    again = presented_to(session, made.secret)
    assert again.actor.blind == here.actor.blind


@pytest.mark.parametrize(
    ("role", "fields"),
    [
        ("owner", {}),
        ("speaker", {}),
        ("producer", {"speaker": "of the house"}),
        ("auditor", {"until": "2020-01-01"}),
        ("operator", {"organisation": "other"}),
        ("speaker", {"speaker": "ada", "organisation": "other"}),
        ("speaker", {"speaker": "of the house"}),
    ],
)
def test_no_other_credential_is_issued(session, role, fields):
    stock = next(each.row for each in voicebook.listed(session) if each.row.house)
    ids = {"of the house": stock.speaker_id}
    ids |= {"other": organisations.add(session, "Rival"), "ada": add_speaker(session, "Ada")}
    before = state_of(session)
    with pytest.raises(CredentialInvalid):
        issue(session, role, **{name: ids.get(value, value) for name, value in fields.items()})
    assert state_of(session) == before


def test_unknown_organisations_and_speakers_get_none(session):
    with pytest.raises(OrganisationUnknown):
        issue(session, "auditor", organisation="org_cccccccccccccccc")
    with pytest.raises(NotFound):
        issue(session, "speaker", speaker="spk_cccccccccccccccc")


def test_a_wrong_revoked_or_expired_one_proves_nothing(session, monkeypatch):
    made, other = (issue(session, "auditor", until="2500-01-01") for _ in range(2))
    ours, theirs = made.secret.partition("."), other.secret.partition(".")
    with pytest.raises(CredentialRefused, match="does not know"):
        presented_to(session, f"{ours[0]}.{theirs[2]}")
    with pytest.raises(CredentialRefused, match="does not know"):
        presented_to(session, "crd_cccccccccccccccc." + ours[2])
    revoke(session, ours[0])
    with pytest.raises(CredentialRefused, match="was revoked"):
        presented_to(session, made.secret)
    with monkeypatch.context() as patch:
        patch.setattr("sayso.workflows.accounts.credentials.stamp", lambda _: "2501-01-01T00:00:00.000Z")
        with pytest.raises(CredentialRefused, match="expired"):
            presented_to(session, other.secret)
    assert presented_to(session, other.secret).actor.role is Role.AUDITOR
    with pytest.raises(CredentialVoid):
        revoke(session, ours[0])
    with pytest.raises(CredentialUnknown):
        revoke(session, "crd_cccccccccccccccc")


def test_what_is_revoked_ends_an_open_session_too(session):
    speaker, grant = granted(session)
    made = issue(session, "speaker", speaker=speaker)
    here = presented_to(session, made.secret)
    changing.suspend(here, grant)
    revoke(session, made.credential.credential_id)
    before = state_of(session)
    with pytest.raises(CredentialRefused, match="revoked"):
        changing.withdraw(here, grant)
    assert state_of(session) == before
    assert last_entry(session).facts["error"] == "credential-refused"


def test_an_erased_speakers_credentials_are_gone(session):
    speaker = add_speaker(session, "Ada")
    made = issue(session, "speaker", speaker=speaker)
    here = presented_to(session, made.secret)
    erasing.run(here, erasing.plan(here, speaker).plan_id)
    with session.read() as tx:
        assert accounts.list_credentials(tx) == []
    with pytest.raises(CredentialRefused):
        presented_to(session, made.secret)


def test_accounts_are_the_operators(session):
    made = organisations.add(session, "Rival Radio")
    for role in (Role.PRODUCER, Role.AUDITOR):
        here = acting(session, role, made)
        for act in (
            lambda here=here: organisations.add(here, "Other"),
            lambda here=here: organisations.hold(here, made, "Rival"),
            lambda here=here: issue(here, "operator"),
            lambda here=here: revoke(here, "crd_aaaaaaaaaaaaaaaa"),
        ):
            with pytest.raises(RoleRefused):
                act()


def test_a_licensee_is_held_by_one_organisation_and_logged_without_its_name(session):
    first, second = (organisations.add(session, name) for name in ("Northwind Ltd", "Rival Ltd"))
    assert organisations.hold(session, first, " Rival Radio ") == "Rival Radio"
    organisations.hold(session, first, "Rival Radio")
    with pytest.raises(LicenseeTaken):
        organisations.hold(session, second, "Rival Radio")
    with pytest.raises(LicenseeTaken, match="the installation itself"):
        organisations.hold(session, second, "operator")
    with pytest.raises(OrganisationUnknown):
        organisations.hold(session, "org_cccccccccccccccc", "Other")
    with pytest.raises(OrganisationInvalid):
        organisations.add(session, " ")
    session.integrate()
    entries = [row.entry for row in session.log.query(type="accounts")]
    assert [entry.type.partition(":")[2] for entry in entries] == [
        "organisation:added", "organisation:added", "licensee:held",
    ]  # fmt: skip
    assert not any("Ltd" in str(entry) for entry in entries)


def test_who_sees_which_accounts(session):
    made = organisations.add(session, "Rival Radio")
    organisations.hold(session, made, "Rival")
    organisations.hold(session, OWN_ORGANISATION, LICENSEE)
    everything = organisations.listed(session)
    assert [each.licensees for each in everything.organisations] == [(LICENSEE,), ("Rival",)]
    theirs = organisations.listed(acting(session, Role.AUDITOR, made))
    assert [each.organisation_id for each in theirs.organisations] == [made]
    assert {each.organisation_id for each in theirs.credentials} == {made}
