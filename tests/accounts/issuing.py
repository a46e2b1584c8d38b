"""An issuer of tokens with keys of its own, for tests."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

ISSUER, AUDIENCE = "https://login.example.org/", "https://speech.example.org"
SUBJECT = "ada.quixano@example.org"
KINDS = {
    "RS256": (lambda: rsa.generate_private_key(65537, 2048), RSAAlgorithm),
    "ES256": (lambda: ec.generate_private_key(ec.SECP256R1()), ECAlgorithm),
    "EdDSA": (ed25519.Ed25519PrivateKey.generate, OKPAlgorithm),
}
FILE = """
issuer = "{issuer}"
audience = "{audience}"
keys = "{keys}"
[claims]
organisation = "org"
role = ["realm", "roles"]
licensee = "licensee"
purposes = "purposes"
"""


@dataclass
class LoginService:
    """Publishes its public keys in a file, and signs what it is told to."""

    folder: Path
    keys: dict[str, tuple[str, object]] = field(default_factory=dict)

    @property
    def published(self) -> Path:
        return self.folder / "jwks.json"

    def add(self, kid: str, algorithm: str = "EdDSA") -> None:
        self.keys[kid] = (algorithm, KINDS[algorithm][0]())
        self.publish()

    def public(self, kid: str):
        return self.keys[kid][1].public_key()

    def rows(self) -> list[dict]:
        return [
            {**KINDS[algorithm][1].to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig"}
            for kid, (algorithm, key) in self.keys.items()
        ]

    def publish(self, *more: dict) -> None:
        self.published.write_text(json.dumps({"keys": [*self.rows(), *more]}))

    def file(self, keys: str | None = None, more: str = "") -> Path:
        path = self.folder / "oidc.toml"
        path.write_text(FILE.format(issuer=ISSUER, audience=AUDIENCE, keys=keys or self.published) + more)
        return path

    def token(self, kid: str, *, headers: dict | None = None, **claims) -> str:
        algorithm, key = self.keys[kid]
        return jwt.encode(claims_of(**claims), key, algorithm, {"kid": kid, **(headers or {})})


def claims_of(**claims) -> dict:
    """Return the claims of a good token with some others; None leaves one out."""
    at = int(time.time())
    whole = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": SUBJECT, "email": SUBJECT, "iat": at, "nbf": at, "exp": at + 600,
        "org": "org_aaaaaaaaaaaaaaaa", "realm": {"roles": ["producer", "offline_access"]},
        "licensee": "Northwind Audio", "purposes": ["audiobook/mystery", "agent"], **claims,
    }  # fmt: skip
    return {name: value for name, value in whole.items() if value is not None}
