"""Grants in the store: signed, versioned, bounded by an outer consent, and refused once a byte is changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, select, update

from sayso.consent import changes, minutes, signed, store
from sayso.consent.cedar import Policies
from sayso.consent.decision import decide
from sayso.consent.document import document_of, sign
from sayso.consent.errors import (
    CeilingExceeded,
    ConsentRefused,
    GrantInvalid,
    GrantState,
    GrantTampered,
    MinutesUsedUp,
    SignatureRefused,
    SpeakerKey,
    TakesUsedUp,
)
from sayso.consent.keys import public_key_of
from sayso.consent.minutes import Lease
from sayso.consent.minutes.store import grant_minutes
from sayso.consent.permit import Permit
from sayso.consent.state import Party, State
from sayso.database import EVERYTHING, Database
from sayso.ids import GrantId, PermitId, RunId, new_id

from .cases import NOW, SPEAKER, SPEAKER_KEY, grant, grant_id, request, signature

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OUTER = grant(1, outer=True, licensee="*", purposes=("audiobook",), max_ms=90_000, max_takes=3)
LICENCE = grant(0, ceiling=grant_id(1), max_takes=3)


@pytest.fixture
def filled(database: Database) -> Database:
    with database.write(scope=EVERYTHING) as tx:
        store.add_speaker(tx, SPEAKER, at=NOW)
        changes.set_key(tx, SPEAKER, public_key_of(SPEAKER_KEY))
    give(database, OUTER, LICENCE)
    return database


def give(database: Database, *given: Any) -> None:
    with database.write(scope=EVERYTHING) as tx:
        for each in given:
            changes.insert_grant(tx, each, who=Party.SPEAKER, at=NOW, signature=signature(each))


def amend(database: Database, given: Any, **more: Any) -> None:
    with database.write(scope=EVERYTHING) as tx:
        changes.amend(tx, given, **{"who": Party.SPEAKER, "signature": signature(given), "at": NOW, **more})


def permit(database: Database, **changes: Any) -> Permit:
    with database.read(scope=EVERYTHING) as tx:
        standing = signed.standing(tx, SPEAKER, Policies())
        used = minutes.usage(tx, SPEAKER)
    return decide(
        request(**changes), grants=standing.policy, epoch=standing.epoch, key=KEY, now=NOW, used_ms=used.ms,
        used_takes=used.takes, deceased=standing.deceased,
    )  # fmt: skip


def tamper(database: Database, **values: Any) -> None:
    with database.write(scope=EVERYTHING) as tx:
        tx.execute(update(store.grants).where(store.grants.c.grant_id == grant_id(0)).values(values))


def test_a_licence_is_decided_together_with_its_outer_consent(filled: Database) -> None:
    assert permit(filled).grant_id == grant_id(0)
    for state, who in ((State.SUSPENDED, Party.OPERATOR), (State.GIVEN, Party.OPERATOR)):
        with filled.write(scope=EVERYTHING) as tx:
            changes.change_state(tx, grant_id(1), state, who=who)
        if state is State.SUSPENDED:
            with pytest.raises(ConsentRefused) as caught:
                permit(filled)
            assert any(f"{grant_id(0)}: outer state: got suspended" in reason for reason in caught.value.reasons)
    assert permit(filled).grant_id == grant_id(0)
    with filled.write(scope=EVERYTHING) as tx:
        changes.withdraw(tx, grant_id(1))
    with pytest.raises(ConsentRefused):
        permit(filled)


def test_a_narrower_outer_consent_narrows_its_licences_at_once(filled: Database) -> None:
    before = permit(filled)
    amend(filled, replace(OUTER, version=2, languages=("de",), max_ms=1))
    with filled.read(scope=EVERYTHING) as tx:
        assert store.epoch_of(tx, SPEAKER) == before.epoch + 1
    with pytest.raises(ConsentRefused) as caught:
        permit(filled)
    assert any("outer language: got en-gb, allowed: de" in reason for reason in caught.value.reasons)


def reserve(tx: Connection, grant_id: GrantId, ms: int, *, takes: int = 1) -> Lease:
    return minutes.reserve(tx, grant_id, PermitId(new_id("permit")), ms, run=RunId(new_id("run")), takes=takes)


def test_the_outer_consents_cap_is_shared_by_its_licences(filled: Database) -> None:
    give(filled, grant(2, ceiling=grant_id(1), max_takes=3))
    with filled.write(scope=EVERYTHING) as tx:
        first = reserve(tx, grant_id(0), 50_000)
        with pytest.raises(MinutesUsedUp, match=f"{grant_id(1)}: minutes: got 50000 ms, allowed: 40000 ms"):
            reserve(tx, grant_id(2), 50_000)
        second = reserve(tx, grant_id(2), 40_000)
        used = minutes.usage(tx, SPEAKER)
        assert used.ms == {grant_id(0): 50_000, grant_id(1): 90_000, grant_id(2): 40_000}
        assert used.takes == {grant_id(0): 1, grant_id(1): 2, grant_id(2): 1}
        minutes.settle(tx, first, 20_000)
        minutes.release(tx, second)
        assert minutes.usage(tx, SPEAKER).ms == {grant_id(0): 20_000, grant_id(1): 20_000, grant_id(2): 0}
        assert minutes.usage(tx, SPEAKER).takes == {grant_id(0): 1, grant_id(1): 1, grant_id(2): 0}


def test_takes_are_counted_and_never_passed(filled: Database) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        held = [reserve(tx, grant_id(0), 1) for _ in range(3)]
        with pytest.raises(TakesUsedUp, match="takes: got 1, allowed: 0"):
            reserve(tx, grant_id(0), 1)
        minutes.note_made(tx, held[0], 1)
        minutes.release(tx, held[0])
        minutes.release(tx, held[1])
        minutes.settle(tx, held[2], 0)
        row = tx.execute(select(grant_minutes).where(grant_minutes.c.grant_id == grant_id(0))).one()
        assert (row.made_takes, row.reserved_takes, row.made_ms, row.reserved_ms) == (2, 0, 1, 0)
    with pytest.raises(ConsentRefused) as caught:
        permit(filled, takes=2)
    assert {reason.split(": ")[1] for reason in caught.value.reasons if grant_id(0) in reason} == {
        "takes",
        "outer takes",
    }


def test_a_licence_beyond_or_beside_the_outer_consent_is_not_entered(filled: Database) -> None:
    with pytest.raises(CeilingExceeded, match="purpose: got podcast"):
        give(filled, grant(2, ceiling=grant_id(1), purposes=("podcast",), max_takes=1))
    with pytest.raises(CeilingExceeded, match="ceiling: got none"):
        give(filled, grant(2, max_takes=1))
    with pytest.raises(CeilingExceeded, match="takes"):
        amend(filled, replace(LICENCE, version=2, max_takes=None))
    with filled.read(scope=EVERYTHING) as tx:
        assert [each.grant_id for each in store.grants_of(tx, SPEAKER)] == [grant_id(0), grant_id(1)]
        assert store.epoch_of(tx, SPEAKER) == 1


def test_every_version_is_kept_as_it_was_signed(filled: Database) -> None:
    second = replace(LICENCE, version=2, languages=("en-gb",))
    amend(filled, second)
    with filled.read(scope=EVERYTHING) as tx:
        assert store.get_grant(tx, grant_id(0)) == second
        kept = store.versions(tx, grant_id(0))
        assert [each.document for each in kept] == [document_of(LICENCE), document_of(second)]
        assert [each.signature for each in kept] == [signature(LICENCE), signature(second)]
    assert permit(filled).grant_version == 2
    with filled.write(scope=EVERYTHING) as tx:
        changes.erase_speaker(tx, SPEAKER, who=Party.OPERATOR)
        assert store.versions(tx, grant_id(0)) == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"version": 1}, GrantState),
        ({"version": 3}, GrantState),
        ({"ceiling": None}, GrantInvalid),
        ({"outer": True, "ceiling": None}, GrantInvalid),
    ],
)
def test_an_amendment_is_the_next_version_of_the_same_grant(
    filled: Database, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        amend(filled, replace(LICENCE, **({"version": 2} | changes)))
    assert permit(filled).grant_version == 1


def test_what_is_over_is_not_amended_and_a_suspension_survives(filled: Database) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        changes.change_state(tx, grant_id(0), State.SUSPENDED, who=Party.OPERATOR)
    amend(filled, replace(LICENCE, version=2))
    with filled.read(scope=EVERYTHING) as tx:
        assert store.get_grant(tx, grant_id(0)).state is State.SUSPENDED
    with pytest.raises(GrantState), filled.write(scope=EVERYTHING) as tx:
        changes.change_state(tx, grant_id(0), State.GIVEN, who=Party.SPEAKER)
    with filled.write(scope=EVERYTHING) as tx:
        changes.withdraw(tx, grant_id(0))
    with pytest.raises(GrantState, match="stays as it is"):
        amend(filled, replace(LICENCE, version=3))


def test_a_cap_below_what_is_used_ends_the_grant_there(filled: Database) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        reserve(tx, grant_id(0), 30_000)
    amend(filled, replace(LICENCE, version=2, max_ms=1_000, max_takes=1))
    with pytest.raises(MinutesUsedUp), filled.write(scope=EVERYTHING) as tx:
        reserve(tx, grant_id(0), 1, takes=0)


def test_any_change_of_a_row_is_found_when_it_is_read_for_a_decision(filled: Database) -> None:
    terms = document_of(LICENCE).decode().split('"terms":')[1].removesuffix(',"version":1}')
    assert permit(filled)
    with filled.read(scope=EVERYTHING) as tx:
        row = tx.execute(select(store.grants).where(store.grants.c.grant_id == grant_id(0))).one()
    assert row.terms == terms
    for place in range(0, len(terms), 7):
        bent = terms[:place] + chr(ord(terms[place]) ^ 1) + terms[place + 1 :]
        tamper(filled, terms=bent)
        with pytest.raises(GrantTampered, match=grant_id(0)):
            permit(filled)
    whole = {"terms": terms, "version": 1, "signature": row.signature, "licensee": row.licensee}
    for change in (
        {"version": 2},
        {"signature": None},
        {"signature": signature(OUTER)},
        {"licensee": "Rival"},
        {"state": "happy"},
        {"terms": terms.replace('"house":false', '"house":true').replace('"note":""', '"note":"MIT"')},
    ):
        tamper(filled, **(whole | change))
        with pytest.raises(GrantTampered):
            permit(filled)
        tamper(filled, **whole, state="given")
    assert permit(filled)


def test_another_speakers_key_or_none_permits_nothing(filled: Database) -> None:
    for key in (public_key_of(KEY), None, "no key"):
        with filled.write(scope=EVERYTHING) as tx:
            tx.execute(update(store.speakers).values(public_key=key))
        with pytest.raises(GrantTampered):
            permit(filled)


def test_a_grant_that_nobody_signed_or_somebody_else_is_of_no_use(database: Database) -> None:
    with database.write(scope=EVERYTHING) as tx:
        store.add_speaker(tx, SPEAKER)
        changes.set_key(tx, SPEAKER, public_key_of(SPEAKER_KEY))
    with pytest.raises(SignatureRefused), database.write(scope=EVERYTHING) as tx:
        changes.insert_grant(tx, grant(), who=Party.SPEAKER, signature=sign(document_of(grant()), KEY))
    with database.write(scope=EVERYTHING) as tx:
        assert store.list_grants(tx) == []
        changes.insert_grant(tx, grant(), who=Party.SPEAKER)
    with pytest.raises(GrantTampered):
        permit(database)


def test_a_tampered_grant_can_still_be_withdrawn_and_erased(filled: Database) -> None:
    tamper(filled, version=7)
    with filled.write(scope=EVERYTHING) as tx:
        changes.withdraw(tx, grant_id(0))
        assert changes.withdraw_all(tx, SPEAKER) == 1
        changes.erase_speaker(tx, SPEAKER, who=Party.SPEAKER)


def test_a_speaker_has_one_key_for_good(filled: Database) -> None:
    with pytest.raises(SpeakerKey), filled.write(scope=EVERYTHING) as tx:
        changes.set_key(tx, SPEAKER, public_key_of(KEY))


def test_after_a_death_only_what_was_given_for_it_goes_on(filled: Database) -> None:
    with filled.write(scope=EVERYTHING) as tx:
        store.note_death(tx, SPEAKER, at=NOW)
    with pytest.raises(ConsentRefused) as caught:
        permit(filled)
    assert any("lifetime: got after the speaker's death" in reason for reason in caught.value.reasons)
    amend(filled, replace(OUTER, version=2, post_mortem=True))
    amend(filled, replace(LICENCE, version=2, post_mortem=True))
    assert permit(filled).grant_id == grant_id(0)
