"""The vocabulary of the ledger about accounts: organisations, licensees, credentials, what they keep, and refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sayso.ledger.corpus_acts import CorpusInputAdded, CorpusPublished, CorpusSpeakerWithdrawn
from sayso.ledger.entry import Act

__all__ = [
    "ActRefused",
    "AuthorityChanged",
    "ClockAccepted",
    "CorpusInputAdded",
    "CorpusPublished",
    "CorpusSpeakerWithdrawn",
    "CredentialIssued",
    "CredentialRevoked",
    "LicenseeHeld",
    "OrganisationAdded",
    "ProductionKept",
    "ShardClosed",
    "ShardOpened",
]


@dataclass(frozen=True, kw_only=True)
class ActRefused(Act):
    """An act was refused, since who asked lacks the ``right``, or may not name the ``licensee``.

    ``subject`` is their organisation, ``error`` the slug of the error.
    """

    TYPES: ClassVar = ("accounts:act:refused",)
    subject: str
    right: str
    error: str
    licensee: str | None = None


@dataclass(frozen=True, kw_only=True)
class OrganisationAdded(Act):
    """An organisation was added; ``subject`` is its id."""

    TYPES: ClassVar = ("accounts:organisation:added",)
    subject: str
    rows: str | None = None
    """The commitment to what is recorded of the organisation, its name too; so below."""


@dataclass(frozen=True, kw_only=True)
class LicenseeHeld(Act):
    """The organisation ``subject`` holds a licensee from now on."""

    TYPES: ClassVar = ("accounts:licensee:held",)
    subject: str
    licensee: str
    rows: str | None = None


@dataclass(frozen=True, kw_only=True)
class CredentialIssued(Act):
    """A credential was issued; ``subject`` is the organisation, or the pseudonym of the speaker whose it is."""

    TYPES: ClassVar = ("accounts:credential:issued",)
    subject: str
    credential: str
    role: str
    until: str
    rows: str | None = None


@dataclass(frozen=True, kw_only=True)
class CredentialRevoked(Act):
    """A credential was revoked; ``subject`` as in `CredentialIssued`."""

    TYPES: ClassVar = ("accounts:credential:revoked",)
    subject: str
    credential: str
    rows: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProductionKept(Act):
    """The plan of a production of the organisation ``subject`` was kept, or kept anew; ``rows`` commits to it."""

    TYPES: ClassVar = ("productions:plan:kept",)
    subject: str
    production: str
    licensee: str
    rows: str | None = None


@dataclass(frozen=True, kw_only=True)
class ClockAccepted(Act):
    """The operator says that the present clock is right, although an entry of the time ``newest`` stands before."""

    TYPES: ClassVar = ("operations:clock:accepted",)
    newest: str


@dataclass(frozen=True, kw_only=True)
class AuthorityChanged(Act):
    """Somebody else signs content credentials from now on; ``certificate`` is the SHA-256 of the leaf."""

    TYPES: ClassVar = ("credentials:authority:changed",)
    authority: str
    certificate: str
    algorithm: str


@dataclass(frozen=True, kw_only=True)
class ShardClosed(Act):
    """A shard of the log ended; ``next`` is the key of the one after it."""

    TYPES: ClassVar = ("ledger:shard:closed",)
    origin: str
    next: str


@dataclass(frozen=True, kw_only=True)
class ShardOpened(Act):
    """A shard of the log began, after the final checkpoint of the one before it."""

    TYPES: ClassVar = ("ledger:shard:opened",)
    origin: str
    size: int
    root: str
    vkey: str
