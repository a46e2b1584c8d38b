"""Who else says who asks: an issuer of tokens (OpenID Connect, RFC 9068), trusted by a file that the operator wrote.

issuer = "https://login.example.org/"
audience = "https://speech.example.org"
keys = "https://login.example.org/jwks.json"      # or a file; they are fetched from nowhere else

[claims]                                          # by which claim a token tells each; a list goes into objects
organisation = "org_id"
role = ["realm_access", "roles"]
licensee = "licensee"
purposes = "purposes"

[organisations]                                   # what the issuer's words mean here; without it they are ids
northwind = "org_aaaaaaaaaaaaaaaa"

[roles]                                           # without it producer and auditor mean themselves
narrators = "producer"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from sayso.accounts.actor import Role
from sayso.accounts.errors import IssuerInvalid

ALGORITHMS: Final = ("RS256", "ES256", "EdDSA")
"""How a token may be signed: with keys that only its issuer has. Neither ``none`` nor a shared secret is among them."""

CLAIMS: Final = ("organisation", "role", "licensee", "purposes")

_LOCAL: Final = ("localhost", "127.0.0.1", "::1")
_MAX_LEEWAY_S: Final = 300


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """One issuer: whose tokens are taken, for which audience, signed how, and what their claims mean here.

    ``leeway_s`` is how far clocks may differ; a token that is valid for longer than ``longest_s`` is refused, since it
    cannot be revoked here.
    """

    issuer: str
    audience: str
    keys: str
    claims: Mapping[str, tuple[str, ...]]
    organisations: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=lambda: {each: each for each in ("producer", "auditor")})
    algorithms: tuple[str, ...] = ALGORITHMS
    leeway_s: int = 30
    longest_s: int = 86_400

    @classmethod
    def read(cls, file: Path) -> Self:
        """Return what the file tells; raise `IssuerInvalid` naming what is wrong in it."""
        try:
            told = tomllib.loads(file.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise IssuerInvalid(f"{file} cannot be read ({type(error).__name__}), expected a file of TOML") from None
        names = {each.name for each in fields(cls)}
        _check(told.keys() <= names, f"{', '.join(sorted(told.keys() - names))}: expected {', '.join(sorted(names))}")
        lacks = sorted({"issuer", "audience", "keys"} - told.keys())
        _check(not lacks, f"{', '.join(lacks)}: expected a text")
        paths = {name: _path(name, value) for name, value in _table(told, "claims").items()}
        _check(paths.keys() == set(CLAIMS), f"claims: expected one for each of {', '.join(CLAIMS)}")
        made = cls(**{**told, "claims": paths, "algorithms": tuple(told.get("algorithms", ALGORITHMS))})
        made.require_values()
        return made

    def require_values(self) -> None:
        """Raise `IssuerInvalid` for a value that no issuer has."""
        for name in ("issuer", "audience", "keys"):
            _check(isinstance(getattr(self, name), str) and getattr(self, name), f"{name}: expected a text")
        _check(
            set(self.algorithms) <= set(ALGORITHMS) and self.algorithms, f"algorithms: expected some of {ALGORITHMS}"
        )
        _check(type(self.leeway_s) is int and 0 <= self.leeway_s <= _MAX_LEEWAY_S, "leeway_s: expected 0 to 300")
        _check(type(self.longest_s) is int and self.longest_s > 0, "longest_s: expected a number of seconds")
        known = {str(each) for each in Role if each is not Role.SPEAKER}
        _check(set(_table_of(self.roles, "roles").values()) <= known, f"roles: expected {', '.join(sorted(known))}")
        _table_of(self.organisations, "organisations")
        if "://" in self.keys:
            parts = urlsplit(self.keys)
            is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
            _check(is_safe and parts.hostname, "keys: expected a file, or an address that begins with https://")


def _table(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = told.get(name, {})
    if not isinstance(found, dict):
        raise IssuerInvalid(f"{name}: expected a table")
    return found


def _table_of(found: object, name: str) -> Mapping[str, str]:
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise IssuerInvalid(f"{name}: expected a table of texts")
    return found


def _path(name: str, value: object) -> tuple[str, ...]:
    """Return the names that lead to a claim."""
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list) or not parts or not all(isinstance(each, str) and each for each in parts):
        raise IssuerInvalid(f"claims.{name}: expected the name of a claim, or a list of names")
    return tuple(parts)


def _check(holds: object, message: str) -> None:
    if not holds:
        raise IssuerInvalid(message)
