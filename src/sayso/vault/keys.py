"""The subject key: 32 random bytes a speaker, from which every key that touches the speaker's data comes."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final, Self

KEY_ID_BYTES: Final = 16
SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """One speaker's key under a random id that tells nothing about the speaker."""

    key_id: bytes
    secret: bytes = field(repr=False)
    _derived: dict[str, bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def fresh(cls) -> Self:
        """Return a new random key."""
        return cls(secrets.token_bytes(KEY_ID_BYTES), secrets.token_bytes(SECRET_BYTES))

    def derive(self, use: str) -> bytes:
        """Return the 32-byte key for one ``use``: HKDF-Expand with SHA-256, one block (RFC 5869, section 2.3).

        The extract step is left out because the secret is uniformly random already (section 3.3).
        """
        known = self._derived.get(use)
        if known is None:
            known = hmac.digest(self.secret, b"sayso subject key: " + use.encode() + b"\x01", "sha256")
            self._derived[use] = known
        return known


@dataclass(frozen=True, slots=True)
class DestroyedKey:
    """What remains of a destroyed subject key: its id (hex) and when it ceased to be (`clock.stamp`)."""

    key_id: str
    destroyed_at: str
