"""The vocabulary of the ledger: every type of entry, as a class with its fields.

The classes here say which facts an entry of each type has. Rooms and workflows log acts, never bare entries: no field
is misspelled or left out. A field that is None is not written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import ClassVar, Final

from sayso.ledger.account_acts import (
    ActRefused,
    AuthorityChanged,
    ClockAccepted,
    CredentialIssued,
    CredentialRevoked,
    EnrollmentBegun,
    EnrollmentDecided,
    EnrollmentJudged,
    EnrollmentStarted,
    ErasureBegun,
    ErasureCertified,
    ItemRemoved,
    KeyDestroyedAgain,
    LicenseeHeld,
    OrganisationAdded,
    ProductionKept,
    RowsDeleted,
    ShardClosed,
    ShardOpened,
)
from sayso.ledger.entry import Act, Entry, Fact, OfSpeaker, OfSpeakerT
from sayso.ledger.errors import EntryInvalid

__all__ = [
    "Act",
    "ActRefused",
    "AuthorityChanged",
    "ClockAccepted",
    "CredentialIssued",
    "CredentialRevoked",
    "EnrollmentBegun",
    "EnrollmentDecided",
    "EnrollmentJudged",
    "EnrollmentStarted",
    "ErasureBegun",
    "ErasureCertified",
    "ItemRemoved",
    "KeyDestroyedAgain",
    "LicenseeHeld",
    "OfSpeaker",
    "OfSpeakerT",
    "OrganisationAdded",
    "ProductionKept",
    "RowsDeleted",
    "ShardClosed",
    "ShardOpened",
    "act_of",
    "registry",
]

GRANT_STATES: Final = (
    "requested", "given", "suspended", "withdrawn", "revoked", "expired", "invalidated", "erased",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class SpeakerAdded(OfSpeaker):
    """A speaker was added."""

    TYPES: ClassVar = ("consent:speaker:added",)
    subject: str


@dataclass(frozen=True, kw_only=True)
class SpeakerDied(OfSpeaker):
    """A speaker's death was recorded."""

    TYPES: ClassVar = ("consent:speaker:died",)
    subject: str


@dataclass(frozen=True, kw_only=True)
class SpeakerKeyChanged(OfSpeaker):
    """A speaker's key was registered, rotated, recovered, exported or handed over; ``key`` is a commitment."""

    TYPES: ClassVar = ("consent:speaker:key",)
    subject: str
    key: str
    kept_by: str
    how: str
    who: str
    number: int | None = None
    previous: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class GrantEntered(OfSpeaker):
    """A grant was requested or given: commitments to its terms and signature, for whom, under which outer consent."""

    TYPES: ClassVar = ("consent:grant:given", "consent:grant:requested")
    UNLOGGED: ClassVar = frozenset({"state"})
    state: str
    licensee: str
    terms: str
    version: int
    subject: str | None = None
    signature: str | None = None
    outer: str | None = None
    house: bool | None = None
    note: str | None = None
    purpose: str | None = None
    origin: str | None = None
    """Whose word stands behind the terms: ``dictated``, ``signed`` or ``typed``."""

    @property
    def type(self) -> str:
        """Return the entry type."""
        return f"consent:grant:{self.state}"

    @classmethod
    def _typed(cls, entry: Entry) -> dict[str, Fact]:
        return {"state": entry.type.rpartition(":")[2]}


@dataclass(frozen=True, kw_only=True)
class GrantAmended(OfSpeaker):
    """A grant has a next version."""

    TYPES: ClassVar = ("consent:grant:amended",)
    terms: str
    version: int
    signature: str | None = None
    outer: str | None = None
    origin: str | None = None


@dataclass(frozen=True, kw_only=True)
class GrantChanged(OfSpeaker):
    """A grant is in another state, by whose act, in an erasure by which plan."""

    TYPES: ClassVar = tuple(f"consent:grant:{state}" for state in GRANT_STATES)
    UNLOGGED: ClassVar = frozenset({"state"})
    state: str
    who: str
    version: int | None = None
    signature: str | None = None
    plan: str | None = None

    @property
    def type(self) -> str:
        """Return the entry type."""
        return f"consent:grant:{self.state}"

    @classmethod
    def _typed(cls, entry: Entry) -> dict[str, Fact]:
        return {"state": entry.type.rpartition(":")[2]}


@dataclass(frozen=True, kw_only=True)
class StockAdmitted(Act):
    """The stock voices of an engine were admitted, so many; ``rows`` is the commitment to what is recorded of them."""

    TYPES: ClassVar = ("voices:stock:admitted",)
    engine: str
    count: int
    rows: str


class Permitted(StrEnum):
    """What is done under a permit: the stem of the entry types of its intent, refusal, failure and result."""

    CLIP = "synthesis:clip"
    VOICE = "voices:voice"
    EXPORT = "publication:clip"
    CHAPTER = "publication:chapter"
    FILE = "marking:file"
    ITEM = "storage:item"
    COPY = "storage:copy"


@dataclass(frozen=True, kw_only=True)
class _Charging(Act):
    """An act under a grant that tells what is charged in all as it is done: to the grant, and to its outer consent."""

    used_ms: int | None = None
    used_takes: int | None = None
    outer_ms: int | None = None
    outer_takes: int | None = None


@dataclass(frozen=True, kw_only=True)
class _Decided(Act):
    """A request and what was decided; names no person and holds no text."""

    UNLOGGED: ClassVar = frozenset({"of"})
    of: Permitted
    action: str
    licensee: str
    purpose: str
    subject: str
    text: str
    ceiling_ms: int
    decision: str
    project: str | None = None
    language: str | None = None
    territory: str | None = None
    channel: str | None = None
    disclosure: str | None = None
    sublicensee: str | None = None
    topics: str | None = None

    @classmethod
    def _typed(cls, entry: Entry) -> dict[str, Fact]:
        return {"of": Permitted(entry.type.rpartition(":")[0])}


