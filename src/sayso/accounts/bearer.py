"""Tokens of a trusted issuer: a signature by one of its keys, for us, now, and what its claims mean here.

What a token says of itself chooses nothing but one of the issuer's keys: the algorithm must be that of the key, and
headers that name keys elsewhere (``jku``, ``x5u``, ``jwk``) are not read. What is refused says why without saying what
was got.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import jwt
from jwt.exceptions import ExpiredSignatureError, PyJWTError

from sayso.accounts.actor import Role
from sayso.accounts.errors import KeyScopeInvalid, LicenseeInvalid, TokenRefused
from sayso.accounts.issuer import TrustedIssuer
from sayso.accounts.issuer_keys import IssuerKeys
from sayso.accounts.store import normal
from sayso.accounts.terms import KeyScope
from sayso.clock import now
from sayso.errors import Invalid
from sayso.ids import CredentialId, OrganisationId, parse_id

_MAX_CHARS: Final = 500
_MAX_PURPOSES: Final = 32


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who bears a token: ``credential`` names issuer and subject without telling either, ``until_s`` its end."""

    credential: CredentialId
    organisation: OrganisationId
    role: Role
    scope: KeyScope
    until_s: int


class BearerTokens:
    """Reads the tokens of one issuer."""

    def __init__(self, issuer: TrustedIssuer, key: bytes, keys: IssuerKeys | None = None) -> None:
        """Take the issuer, and the ``key`` (32 bytes) that subjects are hashed with: many are addresses."""
        self._issuer, self._key = issuer, key
        self._keys = keys or IssuerKeys(issuer.keys)

    def read(self, token: str) -> Bearer:
        """Return who bears the token; raise `TokenRefused`, or `IssuerUnavailable` where no keys can be read."""
        claims = self._verified(token)
        subject, until_s = _text(claims["sub"]), int(claims["exp"]) + self._issuer.leeway_s
        if until_s - now().timestamp() > self._issuer.longest_s + self._issuer.leeway_s:
            raise TokenRefused(f"token: got one that is valid for more than {self._issuer.longest_s} s")
        try:
            organisation = OrganisationId(parse_id("organisation", self._organisation(claims)))
            scope = self._scope(claims)
        except Invalid as error:
            raise TokenRefused(f"token: got claims that name nothing here ({error.slug})") from None
        return Bearer(self._credential(subject), organisation, self._role(claims), scope, until_s)

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            kid, algorithm = header.get("kid"), header.get("alg")
            if algorithm not in self._issuer.algorithms:
                raise TokenRefused(f"token: expected one that is signed by {' or '.join(self._issuer.algorithms)}")
            if not isinstance(kid, str) or "crit" in header:
                raise TokenRefused("token: expected one that names its key, and asks for nothing else")
            found = self._keys.find(kid)
            if found.algorithm_name != algorithm:
                raise TokenRefused("token: got one that is signed in another way than its key is for")
            return jwt.decode(
                token,
                found.key,
                algorithms=[algorithm],
                audience=self._issuer.audience,
                issuer=self._issuer.issuer,
                leeway=self._issuer.leeway_s,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except ExpiredSignatureError:
            raise TokenRefused("token: got one that has expired; get a new one from its issuer") from None
        except (PyJWTError, ValueError, TypeError) as error:
            raise TokenRefused(f"token: got one that is not valid here ({type(error).__name__})") from None

    def _organisation(self, claims: Mapping[str, Any]) -> str:
        word, known = _text(self._told(claims, "organisation")), self._issuer.organisations
        if known and word not in known:
            raise TokenRefused("token: got an organisation that the issuer's file does not name")
        return known.get(word, word)

    def _role(self, claims: Mapping[str, Any]) -> Role:
        words = _texts(self._told(claims, "role"))
        found = {self._issuer.roles[word] for word in words if word in self._issuer.roles}
        if len(found) != 1:
            raise TokenRefused(f"token: got {len(found)} roles that are known here, expected one")
        return Role(found.pop())

    def _scope(self, claims: Mapping[str, Any]) -> KeyScope:
        purposes = _texts(self._told(claims, "purposes"))
        try:
            licensee = normal(_text(self._told(claims, "licensee")))
            return KeyScope(licensee, purposes[0], purposes=tuple(purposes))
        except (LicenseeInvalid, KeyScopeInvalid, IndexError):
            raise TokenRefused("token: expected a licensee, and at least one purpose") from None

    def _told(self, claims: Mapping[str, Any], name: str) -> object:
        found: Any = claims
        for part in self._issuer.claims[name]:
            found = found.get(part) if isinstance(found, dict) else None
        return found

    def _credential(self, subject: str) -> CredentialId:
        """Return ``oid_``, 4 characters of the issuer's digest and 12 of the subject's, which is keyed."""
        issuer = hashlib.blake2b(self._issuer.issuer.encode(), digest_size=5, person=b"sayso issuer").digest()
        text = f"{self._issuer.issuer} {subject}".encode()
        bearer = hashlib.blake2b(text, key=self._key, digest_size=10, person=b"sayso bearer").digest()
        return CredentialId(f"oid_{b32encode(issuer)[:4].decode().lower()}{b32encode(bearer)[:12].decode().lower()}")


def _text(found: object) -> str:
    if not isinstance(found, str) or not 0 < len(found) <= _MAX_CHARS:
        raise TokenRefused("token: got a claim that is no text")
    return found


def _texts(found: object) -> list[str]:
    """Return the words of a claim: a list of texts, or one text with spaces between them."""
    words = found.split() if isinstance(found, str) else found
    if not isinstance(words, list) or len(words) > _MAX_PURPOSES or not all(isinstance(each, str) for each in words):
        raise TokenRefused("token: got a claim that is no list of words")
    return words
