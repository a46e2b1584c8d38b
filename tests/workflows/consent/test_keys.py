"""Keys over the years: replaced, lost, handed over; what they signed stays signed, and the ledger knows which was when."""

from __future__ import annotations

import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy import text as sql

from sayso.consent import signed, store
from sayso.consent.cedar import Policies
from sayso.consent.document import document_of, sign
from sayso.consent.errors import GrantTampered, KeyInvalid, SignatureRefused, SpeakerKey
from sayso.consent.keys import public_key_of
from sayso.disk import TargetTaken
from sayso.errors import Invalid, Tampered
from sayso.workflows.audit import auditing
from sayso.workflows.consent import granting, keys, signing
from sayso.workflows.consent.granting import Terms
from sayso.workflows.consent.speakers import add_speaker

TERMS = {"licensee": "Northwind Audio", "purposes": ("audiobook/mystery",)}
OLD, NEW, THIRD = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3))
PASSPHRASE = b"a lamp, two letters"


def raw(key):
    return key.private_bytes_raw()


def hexed(key):
    return public_key_of(key)


@pytest.fixture
def keeper(session):
    speaker = add_speaker(session, "Ada")
    signing.register(session, speaker, hexed(OLD))
    return speaker


def give(session, speaker, key):
    draft = granting.draft(session, Terms(speaker=speaker, **TERMS))
    return granting.enter(session, signing.signed(draft, raw(key))).grant.grant_id


def stands(session, speaker):
    """Return the ids of the grants that a decision would be made on; raise `GrantTampered`."""
    with session.read() as tx:
        return {grant.grant_id for grant in signed.standing(tx, speaker, Policies()).policy.grants}


def entries(session, speaker):
    subject = session.vault.pseudonym(speaker, "consent:speaker:key")
    rows = [
        row.entry.facts for row in auditing.query(session, question=auditing.LedgerQuery(type="consent:speaker:key"))
    ]
    return [(facts["how"], facts["kept_by"], facts["who"]) for facts in rows if facts["subject"] == subject]


def rotate(session, speaker, old, new):
    return keys.enter_rotation(session, signing.signed(keys.draft_rotation(session, speaker, hexed(new)), raw(old)))


def test_a_key_is_replaced_by_the_word_of_the_old_one(session, keeper):
    before = give(session, keeper, OLD)
    assert rotate(session, keeper, OLD, NEW) == hexed(NEW)
    with pytest.raises(SignatureRefused):
        give(session, keeper, OLD)
    after = give(session, keeper, NEW)
    assert stands(session, keeper) == {before, after}
    assert entries(session, keeper) == [("registered", "speaker", "speaker"), ("rotated", "speaker", "speaker")]
    assert auditing.audit(session).size


def test_a_new_key_ends_the_permits_made_before(session, keeper):
    give(session, keeper, OLD)
    with session.read() as tx:
        epoch = store.epoch_of(tx, keeper)
    rotate(session, keeper, OLD, NEW)
    with session.read() as tx:
        assert store.epoch_of(tx, keeper) == epoch + 1


def test_nobody_else_replaces_a_key(session, keeper):
    draft = keys.draft_rotation(session, keeper, hexed(NEW))
    for forged in (signing.signed(draft, raw(NEW)), signing.signed(draft, secrets.token_bytes(32))):
        with pytest.raises(SignatureRefused):
            keys.enter_rotation(session, forged)
    with pytest.raises(SpeakerKey):
        keys.rotate(session, keeper, hexed(NEW))
    signed = signing.signed(draft, raw(OLD))
    keys.enter_rotation(session, signed)
    with pytest.raises(SpeakerKey):
        keys.enter_rotation(session, signed)
    with pytest.raises(SpeakerKey, match="before"):
        rotate(session, keeper, NEW, OLD)
    assert signing.key_shown(session, keeper).public_key == hexed(NEW)


def test_a_signature_over_one_thing_is_none_over_another(session, keeper):
    draft = keys.draft_rotation(session, keeper, hexed(NEW))
    with pytest.raises(Invalid):
        signing.signed(b'{"format":"sayso permit v1"}', raw(OLD))
    with pytest.raises(Invalid):
        granting.enter(session, signing.signed(draft, raw(OLD)))


def test_a_lost_key_is_recovered_by_the_operator_and_the_ledger_says_so(session, keeper):
    before = give(session, keeper, OLD)
    keys.recover(session, keeper, hexed(NEW), "the laptop was stolen; her agent vouches")
    after = give(session, keeper, NEW)
    assert stands(session, keeper) == {before, after}
    assert entries(session, keeper)[-1] == ("recovered", "speaker", "operator")
    with session.read() as tx:
        (_, row) = store.keys_of(tx, keeper)
    assert b"laptop" not in row.reason_sealed
    assert session.vault.open_field(row.reason_sealed, keeper, field=keys.REASON_FIELD).startswith(b"the laptop")
    rows = auditing.query(session, question=auditing.LedgerQuery(type="consent:speaker:key"))
    assert "laptop" not in str([row.data for row in rows])
    with pytest.raises(Invalid, match="reason"):
        keys.recover(session, keeper, hexed(THIRD), "")
    assert auditing.audit(session).size


