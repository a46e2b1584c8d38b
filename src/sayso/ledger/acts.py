"""The vocabulary of the ledger: every type of entry, as a class with its fields.

`Entry` holds any facts; the classes here say which facts an entry of each type has. Rooms and workflows log acts,
never bare entries, so that a field cannot be misspelled or left out. A field that is None is not written.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, Self

from sayso.ledger.entry import Entry, Fact
from sayso.ledger.errors import EntryInvalid

GRANT_STATES: Final = (
    "requested",
    "given",
    "suspended",
    "withdrawn",
    "revoked",
    "expired",
    "invalidated",
    "erased",
)


@dataclass(frozen=True, kw_only=True)
class Act:
    """What happened. ``TYPES`` are the entry types of the class; the fields are the facts."""

    TYPES: ClassVar[tuple[str, ...]] = ()
    UNLOGGED: ClassVar[frozenset[str]] = frozenset()
    """Fields that the type tells of, and that are no facts."""

    @property
    def type(self) -> str:
        """Return the entry type."""
        return self.TYPES[0]

    def facts(self) -> dict[str, Fact]:
        """Return the facts, without what is None."""
        named = ((field.name, getattr(self, field.name)) for field in dataclasses.fields(self))
        return {name: value for name, value in named if value is not None and name not in self.UNLOGGED}

    def entry(self, at: str, grant: str | None = None) -> Entry:
        """Return the entry for the act at ``at`` (as `clock.stamp` writes it), under ``grant`` if there is one."""
        return Entry(self.type, at, grant, self.facts())

    @classmethod
    def read(cls, entry: Entry) -> Self:
        """Return the act that ``entry`` tells of; raise `EntryInvalid` for another type, or other facts."""
        known = {field.name: field for field in dataclasses.fields(cls) if field.name not in cls.UNLOGGED}
        unknown = [name for name in entry.facts if name not in known]
        missing = [
            name for name, field in known.items() if field.default is dataclasses.MISSING and name not in entry.facts
        ]
        if entry.type not in cls.TYPES or unknown or missing:
            wrong = ", ".join([*unknown, *missing]) or entry.type
            raise EntryInvalid(f"entry {entry.type}: got {wrong[:80]!r}, expected the fields of {cls.__name__}")
        return cls(**cls._typed(entry), **dict(entry.facts))

    @classmethod
    def _typed(cls, entry: Entry) -> dict[str, Fact]:
        """Return the fields that the type tells of."""
        del entry
        return {}


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
class SpeakerAdded(Act):
    """A speaker was added."""

    TYPES: ClassVar = ("consent:speaker:added",)
    subject: str


@dataclass(frozen=True, kw_only=True)
class SpeakerDied(Act):
    """A speaker's death was recorded."""

    TYPES: ClassVar = ("consent:speaker:died",)
    subject: str


@dataclass(frozen=True, kw_only=True)
class ClockAccepted(Act):
    """The operator says that the present clock is right, although an entry of the time ``newest`` stands before."""

    TYPES: ClassVar = ("operations:clock:accepted",)
    newest: str


@dataclass(frozen=True, kw_only=True)
class SpeakerKeyChanged(Act):
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
class GrantEntered(Act):
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

    @property
    def type(self) -> str:
        """Return the entry type."""
        return f"consent:grant:{self.state}"

    @classmethod
    def _typed(cls, entry: Entry) -> dict[str, Fact]:
        return {"state": entry.type.rpartition(":")[2]}


@dataclass(frozen=True, kw_only=True)
class GrantAmended(Act):
    """A grant has a next version."""

    TYPES: ClassVar = ("consent:grant:amended",)
    terms: str
    version: int
    signature: str | None = None
    outer: str | None = None


@dataclass(frozen=True, kw_only=True)
class GrantChanged(Act):
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
class AuthorityChanged(Act):
    """Somebody else signs content credentials from now on; ``certificate`` is the SHA-256 of the leaf."""

    TYPES: ClassVar = ("credentials:authority:changed",)
    authority: str
    certificate: str
    algorithm: str


@dataclass(frozen=True, kw_only=True)
class ErasureBegun(Act):
    """An erasure was begun; ``inventory`` is the root of what it names."""

    TYPES: ClassVar = ("erasure:plan:begun",)
    plan: str
    inventory: str
    size: int


@dataclass(frozen=True, kw_only=True)
class ErasureCertified(Act):
    """An erasure was certified; ``digest`` is that of the certificate."""

    TYPES: ClassVar = ("erasure:certificate:issued",)
    certificate: str
    plan: str
    digest: str


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


class Permitted(StrEnum):
    """What is done under a permit: the stem of the entry types of its intent, refusal, failure and result."""

    CLIP = "synthesis:clip"
    VOICE = "voices:voice"
    EXPORT = "publication:clip"
    FILE = "marking:file"


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
class Intended(_Decided):
    """A request was permitted: what will be made, before any of it is."""

    TYPES: ClassVar = tuple(f"{of}:intended" for of in Permitted)
    permit: str
    outer: str | None = None

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
class ClipMade(Result):
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


@dataclass(frozen=True, kw_only=True)
class VoiceMade(Result):
    """A voice was cloned."""

    TYPES: ClassVar = (f"{Permitted.VOICE}:made",)
    voice: str
    engine: str
    similarity_milli: int


@dataclass(frozen=True, kw_only=True)
class ClipExported(Result):
    """A clip was written to another file; ``output`` is a commitment to the file."""

    TYPES: ClassVar = (f"{Permitted.EXPORT}:made",)
    clip: str
    mark: str
    output: str


@dataclass(frozen=True, kw_only=True)
class FileMarked(Result):
    """A file from outside got a mark."""

    TYPES: ClassVar = (f"{Permitted.FILE}:made",)
    mark: str
    duration_ms: int


def registry() -> dict[str, tuple[type[Act], ...]]:
    """Return the classes of each entry type."""
    found: dict[str, tuple[type[Act], ...]] = {}
    for kind in _subclasses(Act):
        for name in kind.TYPES:
            found[name] = (*found.get(name, ()), kind)
    return found


def act_of(entry: Entry) -> Act:
    """Return the act that ``entry`` tells of; raise `EntryInvalid` for a type or facts that are in no class."""
    for kind in registry().get(entry.type, ()):
        try:
            return kind.read(entry)
        except EntryInvalid:
            continue
    raise EntryInvalid(f"entry {entry.type}: got a type or facts that are not in the vocabulary of the ledger")


def _subclasses(kind: type[Act]) -> Iterator[type[Act]]:
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)
