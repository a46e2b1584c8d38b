"""A certificate of the operator's own signs what is made; a wrong one is refused with what it lacks, and changes nothing.

Intact (the file is as it was signed) and trusted (who signed is known here) stay two questions.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from sayso.audio import Container
from sayso.clock import now
from sayso.credentials import Claim, operator_certificate, read
from sayso.credentials.errors import (
    AuthorityExpired,
    CertificateMalformed,
    CertificateUnfit,
    KeyFileExposed,
    KeyFileInvalid,
    KeyMismatch,
    SlotUnknown,
)
from sayso.credentials.operator_certificate import KeySlot
from sayso.doors.cli.main import run
from sayso.errors import Invalid
from sayso.ids import GrantId
from sayso.ledger.store import entries
from sayso.mark import Mark
from sayso.workflows.provenance import certificates
from sayso.workflows.provenance.verifying import verify_file
from sayso.workflows.speech.speaking import speak
from tests.credentials.test_certificate_check import ROOT_KEY, certificate, name, usage
from tests.marked import sign

KEYS = {
    "es256": ec.generate_private_key(ec.SECP256R1()),
    "es384": ec.generate_private_key(ec.SECP384R1()),
    "es512": ec.generate_private_key(ec.SECP521R1()),
    "ps256": rsa.generate_private_key(65537, 2048),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
}
ROOT = certificate(
    key=ROOT_KEY,
    subject=name("An Authority", "root"),
    ca=True,
    key_usage=usage(digital_signature=False, key_cert_sign=True, crl_sign=True),
    purposes=None,
)


def written(path, data, mode=0o600):
    path.write_bytes(data)
    path.chmod(mode)
    return path


def pem_of(key, protection=NoEncryption()):  # noqa: B008 - a constant
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)


@pytest.fixture
def files(tmp_path):
    """Return a chain and a key file, each good unless it is said to be otherwise."""

    def files(key=KEYS["es256"], **changes):
        chain = written(tmp_path / "chain.pem", certificate(**{"key": key, **changes}), 0o644)
        return chain, written(tmp_path / "key.pem", pem_of(key))

    return files


def used(session, chain, key, anchors=None):
    return certificates.use(session, chain, key=key, slot=None, anchors=anchors)


def signed(session, data):
    claim = Claim(Mark(7), GrantId("grt_6dnq2kz7w4xkq3ya"), "ab" * 32, "2026-11-22T20:36:00.123Z")
    return sign(data, Container.WAV, claim=claim, authority=session.authority)


@pytest.fixture(scope="module")
def sound(speech):
    from sayso.audio import encode

    return encode(speech.slice(0, 24_000), Container.WAV)


@pytest.mark.parametrize("algorithm", KEYS)
def test_every_kind_of_key_signs_and_is_judged_apart_from_the_file(session, files, sound, tmp_path, algorithm):
    chain, key = files(KEYS[algorithm])
    assert used(session, chain, key).algorithm == algorithm
    data = signed(session, sound)
    found = read(data, Container.WAV, anchors_pem=session.anchors_pem())
    assert (found.intact, found.trusted, found.organisation) == (True, False, "Northwind Audio")

    used(session, chain, key, anchors=written(tmp_path / "root.pem", ROOT))
    found = read(data, Container.WAV, anchors_pem=session.anchors_pem())
    assert (found.intact, found.trusted) == (True, True)
    assert not read(data[:-50] + b"x" * 50, Container.WAV, anchors_pem=session.anchors_pem()).intact


def test_speech_is_signed_with_it_until_the_local_authority_signs_again(estate, files, tmp_path):
    session = estate.session
    speak(session, estate.order(), tmp_path / "before.wav")
    who = used(session, *files(), anchors=written(tmp_path / "root.pem", ROOT))
    assert (who.authority, who.organisation, who.key) == ("own", "Northwind Audio", "sayso")
    speak(session, estate.order(), tmp_path / "own.wav")
    assert certificates.use_local(session).authority == "local"
    speak(session, estate.order(), tmp_path / "after.wav")
    names = {file: verify_file(session, tmp_path / f"{file}.wav").credentials for file in ("before", "own", "after")}
    assert all(found.intact and found.trusted for found in names.values())
    assert [found.organisation for found in names.values()] == [
        "Sayso local authority", "Northwind Audio", "Sayso local authority",
    ]  # fmt: skip
    with session.read() as tx:
        kinds = tx.execute(entries.select().order_by(entries.c.ticket)).all()
    changes = [json.loads(row.data) for row in kinds if row.type == "credentials:authority:changed"]
    assert [entry["facts"]["authority"] for entry in changes] == ["own", "local"]


def test_the_key_is_sealed_and_gone_when_it_is_put_away(session, files):
    chain, key = files()
    secret = KEYS["es256"].private_numbers().private_value.to_bytes(32, "big")
    used(session, chain, key)
    kept = [path for path in session.settings.home.rglob("*") if path.is_file()]
    assert not [path for path in kept if secret in path.read_bytes() or b"PRIVATE KEY" in path.read_bytes()]
    with session.vault.keys.read() as tx:
        wrapped = operator_certificate.store.secret(tx, "authority-operator")
    certificates.use_local(session)
    assert not [path for path in kept if path.exists() and wrapped in path.read_bytes()]


DEFECTS = {
    "organisation": {"subject": name(None)},
    "issuer": {"subject": name("Own"), "issuer": name("Own")},
    "basic constraints": {"ca": True},
    "key usage": {"key_usage": None},
    "extended key usage": {"purposes": [ExtendedKeyUsageOID.SERVER_AUTH]},
    "authority key identifier": {"identifiers": False},
    "in force": {"days": 1, "starts": -10},
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_one_defect_is_named_and_nothing_is_changed(session, files, defect):
    with pytest.raises(CertificateUnfit) as refused:
        used(session, *files(**DEFECTS[defect]))
    assert [reason.partition(":")[0] for reason in refused.value.reasons] == [defect]
    assert certificates.signer(session).authority == "local"


def test_a_chain_with_a_stranger_in_it_is_refused_and_a_root_is_left_out(session, files, tmp_path):
    chain, key = files()
    leaf = chain.read_bytes()
    with pytest.raises(CertificateUnfit, match="NOT signed"):
        used(session, written(tmp_path / "wrong.pem", leaf + certificate(ca=True)), key)
    used(session, written(tmp_path / "whole.pem", leaf + ROOT), key)
    assert session.authority.chain_pem() == leaf


def test_a_key_that_is_another_or_unreadable_is_refused(session, files, tmp_path):
    chain, key = files()
    for other in (ec.generate_private_key(ec.SECP256R1()), KEYS["es384"], KEYS["ps256"], KEYS["ed25519"]):
        with pytest.raises(KeyMismatch):
            used(session, chain, written(tmp_path / "other.pem", pem_of(other)))
    for wrong in (b"", b"nonsense", chain.read_bytes(), pem_of(KEYS["es256"], BestAvailableEncryption(b"secret"))):
        with pytest.raises(KeyFileInvalid):
            used(session, chain, written(tmp_path / "wrong.pem", wrong))
    with pytest.raises(KeyFileInvalid):
        used(session, chain, tmp_path / "absent.pem")
    with pytest.raises(KeyFileExposed, match="0640"):
        used(session, chain, written(key, key.read_bytes(), 0o640))
    with pytest.raises(CertificateMalformed):
        used(session, written(tmp_path / "none.pem", b"no certificate"), written(key, key.read_bytes()))
    assert certificates.signer(session).authority == "local"


def test_a_certificate_that_ended_signs_nothing_and_nobody_steps_in(session, files, monkeypatch):
    used(session, *files(days=40))
    monkeypatch.setattr("sayso.workflows.installation.installation.now", lambda: now() + timedelta(days=60))
    with pytest.raises(AuthorityExpired):
        _ = session.authority


class Service:
    """A slot as a package for a key-management service would provide it."""

    made = KeySlot(KEYS["es256"])

    def sign(self, data: bytes) -> bytes:
        return self.made.sign(data)


class Point:
    name = "our-hsm"

    def load(self):
        return Service


def test_a_slot_signs_and_the_key_never_comes_here(session, files, sound, monkeypatch):
    monkeypatch.setattr(operator_certificate, "entry_points", lambda group: [Point()])
    chain, _ = files()
    who = certificates.use(session, chain, key=None, slot="our-hsm", anchors=None)
    assert (who.authority, who.key) == ("own", "our-hsm")
    assert read(signed(session, sound), Container.WAV).intact
    with pytest.raises(SlotUnknown, match="our-hsm"):
        certificates.use(session, chain, key=None, slot="another", anchors=None)
    wrong, _ = files(KEYS["es384"])
    with pytest.raises(KeyMismatch):
        certificates.use(session, wrong, key=None, slot="our-hsm", anchors=None)
    with pytest.raises(Invalid, match="a key file or a slot"):
        certificates.use(session, chain, key=None, slot=None, anchors=None)


def test_the_commands(session, files, monkeypatch, capsys):
    monkeypatch.setenv("SAYSO_HOME", str(session.settings.home))
    monkeypatch.setenv("HOME", os.devnull)

    def asked(*words):
        code = run(["credentials", *map(str, words), "--json"])
        return code, json.loads(capsys.readouterr().out)

    chain, key = files()
    assert asked("show")[1]["authority"] == "local"
    code, shown = asked("use", chain, "--key", key)
    assert (code, shown["authority"], shown["organisation"]) == (0, "own", "Northwind Audio")
    leaf = x509.load_pem_x509_certificate(chain.read_bytes())
    assert shown["ends"].startswith(f"{leaf.not_valid_after_utc:%Y-%m-%d}")
    code, refused = asked("use", files(key_usage=None)[0], "--key", key)
    assert (code, refused["error"]) == (2, "certificate-unfit")
    assert "keyUsage = critical" in refused["reasons"][0]
    assert asked("show")[1]["authority"] == "own"
    assert asked("local")[1]["authority"] == "local"
