"""Who may do what: an act that is refused changes nothing, and the ledger says that it was refused."""

from __future__ import annotations

import pytest

from sayso.accounts.actor import Role
from sayso.accounts.errors import LicenseeNotHeld, RoleRefused
from sayso.consent import State
from sayso.errors import SaysoError
from sayso.ids import OWN_ORGANISATION
from sayso.workflows.audit import auditing
from sayso.workflows.consent import changing, granting, keys, signing, speakers
from sayso.workflows.consent.granting import Terms
from sayso.workflows.erasure import erasing
from sayso.workflows.speech import explaining
from sayso.workflows.speech.speaking import speak
from sayso.workflows.voices import voicebook
from tests.workflows.conftest import LICENSEE, PURPOSE

from .conftest import OTHER, RIVAL, acting, holding, last_entry, state_of

ACTS = {
    "speakers": lambda here, it: speakers.add_speaker(here, "Ada"),
    "consent": lambda here, it: granting.give(here, Terms(it.speaker, LICENSEE, (PURPOSE,))),
    "withdraw": lambda here, it: changing.withdraw(here, it.grant),
    "request": lambda here, it: granting.request(here, Terms(it.speaker, LICENSEE, (PURPOSE,))),
    "revoke": lambda here, it: changing.revoke(here, it.grant),
    "release": lambda here, it: changing.revoke(here, it.grant, "licensee"),
    "key": lambda here, it: keys.rotate(here, it.speaker),
    "recovery": lambda here, it: keys.recover(here, it.speaker, "0" * 64, "lost"),
    "erasure": lambda here, it: erasing.plan(here, it.speaker),
    "speech": lambda here, it: speak(here, it.order(), it.recording.with_name("said.wav")),
}
ALLOWED = {
    Role.SPEAKER: {"consent", "withdraw", "key", "erasure"},
    Role.PRODUCER: {"request", "release", "speech"},
    Role.AUDITOR: set(),
}


@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_does_what_it_may_and_nothing_else(estate, role):
    speaker = estate.speaker if role is Role.SPEAKER else None
    here = acting(estate.session, role, OWN_ORGANISATION, speaker)
    for name in ACTS.keys() - ALLOWED[role]:
        before = state_of(estate.session)
        with pytest.raises(RoleRefused, match=f"got {role}"):
            ACTS[name](here, estate)
        assert state_of(estate.session) == before, name
        refused = last_entry(estate.session)
        assert (refused.type, refused.facts["error"]) == ("accounts:act:refused", "role-refused")
        assert refused.by.startswith(f"{OWN_ORGANISATION}/{role}/")
    assert not estate.recording.with_name("said.wav").exists()


def test_a_producer_speaks_for_a_licensee_that_its_organisation_holds(estate):
    holding(estate.session, LICENSEE, OTHER)
    here = acting(estate.session, Role.PRODUCER, OTHER)
    spoken = speak(here, estate.order(), estate.recording.with_name("said.wav"))
    assert spoken.grant == estate.grant
    assert last_entry(estate.session).by.startswith(f"{OTHER}/producer/")


def test_a_speaker_gives_withdraws_and_is_erased_by_their_own_act(estate):
    here = acting(estate.session, Role.SPEAKER, OWN_ORGANISATION, estate.speaker)
    given = granting.give(here, Terms(estate.speaker, LICENSEE, (PURPOSE,)))
    assert changing.withdraw(here, given).state is State.WITHDRAWN
    keys.rotate(here, estate.speaker)
    erased = erasing.run(here, erasing.plan(here, estate.speaker).plan_id)
    assert erased.blobs_removed > 0
    assert estate.speaker not in str(state_of(estate.session))
    assert auditing.audit(estate.session).size
    assert granting.shown(estate.session, estate.grant).state is State.ERASED


NAMING = {
    "request": lambda here, it: granting.request(here, Terms(it.speaker, LICENSEE, (PURPOSE,))),
    "release": lambda here, it: changing.revoke(here, it.grant, "licensee"),
    "speak": lambda here, it: speak(here, it.order(), it.recording.with_name("said.wav")),
    "why": lambda here, it: explaining.why(here, explaining.ProposedUse(it.voice, LICENSEE, PURPOSE)),
}


@pytest.mark.parametrize("name", NAMING)
def test_a_producer_names_no_licensee_of_another_organisation(estate, name):
    holding(estate.session, LICENSEE, OWN_ORGANISATION)
    holding(estate.session, RIVAL, OTHER)
    granting.give(estate.session, Terms(estate.speaker, RIVAL, ("podcast",)))  # so that it sees the voice
    here = acting(estate.session, Role.PRODUCER, OTHER)
    before = state_of(estate.session)
    with pytest.raises(SaysoError) as refused:
        NAMING[name](here, estate)
    assert state_of(estate.session) == before
    if name != "release":  # the grant itself is not seen
        assert isinstance(refused.value, LicenseeNotHeld)
        entry = last_entry(estate.session)
        assert (entry.facts["error"], entry.facts["licensee"]) == ("licensee-not-held", LICENSEE)


def test_a_producer_gives_back_no_grant_that_is_everybodys(rival):
    stock = next(each.row for each in voicebook.listed(rival) if each.row.house)
    grant = next(each.grant for each in granting.listed(rival) if each.grant.speaker == stock.speaker_id)
    with pytest.raises(LicenseeNotHeld):
        changing.revoke(rival, grant.grant_id, "licensee")


def test_an_operator_and_the_party_of_a_change_are_two_things(estate):
    here = acting(estate.session, Role.SPEAKER, OWN_ORGANISATION, estate.speaker)
    for by in ("operator", "licensee"):
        with pytest.raises(RoleRefused):
            changing.suspend(here, estate.grant, by)
    with pytest.raises(RoleRefused):
        erasing.run(here, erasing.plan(here, estate.speaker).plan_id, by="operator")
    assert changing.suspend(here, estate.grant).state is State.SUSPENDED


def test_a_public_key_is_registered_by_its_speaker(session):
    ada, bea = (speakers.add_speaker(session, name) for name in ("Ada", "Bea"))
    here = acting(session, Role.SPEAKER, OWN_ORGANISATION, ada)
    signing.register(here, ada, "0" * 63 + "1")
    with pytest.raises(SaysoError):
        signing.register(here, bea, "0" * 63 + "1")
