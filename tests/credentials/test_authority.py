from __future__ import annotations

import io
import json
import wave
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from sayso import clock
from sayso.credentials.authority import LocalAuthority
from sayso.credentials.errors import AuthorityExpired

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype"


def verify(authority: LocalAuthority, signature: bytes, data: bytes) -> None:
    leaf = x509.load_pem_x509_certificate(authority.chain_pem())
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    leaf.public_key().verify(encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256()))


def test_signatures_verify_under_the_leaf_and_the_leaf_under_the_root(vault):
    authority = LocalAuthority(vault)
    for _ in range(20):
        signature = authority.sign(b"manifest")
        assert len(signature) == 64
        verify(authority, signature, b"manifest")
    with pytest.raises(InvalidSignature):
        verify(authority, signature, b"manifests")
    leaf, root = (x509.load_pem_x509_certificate(pem) for pem in (authority.chain_pem(), authority.root_pem()))
    leaf.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    life = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    assert life <= timedelta(days=366)


def test_the_leaf_is_what_c2pa_asks_for(vault):
    authority = LocalAuthority(vault)
    leaf, root = (x509.load_pem_x509_certificate(pem) for pem in (authority.chain_pem(), authority.root_pem()))
    basic = leaf.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca) == (True, False)
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert (usage.critical, usage.value.digital_signature, usage.value.key_cert_sign) == (True, True, False)
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [x509.ExtendedKeyUsageOID.EMAIL_PROTECTION]
    issuer_key = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert issuer_key == root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    assert leaf.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_certificates_stay_the_same(vault, make_vault):
    first, again = LocalAuthority(vault), LocalAuthority(make_vault())
    assert (first.chain_pem(), first.root_pem()) == (again.chain_pem(), again.root_pem())


def test_a_leaf_signs_for_a_month_and_holds_for_a_year(vault):
    moment = [clock.now()]
    authority = LocalAuthority(vault, clock=lambda: moment[0])
    first, root = authority.chain_pem(), authority.root_pem()
    moment[0] += timedelta(days=29)
    assert authority.chain_pem() == first
    moment[0] += timedelta(days=10)
    second = authority.chain_pem()
    assert second != first
    assert authority.root_pem() == root
    verify(authority, authority.sign(b"later"), b"later")
    assert LocalAuthority(vault, clock=lambda: moment[0]).chain_pem() == second


def test_an_expired_root_says_so(vault):
    LocalAuthority(vault).chain_pem()
    later = clock.now() + timedelta(days=3640)
    with pytest.raises(AuthorityExpired):
        LocalAuthority(vault, clock=lambda: later).sign(b"")


def test_private_keys_are_nowhere_in_the_clear(vault, tmp_path):
    authority = LocalAuthority(vault)
    authority.sign(b"x")
    secret = authority.current_leaf()[1].private_numbers().private_value.to_bytes(32, "big")
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(secret in data or b"PRIVATE KEY" in data for data in files)


def test_c2pa_takes_chain_and_signature(vault):
    import c2pa

    authority = LocalAuthority(vault)
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(bytes(48_000))
    signer = c2pa.Signer.from_callback(authority.sign, c2pa.C2paSigningAlg.ES256, authority.chain_pem().decode())
    created = {"action": "c2pa.created", "digitalSourceType": f"{SOURCE_TYPES}/trainedAlgorithmicMedia"}
    actions = {"label": "c2pa.actions.v2", "data": {"actions": [created]}}
    manifest = {"claim_generator_info": [{"name": "sayso"}], "format": "audio/wav", "assertions": [actions]}
    signed = io.BytesIO()
    with c2pa.Builder(json.dumps(manifest)) as builder:
        builder.sign(signer, "audio/wav", io.BytesIO(sound.getvalue()), signed)
    report = json.loads(c2pa.Reader("audio/wav", io.BytesIO(signed.getvalue())).json())
    codes = {row["code"] for row in report.get("validation_results", {}).get("activeManifest", {}).get("success", [])}
    assert "claimSignature.validated" in codes
