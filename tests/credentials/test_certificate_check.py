"""A certificate that can sign passes every rule; one that lacks one thing fails that rule, and is told what to do."""

from __future__ import annotations

import base64
import contextlib
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from sayso.clock import now
from sayso.credentials.authority import LocalAuthority
from sayso.credentials.certificate_check import check_certificate
from sayso.credentials.errors import CertificateMalformed

CLAIM_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
ROOT_KEY = ec.generate_private_key(ec.SECP256R1())


def name(organisation="Northwind Audio", common="signer"):
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organisation:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(attributes)


def usage(**changes):
    fields = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
         "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    return x509.KeyUsage(**{**fields, "digital_signature": True, **changes})


def certificate(
    *, subject=None, issuer=None, key=None, signer=ROOT_KEY, days=300, starts=-1, ca=False, key_usage=..., purposes=...,
    identifiers=True, digest=...,
):  # fmt: skip
    key = key or ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject or name())
        .issuer_name(issuer or name("An Authority", "root"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() + timedelta(days=starts))
        .not_valid_after(now() + timedelta(days=starts + days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    key_usage = usage() if key_usage is ... else key_usage
    purposes = [ExtendedKeyUsageOID.EMAIL_PROTECTION, CLAIM_SIGNING] if purposes is ... else purposes
    if key_usage:
        builder = builder.add_extension(key_usage, critical=True)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if identifiers:
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = builder.add_extension(own, critical=False)
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        builder = builder.add_extension(above, critical=False)
    return builder.sign(signer, hashes.SHA256() if digest is ... else digest).public_bytes(Encoding.PEM)


def lacking(pem):
    return {finding.check for finding in check_certificate(pem, now=now()) if finding.must and not finding.ok}


def advised(pem):
    return {finding.check for finding in check_certificate(pem, now=now()) if not finding.must and not finding.ok}


GOOD = {
    "P-256": {},
    "P-384": {"key": ec.generate_private_key(ec.SECP384R1())},
    "RSA": {"key": rsa.generate_private_key(65537, 2048)},
    "Ed25519": {"key": ed25519.Ed25519PrivateKey.generate()},
}


@pytest.mark.parametrize("changes", GOOD.values(), ids=GOOD.keys())
def test_a_good_one_passes_every_rule(changes):
    assert lacking(certificate(**changes)) == set()
    assert advised(certificate(**changes)) == set()


def test_what_this_installation_signs_with_passes(vault):
    authority = LocalAuthority(vault)
    assert lacking(authority.chain_pem()) == set()
    assert lacking(authority.chain_pem() + authority.root_pem()) == set()
    assert "chain" in advised(authority.chain_pem() + authority.root_pem())


BAD = {
    "organisation": {"subject": name(None)},
    "issuer": {"subject": name("Own"), "issuer": name("Own")},
    "basic constraints": {"ca": True},
    "key usage": {"key_usage": None},
    "extended key usage": {"purposes": [ExtendedKeyUsageOID.SERVER_AUTH]},
    "authority key identifier": {"identifiers": False},
    "in force": {"days": 1, "starts": -10},
    "key": {"key": ec.generate_private_key(ec.SECP256K1())},
}


@pytest.mark.parametrize(("check", "changes"), BAD.items(), ids=BAD.keys())
def test_one_that_lacks_one_thing_fails_that_rule_alone(check, changes):
    assert lacking(certificate(**changes)) == {check}
    (finding,) = [one for one in check_certificate(certificate(**changes), now=now()) if one.must and not one.ok]
    assert finding.remedy


MORE = [
    ("in force", {"starts": 5}),
    ("key usage", {"key_usage": usage(digital_signature=False, content_commitment=True)}),
    ("key usage", {"key_usage": usage(key_cert_sign=True)}),
    ("extended key usage", {"purposes": None}),
    ("extended key usage", {"purposes": [ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.TIME_STAMPING]}),
    ("extended key usage", {"purposes": [CLAIM_SIGNING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]}),
    ("key", {"key": rsa.generate_private_key(65537, 1024)}),  # noqa: S505 - the weak one that is to be found
    ("key", {"key": dsa.generate_private_key(2048)}),
]


@pytest.mark.parametrize(("check", "changes"), MORE)
def test_other_ways_to_be_wrong(check, changes):
    assert lacking(certificate(**changes)) == {check}


def test_advice_is_no_refusal():
    old = certificate(days=900, purposes=[ExtendedKeyUsageOID.EMAIL_PROTECTION])
    assert lacking(old) == set()
    assert advised(old) == {"lifetime", "claim-signing usage"}
    assert advised(certificate(days=20)) == {"in force"}
    key = ROOT_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert advised(certificate() + key) == {"private key"}


def test_a_chain_in_the_wrong_order_or_of_strangers_is_told(vault):
    authority = LocalAuthority(vault)
    assert "chain" in lacking(authority.root_pem() + authority.chain_pem())
    assert lacking(certificate() + authority.root_pem()) == {"chain"}


@given(st.binary(max_size=200))
def test_bytes_that_are_no_certificate_are_refused(data):
    for pem in (data, b"-----BEGIN CERTIFICATE-----\n" + data + b"\n-----END CERTIFICATE-----\n"):
        with pytest.raises(CertificateMalformed):
            check_certificate(pem, now=now())


def test_a_serial_number_that_is_not_positive_is_refused():
    sample = x509.load_pem_x509_certificate(SAMPLE)
    der = bytearray(sample.public_bytes(Encoding.DER))
    serial = sample.serial_number.to_bytes(sample.serial_number.bit_length() // 8 + 1, "big")
    der[der.index(serial)] |= 0x80
    with pytest.raises(CertificateMalformed, match="serial number"):
        check_certificate(pem_of(bytes(der)), now=now())


def pem_of(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(der) + b"\n-----END CERTIFICATE-----\n"


@given(st.integers(0, 600), st.integers(0, 255))
def test_a_damaged_certificate_is_checked_or_refused_and_nothing_else(place, value):
    der = bytearray(x509.load_pem_x509_certificate(SAMPLE).public_bytes(Encoding.DER))
    der[place % len(der)] = value
    with contextlib.suppress(CertificateMalformed):
        check_certificate(pem_of(bytes(der)), now=now())


SAMPLE = certificate()
