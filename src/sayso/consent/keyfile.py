"""A speaker's private key as a file of its own, for them to keep: PEM, sealed with a passphrase."""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from sayso.consent.errors import KeyInvalid

MIN_PASSPHRASE_CHARS: Final = 12
_MAX_PASSPHRASE_BYTES: Final = 1_000


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
