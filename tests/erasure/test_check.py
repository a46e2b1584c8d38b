from __future__ import annotations

import base64
import contextlib
import hashlib
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso import erasure
from sayso.database import EVERYTHING
from sayso.erasure.certificate import Certificate, CertificateFile
from sayso.erasure.errors import CertificateFailed, CertificateUnknown, ErasureCertificateMalformed
from sayso.erasure.inventory import Inventory
from sayso.errors import SaysoError
from sayso.ledger import Entry, append
from sayso.ledger.note import SignerKey, sign_note
from sayso.ledger.proof import Proof


@pytest.fixture
def text(world, anna, ben) -> str:
    return world.run(world.plan(anna).plan_id)


def failing(text: str, vkey: str) -> set[str]:
    return {finding.check for finding in erasure.check(text, vkey).findings if not finding.ok}


def test_a_certificate_holds_on_its_own(world, text, reopen):
    vkey = world.log.vkey
    for path in sorted(world.home.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    checked = erasure.check(text, vkey)
    assert checked.ok
    assert [finding.check for finding in checked.findings] == [
        "signature",
        "inventory",
        "outcome",
        "times",
        "entry",
        "proof",
    ]
    checked.demand()
    assert any("exported" in line for line in checked.certificate.not_reached)
    assert len(text) < 65_536


def test_the_certificate_names_nobody(world, anna, ben, tmp_path):
    plan = world.plan(anna)
    text = world.run(plan.plan_id)
    assert anna not in text
    assert "Planted" not in text
    assert plan.subject in text
    assert plan.key_id in text


def test_the_certificate_grows_with_the_log(world, anna, text):
    with world.database.write(scope=EVERYTHING) as tx:
        append(tx, Entry("speaker:added", "2026-01-01T00:00:00.000Z"))
    world.log.integrate()
    certificate = erasure.check(text, world.log.vkey).certificate.certificate
    with world.database.read(scope=EVERYTHING) as tx:
        later = erasure.certificate_file(tx, certificate, log=world.log)
        with pytest.raises(CertificateUnknown):
            erasure.certificate_file(tx, "crt_aaaaaaaaaaaaaaaa", log=world.log)
    assert later != text
    assert CertificateFile.parse(later).note == CertificateFile.parse(text).note
    erasure.check(later, world.log.vkey).demand()


def test_another_key_is_told(world, text):
    stranger = str(SignerKey("sayso.local/log", bytes(32)).verifier)
    assert failing(text, stranger) == {"signature", "proof"}
    with pytest.raises(CertificateFailed) as failed:
        erasure.check(text, stranger).demand()
    assert len(failed.value.reasons) == 2


def test_a_line_more_or_less_in_the_inventory_is_found(world, text):
    parts = CertificateFile.parse(text)
    lines = parts.inventory.splitlines(keepends=True)
    other = "clip art_aaaaaaaaaaaaaaaa\n"
    for changed in (lines[1:], sorted([*lines, other]), [other, *lines[1:]], lines[::-1], [*lines, lines[-1]], []):
        forged = str(CertificateFile(parts.note, "".join(changed), parts.proof))
        assert failing(forged, world.log.vkey) == {"inventory"}


def test_a_changed_fact_is_found(world, text):
    for old, new in (
        ('"blobs_left":0', '"blobs_left":1'),
        ('"clip":4', '"clip":3'),
        ('"channel":"cli"', '"channel":"me"'),
    ):
        assert old in text
        failed = failing(text.replace(old, new), world.log.vkey)
        assert {"signature", "entry"} <= failed


def test_a_certificate_signed_anew_is_not_in_the_log(world, text):
    parts = CertificateFile.parse(text)
    signed = parts.note.rpartition("\n\n")[0] + "\n"
    forged = signed.replace('"strays_unlinked":0', '"strays_unlinked":7')
    note = sign_note(forged, [world.log.signer])
    assert failing(str(CertificateFile(note, parts.inventory, parts.proof)), world.log.vkey) == {"entry"}
    Certificate.parse(forged)


def test_the_proof_of_another_entry_is_found(world, text):
    parts = CertificateFile.parse(text)
    other = CertificateFile(parts.note, parts.inventory, world.log.prove(0, with_entry=True))
    assert failing(str(other), world.log.vkey) == {"entry"}
    proof = Proof.parse(parts.proof)
    swapped = Proof(proof.index, proof.path, proof.checkpoint, world.log.entry(0))
    assert failing(str(CertificateFile(parts.note, parts.inventory, str(swapped))), world.log.vkey) == {
        "entry",
        "proof",
    }
    bare = Proof(proof.index, proof.path, proof.checkpoint)
    assert "entry" in failing(str(CertificateFile(parts.note, parts.inventory, str(bare))), world.log.vkey)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(data=st.data())
def test_no_changed_character_passes(world, text, data):
    place = data.draw(st.integers(0, len(text) - 1))
    new = data.draw(st.characters(min_codepoint=9, max_codepoint=0x2100).filter(lambda c: c != text[place]))
    changed = text[:place] + new + text[place + 1 :]
    with contextlib.suppress(ErasureCertificateMalformed):
        assert not erasure.check(changed, world.log.vkey).ok


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(data=st.data())
def test_cut_and_joined_texts_never_pass(world, text, data):
    place = data.draw(st.integers(0, len(text) - 1))
    for changed in (text[:place], text[place:] + text, text + text[place:]):
        if changed == text:
            continue
        with contextlib.suppress(ErasureCertificateMalformed):
            assert not erasure.check(changed, world.log.vkey).ok


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_noise_is_no_certificate(noise):
    key = str(SignerKey("sayso.local/log", bytes(32)).verifier)
    for text in (
        noise,
        f"sayso erasure certificate v1\n{noise}",
        f"sayso erasure certificate v1\n{{}}\n\ninventory 0\n{noise}",
    ):
        with pytest.raises(SaysoError):
            erasure.check(text, key)


def test_odd_facts_are_malformed_or_refused(world, text):
    parts = CertificateFile.parse(text)
    for field in ("counts", "keys", "outcome", "retained", "subject", "inventory_size", "v"):
        for value in ("null", "5", '"x"', "[]", "{}", "[5]", '{"a":"b"}', "true"):
            found = rf'"{field}":(\{{.*?\}}(?=,")|\[.*?\]|"[^"]*"|\d+)'
            note = re.sub(found, f'"{field}":{value}', parts.note)
            assert note != parts.note
            with contextlib.suppress(ErasureCertificateMalformed):
                assert not erasure.check(str(CertificateFile(note, parts.inventory, parts.proof)), world.log.vkey).ok


def test_the_inventory_root_is_that_of_the_rfc():
    lines = ("clip art_aaaaaaaaaaaaaaaa", "clip art_bbbbbbbbbbbbbbbb", "grant grt_aaaaaaaaaaaaaaaa")
    leaves = [hashlib.sha256(b"\x00" + line.encode()).digest() for line in lines]
    left = hashlib.sha256(b"\x01" + leaves[0] + leaves[1]).digest()
    assert Inventory(lines).root == hashlib.sha256(b"\x01" + left + leaves[2]).hexdigest()
    assert Inventory.parse(Inventory(lines).text) == Inventory(lines)
    assert Inventory(()).root == hashlib.sha256(b"").hexdigest()
    assert base64.b64encode(bytes.fromhex(Inventory(()).root)).startswith(b"47DEQpj8")
