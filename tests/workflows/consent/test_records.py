"""Consent as files: what is written is taken in again, and what is wrong changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sayso.consent.document import document_of, sign
from sayso.consent.errors import SignatureRefused
from sayso.consent.history_store import Signed
from sayso.consent.keys import public_key_of
from sayso.consent.store import get_grant
from sayso.errors import Invalid, NotFound
from sayso.records.exchange import MAX_BYTES, DocumentFormat, DocumentInvalid, written
from sayso.records.receipts import Commands
from sayso.workflows.consent import exchanging as records
from sayso.workflows.consent import granting
from sayso.workflows.consent.exchanging import RecordNotGiven
from sayso.workflows.consent.granting import Terms
from sayso.workflows.consent.signing import key_shown
from sayso.workflows.consent.speakers import add_speaker


@pytest.fixture
def given(session):
    speaker = add_speaker(session, "Ada <Lovelace>")
    terms = Terms(
        speaker=speaker, licensee="Harbour & Sons", purposes=("audiobook/mystery",), project="The Lamp",
        languages=("en",), until="2099-01-01", max_minutes=2.5,
    )  # fmt: skip
    return speaker, granting.give(session, terms)


def grant_of(session, grant_id):
    with session.read() as tx:
        return get_grant(tx, grant_id)


@pytest.mark.parametrize("form", ["27560", "odrl"])
def test_what_is_exported_is_taken_in_as_a_new_grant_and_logged(session, given, tmp_path, form):
    _, grant = given
    other = add_speaker(session, "Ben")
    records.export(session, grant, form, tmp_path / "grant.jsonld")
    taken = records.take_in(session, tmp_path / "grant.jsonld", other)
    assert taken.source == grant != taken.grant
    assert grant_of(session, taken.grant).terms() == grant_of(session, grant).terms()
    assert grant_of(session, taken.grant).speaker == other
    assert [row.entry.type for row in session.log.query(grants=[taken.grant])] == ["consent:grant:given"]
    assert "Lovelace" not in (tmp_path / "grant.jsonld").read_text()


@pytest.mark.parametrize("form", ["27560", "odrl"])
def test_a_signature_in_a_document_is_checked_when_it_is_taken_in(session, given, tmp_path, form):
    speaker, grant = given
    file = tmp_path / "grant.jsonld"
    records.export(session, grant, form, file)
    assert records.take_in(session, file, speaker).signed_by == key_shown(session, speaker).public_key
    whole, before = file.read_text(), len(granting.listed(session))
    file.write_text(whole.replace("audiobook/mystery", "audiobook"))
    with pytest.raises(SignatureRefused):
        records.take_in(session, file, speaker)
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    forged = Signed(sign(document_of(grant_of(session, grant)), stranger), public_key_of(stranger))
    file.write_bytes(written(grant_of(session, grant), DocumentFormat(form), signed=forged))
    with pytest.raises(SignatureRefused, match="not this speaker's"):
        records.take_in(session, file, speaker)
    assert len(granting.listed(session)) == before
    file.write_bytes(written(grant_of(session, grant), DocumentFormat(form)))
    assert records.take_in(session, file, speaker).signed_by is None


def test_what_cannot_be_taken_in_changes_nothing(session, given, tmp_path):
    speaker, grant = given
    file = tmp_path / "grant.jsonld"
    records.export(session, grant, "odrl", file)
    whole = json.loads(file.read_text())
    before = len(granting.listed(session))
    whole["prohibition"] = [{"action": "sayso:action/train"}]
    file.write_text(json.dumps(whole))
    with pytest.raises(DocumentInvalid, match="prohibition"):
        records.take_in(session, file, speaker)
    file.write_bytes(b'"' + b"x" * (MAX_BYTES + 5) + b'"')
    with pytest.raises(DocumentInvalid, match="at most"):
        records.take_in(session, file, speaker)
    with pytest.raises(NotFound):
        records.take_in(session, tmp_path / "none", speaker)
    with pytest.raises(Invalid):
        records.export(session, grant, "xml", file)
    granting.withdraw(session, grant)
    records.export(session, grant, "27560", file)
    with pytest.raises(RecordNotGiven, match="withdrawn"):
        records.take_in(session, file, speaker)
    with pytest.raises(NotFound):
        records.take_in(session, file, "spk_zzzzzzzzzzzzzzzz") if _given(file) else None
    assert len(granting.listed(session)) == before


def _given(file: Path) -> bool:
    """Make the record in ``file`` one that stands."""
    record = json.loads(file.read_text())
    record["dpv:hasConsentStatus"] = {"@id": "dpv:ConsentGiven"}
    del record["dct:hasPart"]
    file.write_text(json.dumps(record))
    return True


def test_a_receipt_names_the_speaker_and_what_to_type(session, given):
    speaker, grant = given
    commands = Commands(withdraw="take back {grant}", erase="erase {speaker}")
    made = records.receipt_of(session, grant, commands)
    said = " ".join(sentence for section in made.sections for sentence in section.sentences)
    assert "Ada <Lovelace>" in made.title
    assert f"take back {grant}" in said
    assert f"erase {speaker}" in said
    with pytest.raises(NotFound):
        records.receipt_of(session, "grt_zzzzzzzzzzzzzzzz", commands)
