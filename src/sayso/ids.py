"""Ids: a three-letter prefix that names the noun, and 80 random bits.

An id carries no meaning and no order, so that a ledger entry which names it tells nothing about a person.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from typing import Final, NewType

from sayso.errors import Invalid

SpeakerId = NewType("SpeakerId", str)
GrantId = NewType("GrantId", str)
VoiceId = NewType("VoiceId", str)
ClipId = NewType("ClipId", str)
ArtifactId = NewType("ArtifactId", str)
PermitId = NewType("PermitId", str)
PlanId = NewType("PlanId", str)
CertificateId = NewType("CertificateId", str)
OrganisationId = NewType("OrganisationId", str)
CredentialId = NewType("CredentialId", str)
RunId = NewType("RunId", str)
ProductionId = NewType("ProductionId", str)
EnrollmentId = NewType("EnrollmentId", str)
GateId = NewType("GateId", str)
ProtectedId = NewType("ProtectedId", str)

OWN_ORGANISATION: Final = OrganisationId("org_aaaaaaaaaaaaaaaa")
"""The organisation that runs the installation; it is there from the start."""

PREFIXES: Final = {
    "speaker": "spk",
    "grant": "grt",
    "voice": "voi",
    "clip": "clp",
    "artifact": "art",
    "permit": "prm",
    "plan": "pln",
    "certificate": "crt",
    "organisation": "org",
    "credential": "crd",
    "run": "run",
    "production": "prd",
    "enrollment": "enr",
    "gate": "gat",
    "protected": "prt",
}

_RANDOM_BYTES: Final = 10  # 80 bits: no collision worth a thought below 10^9 ids
_BODY: Final = re.compile(r"[a-z2-7]{16}")

ID_LENGTH: Final = 20
"""Characters of every id: prefix, underscore, body."""


class IdInvalid(Invalid):
    """The text is no id."""


def new_id(noun: str) -> str:
    """Return a fresh id for ``noun`` (a key of `PREFIXES`), such as ``spk_6dnq2kz7w4xkq3ya``."""
    return _id(noun, secrets.token_bytes(_RANDOM_BYTES))


def derived_id(noun: str, *parts: str) -> str:
    """Return the id for ``noun`` that follows from ``parts``: the same work, done again, has the same id."""
    joined = "".join(f"{len(part)}:{part}" for part in (noun, *parts))
    return _id(noun, hashlib.sha256(joined.encode()).digest()[:_RANDOM_BYTES])


def _id(noun: str, data: bytes) -> str:
    return f"{PREFIXES[noun]}_{base64.b32encode(data).decode().lower()}"


def parse_id(noun: str, text: str) -> str:
    """Return ``text`` if it is an id of ``noun``; otherwise raise `Invalid`."""
    prefix, _, body = text.partition("_")
    if prefix != PREFIXES[noun] or not _BODY.fullmatch(body):
        raise IdInvalid(f"got {text[:40]!r}, expected a {noun} id such as {PREFIXES[noun]}_ and 16 characters a-z, 2-7")
    return text
