"""The act: what every class of the ledger's vocabulary is, and how it becomes an entry and is read from one."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar, Self, TypeVar

from sayso.ledger.entry import Entry, Fact
from sayso.ledger.errors import EntryInvalid


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
class OfSpeaker(Act):
    """An act on a speaker, with commitments to the rows as it left them.

    ``standing`` is of the speaker's own rows, ``rows`` of those of the grant or the plan that the act is about.
    """

    standing: str | None = None
    rows: str | None = None


OfSpeakerT = TypeVar("OfSpeakerT", bound=OfSpeaker)