@dataclass(frozen=True, kw_only=True)
class Intended(_Decided, _Charging):
    """A request was permitted: what will be made, before any of it is."""

    TYPES: ClassVar = tuple(f"{of}:intended" for of in Permitted)
    permit: str
    outer: str | None = None
    clip: str | None = None
    mark: str | None = None  # of sound that is heard while it is made: what is found in it, were this its last entry

    @property
    def type(self) -> str:
        """Return the entry type."""
        return f"{self.of}:intended"


@dataclass(frozen=True, kw_only=True)
class RequestRefused(_Decided):
    """A request was refused."""

    TYPES: ClassVar = tuple(f"{of}:refused" for of in Permitted)

    @property
    def type(self) -> str:
        """Return the entry type."""
        return f"{self.of}:refused"


@dataclass(frozen=True, kw_only=True)
class Result(Act):
    """What came of a permit: it says again for whom and what for, since by that it is looked for."""

    permit: str = ""
    licensee: str = ""
    purpose: str = ""
    project: str | None = None
    rows: str | None = None  # the commitment to what is recorded of the result


@dataclass(frozen=True, kw_only=True)
class Failed(Result):
    """Nothing came of a permit."""

    TYPES: ClassVar = tuple(f"{of}:failed" for of in Permitted)
    UNLOGGED: ClassVar = frozenset({"of"})
    of: Permitted

    @property
    def type(self) -> str:
        """Return the entry type."""
        return f"{self.of}:failed"

    @classmethod
    def _typed(cls, entry: Entry) -> dict[str, Fact]:
        return {"of": Permitted(entry.type.rpartition(":")[0])}


@dataclass(frozen=True, kw_only=True)
class ClipMade(Result, _Charging):
    """A clip was made: its mark, its length, a commitment to its sound, and what its labels say."""

    TYPES: ClassVar = (f"{Permitted.CLIP}:made",)
    clip: str
    mark: str
    mark_readable: bool
    mark_lost: str
    duration_ms: int
    output: str
    labels: str | None = None
    jurisdictions: str | None = None
    live: str | None = None  # of sound heard while it was made: ``complete``, ``stopped``, ``cut`` or ``failed``


@dataclass(frozen=True, kw_only=True)
class ClipHeard(Result):
    """So much of a clip that is heard while it is made has been heard: it stays charged whatever comes after."""

    TYPES: ClassVar = (f"{Permitted.CLIP}:heard",)
    reservation: str
    heard_ms: int


@dataclass(frozen=True, kw_only=True)
class VoiceMade(Result):
    """A voice was cloned."""

    TYPES: ClassVar = (f"{Permitted.VOICE}:made",)
    voice: str
    engine: str
    similarity_milli: int
    path: str
    """By what way the recordings came in: ``enrolled``, ``licensed`` or ``attested``."""
    enrollment: str | None = None
    licence: str | None = None
    evidence: str | None = None
    """The commitment to where it stands that the recording may be cloned from."""


@dataclass(frozen=True, kw_only=True)
class ClipExported(Result):
    """A clip was written to another file; ``output`` is a commitment to the file."""

    TYPES: ClassVar = (f"{Permitted.EXPORT}:made",)
    clip: str
    mark: str
    output: str


@dataclass(frozen=True, kw_only=True)
class ChapterReleased(Result):
    """The part of one voice in a chapter was released; ``output`` commits to the clips, ``clips`` counts them."""

    TYPES: ClassVar = (f"{Permitted.CHAPTER}:made",)
    production: str
    chapter: int
    clips: int
    duration_ms: int
    output: str


@dataclass(frozen=True, kw_only=True)
class FileMarked(Result):
    """A file from outside got a mark."""

    TYPES: ClassVar = (f"{Permitted.FILE}:made",)
    mark: str
    duration_ms: int


@dataclass(frozen=True, kw_only=True)
class ItemStored(Result):
    """A recording was stored for a purpose in a form; ``output`` is a commitment to its bytes."""

    TYPES: ClassVar = (f"{Permitted.ITEM}:made",)
    item: str
    kept_for: str
    form: str
    duration_ms: int
    output: str


@dataclass(frozen=True, kw_only=True)
class ItemCopied(Result):
    """A stored recording was written to a file; ``output`` is a commitment to the file."""

    TYPES: ClassVar = (f"{Permitted.COPY}:made",)
    item: str
    output: str


@cache
def registry() -> dict[str, tuple[type[Act], ...]]:
    """Return the classes of each entry type."""
    kinds = [(name, kind) for kind in _subclasses(Act) for name in kind.TYPES]
    return {name: tuple(kind for known, kind in kinds if known == name) for name, _ in kinds}


def act_of(entry: Entry) -> Act:
    """Return the act that ``entry`` tells of; raise `EntryInvalid` for a type or facts that are in no class."""
    for kind in registry().get(entry.type, ()):
        try:
            return kind.read(entry)
        except EntryInvalid:
            continue
    raise EntryInvalid(f"entry {entry.type}: got a type or facts that are not in the vocabulary of the ledger")


def entry_of(type: str, at: str, grant: str | None, facts: Mapping[str, Fact]) -> Entry:  # noqa: A002 - as in `Entry`
    """Return the entry of an act whose facts come from several rooms; raise `EntryInvalid` as `act_of` does."""
    return act_of(Entry(type, at, grant, facts)).entry(at, grant)


def _subclasses(kind: type[Act]) -> Iterator[type[Act]]:
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)
