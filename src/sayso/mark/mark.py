"""The mark: a 64-bit id carried inside the sound, and the keys that write and read it."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Final, Self

from sayso.mark.errors import KeysInvalid, MarkInvalid

ID_BITS: Final = 64
KEY_BYTES: Final = 32

_HEX16: Final = re.compile(r"[0-9a-f]{16}")
_SALT: Final = b"sayso mark keys v1"


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """What one clip carries: a random 64-bit ``id`` that tells nothing to who does not hold the operator's records.

    Ids are random, never counted up: code words of random ids lie about half their bits apart, those of neighbours
    only a few.
    """

    id: int

    def __post_init__(self) -> None:
        """Check the range."""
        if not 0 <= self.id < 1 << ID_BITS:
            raise MarkInvalid(f"got the mark id {self.id}, expected 0 to 2^{ID_BITS} - 1")

    @classmethod
    def new(cls) -> Self:
        """Return a fresh random mark."""
        return cls(secrets.randbits(ID_BITS))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the mark written as 16 lower-case hexadecimal digits; raise `MarkInvalid`."""
        if not _HEX16.fullmatch(text):
            raise MarkInvalid(f"got {text[:40]!r}, expected a mark id of 16 digits 0-9, a-f")
        return cls(int(text, 16))

    def __str__(self) -> str:
        """Return the id as 16 hexadecimal digits."""
        return f"{self.id:016x}"


@dataclass(frozen=True, slots=True)
class MarkKeys:
    """The keys of one operator. Whoever holds `public` alone can tell that a mark is there, not write or read one.

    ``public_pilot`` may be published with the free detector. ``private_pilot`` and ``data`` stay with the operator:
    they hold evidence that remains when somebody attacks the published pattern.
    """

    public_pilot: bytes = field(repr=False)
    private_pilot: bytes | None = field(default=None, repr=False)
    data: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Check the lengths."""
        for name in ("public_pilot", "private_pilot", "data"):
            key = getattr(self, name)
            if key is not None and len(key) != KEY_BYTES:
                raise KeysInvalid(f"got a {name} key of {len(key)} bytes, expected {KEY_BYTES}")

    @classmethod
    def derive(cls, secret: bytes) -> Self:
        """Return the keys that follow from an operator ``secret`` of at least 32 bytes (HKDF-SHA256, RFC 5869)."""
        if len(secret) < KEY_BYTES:
            raise KeysInvalid(f"got a secret of {len(secret)} bytes, expected at least {KEY_BYTES}")
        root = hmac.digest(_SALT, secret, "sha256")  # RFC 5869 2.2: extract
        return cls(*(_expand(root, name) for name in (b"public pilot", b"private pilot", b"data")))

    @property
    def public(self) -> Self:
        """Return what may be handed out: the key of the public pilot alone."""
        return type(self)(self.public_pilot)

    @property
    def is_complete(self) -> bool:
        """Return whether marks can be written and ids read."""
        return self.private_pilot is not None and self.data is not None


def _expand(root: bytes, name: bytes) -> bytes:
    return hmac.digest(root, name + b"\x01", "sha256")  # RFC 5869 2.3: one block is 32 bytes


def keyed_bytes(key: bytes, label: str, count: int) -> bytes:
    """Return ``count`` bytes that nobody without ``key`` can tell from random ones (SHAKE-256 as a keyed stream)."""
    return hashlib.shake_256(key + label.encode()).digest(count)
