"""The vocabulary of the ledger about corpora; none of it tells a speaker, a name of a corpus or of a recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sayso.ledger.entry import Act


@dataclass(frozen=True, kw_only=True)
class _OfCorpus(Act):
    """An act on the corpus ``corpus`` (a digest of its name) of the organisation ``subject``."""

    subject: str
    corpus: str


@dataclass(frozen=True, kw_only=True)
class CorpusInputAdded(_OfCorpus):
    """Recordings were added; the entry names the grant, or ``licence`` the licence, by which they are there."""

    TYPES: ClassVar = ("corpus:input:added",)
    licence: str | None = None


@dataclass(frozen=True, kw_only=True)
class CorpusPublished(_OfCorpus):
    """A catalogue was published: the digest of contents and decisions, and how many segments stay."""

    TYPES: ClassVar = ("corpus:catalogue:published",)
    digest: str
    segments: int


@dataclass(frozen=True, kw_only=True)
class CorpusSpeakerWithdrawn(_OfCorpus):
    """A speaker was taken out of a corpus: so many segments of it."""

    TYPES: ClassVar = ("corpus:speaker:withdrawn",)
    segments: int
