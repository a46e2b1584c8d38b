"""Secrets of credentials: 256 random bits, shown once; here only a keyed digest of them is kept.

A secret that long cannot be guessed, so that a slow hash adds nothing. The digest is keyed with a secret of the key
store: whoever takes the database alone can neither test a guess nor enter a credential of their own.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Final, Self

from sayso.accounts.errors import CredentialInvalid
from sayso.ids import CredentialId

KEY_NAME: Final = "credentials"
"""The name of the operator secret that keys the digests."""

_SECRET_BYTES: Final = 32
_WRITTEN: Final = re.compile(r"(crd_[a-z2-7]{16})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Presented:
    """A credential as its holder presents it."""

    credential: CredentialId
    secret: str = field(repr=False)

    @classmethod
    def new(cls, credential: CredentialId) -> Self:
        """Return a fresh secret for ``credential``."""
        return cls(credential, secrets.token_urlsafe(_SECRET_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `text` gives; raise `CredentialInvalid`, without saying what was got."""
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise CredentialInvalid("credential: got a malformed one, expected crd_..., a dot and 43 characters")
        return cls(CredentialId(found[1]), found[2])

    @property
    def text(self) -> str:
        """The one form in which a credential is handed over: id, dot, secret."""
        return f"{self.credential}.{self.secret}"

    def digest(self, key: bytes, stands_for: str) -> bytes:
        """Return the digest (32 bytes) that is kept, keyed with ``key`` (32 bytes), over what it stands for too."""
        text = f"{self.text} {stands_for}".encode()
        return hashlib.blake2b(text, key=key, digest_size=32, person=b"sayso credential").digest()

    def matches(self, kept: bytes | None, key: bytes, stands_for: str) -> bool:
        """Return whether ``kept`` is the digest of this; takes as long where there is none."""
        return hmac.compare_digest(self.digest(key, stands_for), kept or bytes(32)) and kept is not None
