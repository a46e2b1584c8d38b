"""Speakers' Ed25519 keys: read, and written as a file of their own for them to keep, sealed with a passphrase."""

from __future__ import annotations

import re
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from sayso.consent.errors import KeyInvalid

SigningKey = Ed25519PrivateKey
"""The key with which a speaker signs."""

MIN_PASSPHRASE_CHARS: Final = 12
_MAX_PASSPHRASE_BYTES: Final = 1_000
_KEY: Final = re.compile(r"[0-9a-f]{64}")
_KEY_BYTES: Final = 32


def public_key_of(key: Ed25519PrivateKey) -> str:
    """Return the public key (64 hex digits) of a speaker's private key."""
    return key.public_key().public_bytes_raw().hex()


def private_key(secret: bytes, passphrase: bytes | None = None) -> Ed25519PrivateKey:
    """Return the Ed25519 key in ``secret``: 32 bytes, or PEM (PKCS #8, encrypted or not); raise `KeyInvalid`."""
    try:
        if len(secret) == _KEY_BYTES:
            return Ed25519PrivateKey.from_private_bytes(secret)
        found = load_pem_private_key(secret, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, Ed25519PrivateKey):
        raise KeyInvalid(
            "key: got no Ed25519 private key, expected PEM such as `openssl genpkey -algorithm ed25519`",
            hint="a key that was handed over needs its passphrase",
        )
    return found


def public_key(text: str) -> str:
    """Return the public key in ``text``, 64 hex digits or PEM, as hex digits; raise `KeyInvalid`."""
    if _KEY.fullmatch(text.strip()):
        return text.strip()
    try:
        found = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, Ed25519PublicKey):
        raise KeyInvalid("key: got no Ed25519 public key, expected 64 hex digits or PEM")
    return found.public_bytes_raw().hex()


def is_signature_of(public: str, text: bytes, signature: bytes) -> bool:
    """Return whether ``signature`` is that of the public key (64 hex digits) over ``text``."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def passphrase_of(data: bytes) -> bytes:
    """Return the passphrase that a file or standard input holds, without the end of its line; raise `KeyInvalid`.

    The encryption of PEM stretches a passphrase only a little, so a short one is refused.
    """
    found = data.rstrip(b"\r\n")
    try:
        text = found.decode()
    except UnicodeDecodeError:
        raise KeyInvalid("passphrase: got bytes that are no UTF-8 text") from None
    if len(text) < MIN_PASSPHRASE_CHARS or len(found) > _MAX_PASSPHRASE_BYTES or not text.isprintable():
        raise KeyInvalid(
            f"passphrase: got {len(text)} characters, expected one printable line of at least {MIN_PASSPHRASE_CHARS}"
        )
    return found


def sealed_pem(key: Ed25519PrivateKey, passphrase: bytes) -> bytes:
    """Return the key as encrypted PEM (PKCS #8, PBES2; RFC 8018, RFC 5958), which `openssl pkey` reads too."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))
