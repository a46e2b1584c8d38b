from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from sayso.consent.document import check_signature, document_of, read_document, read_signed_file, sign, signed_file
from sayso.consent.errors import GrantInvalid, KeyInvalid, SignatureRefused
from sayso.consent.keys import private_key, public_key, public_key_of
from sayso.errors import Invalid

from .cases import SPEAKER_KEY, grant, grants, signature

PUBLIC = public_key_of(SPEAKER_KEY)
TEXT = document_of(grant())


@given(grants().filter(lambda each: each.state != "erased"))
def test_a_document_spells_the_grant(made) -> None:
    read = read_document(document_of(made))
    assert document_of(read) == document_of(made)
    check_signature(document_of(made), signature(made), PUBLIC)


def test_the_signature_is_plain_ed25519_over_the_line_and_the_document() -> None:
    """By the library alone: what anybody else would do to check it."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(PUBLIC))
    key.verify(bytes.fromhex(signature(grant())), b"sayso grant v1\n" + TEXT)


@given(st.integers(0, len(TEXT) - 1), st.integers(1, 255))
def test_one_changed_byte_breaks_it(place: int, change: int) -> None:
    bent = bytearray(TEXT)
    bent[place] ^= change
    with pytest.raises(SignatureRefused):
        check_signature(bytes(bent), signature(grant()), PUBLIC)


@given(st.integers(0, 127), st.sampled_from("0123456789abcdef"))
def test_one_changed_digit_of_the_signature_breaks_it(place: int, digit: str) -> None:
    genuine = signature(grant())
    bent = genuine[:place] + digit + genuine[place + 1 :]
    if bent != genuine:
        with pytest.raises(SignatureRefused):
            check_signature(TEXT, bent, PUBLIC)


@pytest.mark.parametrize("bad", [None, "", "00", "zz" * 64, "AB" * 64])
def test_what_is_no_signature_or_another_keys_is_refused(bad: str | None) -> None:
    with pytest.raises(SignatureRefused, match=r"^signature: "):
        check_signature(TEXT, bad, PUBLIC)
    with pytest.raises(SignatureRefused):
        check_signature(TEXT, sign(TEXT, Ed25519PrivateKey.generate()), PUBLIC)
    for no_key in (None, "", "00"):
        with pytest.raises(SignatureRefused, match="no key"):
            check_signature(TEXT, signature(grant()), no_key)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{}",
        b"[]",
        b'"x"',
        TEXT + b" ",
        TEXT.replace(b"grant v1", b"grant v2"),
        TEXT.replace(b'"version":1', b'"version":0'),
        TEXT.replace(b'"version":1', b'"version":"1"'),
        TEXT.replace(b'"max_takes":null', b'"max_takes":-1'),
        TEXT.replace(b'"en"', b'"EN"'),
        TEXT.replace(b"spk_", b"spx_"),
        b" " * 300_000,
        b"[" * 200_000,
    ],
)
def test_a_malformed_document_gets_one_clear_error(bad: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        read_document(bad)
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 400


def test_a_signed_document_travels_as_one_file() -> None:
    assert read_signed_file(signed_file(TEXT, "ab" * 64)) == (TEXT, "ab" * 64)
    for bad in (b"{}", b'{"document":{}}', b'{"document":{},"signature":1}', b"x" * 600_000):
        with pytest.raises((GrantInvalid, Invalid)):
            read_signed_file(bad)


def test_keys_are_read_from_pem_and_raw_and_nothing_else() -> None:
    pem = SPEAKER_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    raw = SPEAKER_KEY.private_bytes_raw()
    assert public_key_of(private_key(pem)) == public_key_of(private_key(raw)) == PUBLIC
    public_pem = SPEAKER_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert public_key(public_pem) == public_key(f"{PUBLIC}\n") == PUBLIC
    other = X25519PrivateKey.generate()
    for bad in (b"", b"x", other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())):
        with pytest.raises(KeyInvalid):
            private_key(bad)
    foreign = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for bad_text in ("", "xyz", foreign):
        with pytest.raises(KeyInvalid):
            public_key(bad_text)