def test_a_key_that_sayso_keeps_is_handed_over_and_its_copy_is_gone(session, tmp_path):
    speaker = add_speaker(session, "Bea")
    with pytest.raises(SpeakerKey):
        keys.hand_over(session, speaker, tmp_path / "no.pem", PASSPHRASE)
    grant = granting.give(session, Terms(speaker=speaker, **TERMS))
    file = tmp_path / "key.pem"
    public = keys.hand_over(session, speaker, file, PASSPHRASE)
    assert file.stat().st_mode & 0o777 == 0o600
    assert public_key_of(load_pem_private_key(file.read_bytes(), PASSPHRASE)) == public
    with pytest.raises(ValueError, match=r"decrypt|password|Incorrect"):
        load_pem_private_key(file.read_bytes(), b"another passphrase")
    assert signing.key_shown(session, speaker) == signing.SpeakerKeyShown(speaker, public, "speaker")
    with pytest.raises(SpeakerKey):
        granting.amend(session, grant, Terms(max_takes=3))
    draft = granting.draft_amended(session, grant, Terms(max_takes=3))
    with pytest.raises(KeyInvalid, match="key"):
        signing.signed(draft, file.read_bytes())
    assert granting.enter(session, signing.signed(draft, file.read_bytes(), PASSPHRASE)).grant.version == 2
    with pytest.raises(SpeakerKey):
        keys.hand_over(session, speaker, tmp_path / "again.pem", PASSPHRASE)
    with pytest.raises(TargetTaken):
        keys.hand_over(session, speaker, file, PASSPHRASE)
    assert [how for how, *_ in entries(session, speaker)] == ["registered", "exported", "handed-over"]
    assert auditing.audit(session).size


def test_a_key_that_sayso_keeps_is_replaced_by_one_of_the_speakers_or_of_its_own(session):
    speaker = add_speaker(session, "Cem")
    grant = granting.give(session, Terms(speaker=speaker, **TERMS))
    second = keys.rotate(session, speaker)
    assert signing.key_shown(session, speaker) == signing.SpeakerKeyShown(speaker, second, "sayso")
    granting.amend(session, grant, Terms(max_takes=2))
    keys.rotate(session, speaker, hexed(NEW))
    assert signing.key_shown(session, speaker).kept_by == "speaker"
    another = give(session, speaker, NEW)
    assert stands(session, speaker) == {grant, another}
    assert auditing.audit(session).size


@pytest.mark.parametrize("passphrase", [b"", b"short", b"\xff" * 20, b"two\nlines of it", b"x" * 2_000])
def test_a_passphrase_is_one_line_of_some_length(passphrase):
    from sayso.consent.keys import passphrase_of

    with pytest.raises(KeyInvalid, match="passphrase"):
        passphrase_of(passphrase)
    assert passphrase_of(PASSPHRASE + b"\r\n") == PASSPHRASE


def test_a_key_slipped_into_the_database_is_found(session, keeper):
    """A thief of the database signs a wider grant with a key of their own, and makes every row agree."""
    give(session, keeper, OLD)
    with session.act() as tx:
        (grant,) = store.grants_of(tx, keeper)
        version = tx.execute(sql("SELECT state_version FROM speakers WHERE speaker_id = :s"), {"s": keeper}).scalar()
        forged = sign(document_of(grant), NEW)
        values = {"key": hexed(NEW), "old": hexed(OLD), "speaker": keeper, "grant": grant.grant_id, "forged": forged}
        for change in (
            "UPDATE grants SET signature = :forged, signed_by = :key WHERE grant_id = :grant",
            "UPDATE grant_versions SET signature = :forged, signed_by = :key WHERE grant_id = :grant",
            "UPDATE speakers SET public_key = :key, state_version = 7 WHERE speaker_id = :speaker",
        ):
            tx.execute(sql(change), values)
    with pytest.raises(GrantTampered):
        stands(session, keeper)
    with session.act() as tx:
        tx.execute(sql("UPDATE speaker_keys SET public_key = :key WHERE speaker_id = :speaker"), values)
    assert stands(session, keeper)
    with pytest.raises(Tampered) as caught:
        auditing.audit(session)
    assert any("they are not the keys that the ledger knows of" in reason for reason in caught.value.reasons)
    assert any("a key that was not the speaker's then" in reason for reason in caught.value.reasons)
    assert any("its signature is not the one that was entered" in reason for reason in caught.value.reasons)
    with session.act() as tx:
        kept = sign(document_of(grant), OLD)
        for change in (
            "UPDATE grants SET signature = :kept, signed_by = :old WHERE grant_id = :grant",
            "UPDATE grant_versions SET signature = :kept, signed_by = :old WHERE grant_id = :grant",
            "UPDATE speakers SET public_key = :old, state_version = :version WHERE speaker_id = :speaker",
            "UPDATE speaker_keys SET public_key = :old WHERE speaker_id = :speaker",
        ):
            tx.execute(sql(change), values | {"kept": kept, "version": version})
    assert auditing.audit(session).size


def test_a_rotation_without_the_old_keys_word_permits_nothing(session, keeper):
    give(session, keeper, OLD)
    rotate(session, keeper, OLD, NEW)
    with session.act() as tx:
        tx.execute(sql("UPDATE speaker_keys SET endorsement = NULL WHERE speaker_id = :speaker"), {"speaker": keeper})
    with pytest.raises(GrantTampered, match=keeper):
        stands(session, keeper)
    with session.act() as tx:
        tx.execute(sql("DELETE FROM speaker_keys WHERE speaker_id = :speaker"), {"speaker": keeper})
        tx.execute(sql("UPDATE speakers SET public_key = NULL WHERE speaker_id = :speaker"), {"speaker": keeper})
    with pytest.raises(Tampered):
        auditing.audit(session)
