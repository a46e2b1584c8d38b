"""The key-encryption key: it wraps every other key, so it is the one secret that an installation guards.

It is renewed whenever a key is destroyed (decisions/0015): what was wrapped before, in a journal, a free block or a
backup, then opens with nothing that is left.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sayso.vault.errors import KekReplaced, KeyTampered
from sayso.vault.slots import ID_BYTES, KekFile

_NONCE_BYTES: Final = 12
_VERSION: Final = b"\x01"
_START: Final = len(_VERSION) + ID_BYTES


class KeyEncryptionKey(Protocol):
    """Wraps and unwraps keys: the place of a key management service.

    ``context`` says what the key is for; it is authenticated, so a wrapped key opens under its own context only.
    A key-encryption key has an id, and each wrapped key says which one wrapped it (`used`).
    """

    def wrap(self, key: bytes, context: bytes, *, used: bytes | None = None) -> bytes:
        """Return ``key`` encrypted and authenticated together with ``context``, under the key with the id ``used``.

        None takes the key that there is, and makes the first.
        """
        ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key.

        Raises `KeyTampered` when anything differs (`KekReplaced` when it is under a key that is not here) and
        `KekMissing` when there is no key to use.
        """
        ...

    def used(self, wrapped: bytes) -> bytes:
        """Return the id of the key that wrapped this."""
        ...

    def renew(self, used: bytes | None) -> bytes:
        """Make a new key beside the one in use, and return its id."""
        ...

    def retire(self, used: bytes) -> None:
        """Destroy every key but the one in use; nobody can unwrap again what they wrapped."""
        ...


class FileKek:
    """A key-encryption key in a file that only its owner may read (mode 0600); see `sayso.vault.slots`.

    The file is made by the first `wrap`. `unwrap` never makes one: what is wrapped already needs the old key.
    """

    def __init__(self, path: Path) -> None:
        """Take the path; nothing is read before it is needed."""
        self.path = path
        self._file = KekFile(path)
        self._ciphers: dict[bytes, AESGCM] = {}

    def wrap(self, key: bytes, context: bytes, *, used: bytes | None = None) -> bytes:
        """Return version, id, nonce, AES-256-GCM ciphertext and tag (NIST SP 800-38D, 96-bit random nonce)."""
        if used is None:
            used = self._first()
        start, nonce = _VERSION + used, secrets.token_bytes(_NONCE_BYTES)
        return start + nonce + self._cipher(used).encrypt(nonce, key, start + context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return the key that `wrap` got; raise `KeyTampered` otherwise."""
        start, nonce, body = wrapped[:_START], wrapped[_START : _START + _NONCE_BYTES], wrapped[_START + _NONCE_BYTES :]
        try:
            if not start.startswith(_VERSION) or len(nonce) != _NONCE_BYTES:
                raise InvalidTag
            return self._cipher(self.used(wrapped)).decrypt(nonce, body, start + context)
        except InvalidTag:
            raise KeyTampered(
                f"a wrapped key does not open with {self.path}: it was altered, or this is not the key that wrapped it",
                hint="restore the key-encryption key and the key store from one backup",
            ) from None

    def used(self, wrapped: bytes) -> bytes:
        """Return the id, 8 bytes."""
        return wrapped[len(_VERSION) : _START]

    def renew(self, used: bytes | None) -> bytes:
        """Write a new key into the spare block of the file."""
        self._first()
        return self._file.renew(used)

    def retire(self, used: bytes) -> None:
        """Overwrite the other block of the file."""
        self._file.retire(used)
        self._ciphers = {}

    def _first(self) -> bytes:
        if not self._ciphers and not self.path.exists():
            self._file.create()
        self._load()
        return next(iter(self._ciphers))

    def _cipher(self, key_id: bytes) -> AESGCM:
        if key_id not in self._ciphers:
            self._load()
        if key_id not in self._ciphers:
            raise KekReplaced(
                f"a wrapped key is under another key-encryption key than {self.path} holds",
                hint="restore the key-encryption key and the key store from one backup",
            )
        return self._ciphers[key_id]

    def _load(self) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in self._file.read().items()}
