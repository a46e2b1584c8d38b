"""The public keys of an issuer (RFC 7517), from a file or from its address, and from nowhere that a token names.

They are read again when they are old, and when a token names a key that is not among them: that may be a new one. How
often is bounded, whatever tokens come.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from jwt import PyJWK
from jwt.exceptions import PyJWTError

from sayso.accounts.errors import IssuerUnavailable, TokenRefused

FRESH_S: Final = 600.0
"""How old keys may be before they are read again."""
AGAIN_S: Final = 30.0
"""No oftener than this are they read, whatever was asked for."""
KEPT_S: Final = 86_400.0
"""How long they are trusted while they cannot be read again."""

_TIMEOUT_S: Final = 5.0
_MAX_BYTES: Final = 256 * 1024
_MAX_KEYS: Final = 100
_RSA_BITS: Final = 2048
_PUBLIC: Final = ("kty", "n", "e", "crv", "x", "y")
_ALGORITHMS: Final[Mapping[tuple[Any, Any], str]] = {
    ("RSA", None): "RS256",
    ("EC", "P-256"): "ES256",
    ("OKP", "Ed25519"): "EdDSA",
}


class IssuerKeys:
    """The keys of one issuer, by their ids; asked from many threads."""

    def __init__(self, source: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Take a file, or an address of https; nothing is read yet."""
        self._source, self._clock = source, clock
        self._keys: Mapping[str, PyJWK] = {}
        self._read_s = self._tried_s = float("-inf")
        self._lock = threading.Lock()

    def find(self, kid: str) -> PyJWK:
        """Return the key of this id; raise `TokenRefused`, or `IssuerUnavailable` while there are no keys at all."""
        if self._age_s() > FRESH_S or kid not in self._keys:
            self._refresh()
        if self._clock() - self._read_s > KEPT_S:
            raise IssuerUnavailable("the keys of the issuer of tokens cannot be read; ask again later")
        found = self._keys.get(kid)
        if found is None:
            raise TokenRefused("token: got one that is signed with a key which its issuer does not publish")
        return found

    def _age_s(self) -> float:
        return self._clock() - self._read_s

    def _refresh(self) -> None:
        """Read the keys, if that was not tried just now; who finds another at it waits only while there are none."""
        if not self._lock.acquire(timeout=-1 if not self._keys else 0):
            return
        try:
            if self._clock() - self._tried_s < AGAIN_S:
                return
            self._tried_s = self._clock()
            self._keys = _parsed(_read(self._source))
            self._read_s = self._clock()
        except (OSError, ValueError, http.client.HTTPException):
            return  # those that are there hold on for a while
        finally:
            self._lock.release()


def _read(source: str) -> bytes:
    """Return what stands there; raise OSError. No redirection is followed: the operator named this address."""
    if "://" not in source:
        with Path(source).open("rb") as file:
            return file.read(_MAX_BYTES)
    parts = urlsplit(source)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
        response = connection.getresponse()
        if response.status != http.HTTPStatus.OK:
            raise OSError(f"the issuer answered {response.status}")
        return response.read(_MAX_BYTES)
    finally:
        connection.close()


def _parsed(data: bytes) -> dict[str, PyJWK]:
    """Return the keys that may sign tokens; raise ValueError for what is no set of keys."""
    told = json.loads(data)
    rows = told.get("keys") if isinstance(told, dict) else None
    known = rows[:_MAX_KEYS] if isinstance(rows, list) else []
    found = {str(row["kid"]): key for row in known if (key := _key(row)) is not None}
    if not found:
        raise ValueError("expected a key that may sign tokens")
    return found


def _key(row: Any) -> PyJWK | None:
    """Return the public key that ``row`` is, None for one of another kind or use, or one that is too short."""
    if not isinstance(row, dict) or not isinstance(row.get("kid"), str) or row.get("use", "sig") != "sig":
        return None
    algorithm = _ALGORITHMS.get((row.get("kty"), row.get("crv")))
    if algorithm is None or row.get("alg", algorithm) != algorithm:
        return None
    try:
        made = PyJWK({name: row[name] for name in _PUBLIC if name in row}, algorithm)
    except (PyJWTError, ValueError, TypeError):
        return None
    return None if getattr(made.key, "key_size", _RSA_BITS) < _RSA_BITS and algorithm == "RS256" else made
