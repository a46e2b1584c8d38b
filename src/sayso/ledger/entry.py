"""Entries: one act each, as canonical JSON of at most 1 KB, without names, text or audio.

An entry under a grant is numbered (``seq``, from 1, no gaps) and names the hash of the grant's entry before it
(``prev``), so that an entry left out, doubled, moved or altered shows when the grant's chain is replayed. An entry
under no grant has ``seq`` 0 and an empty ``prev``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Self, TypeVar

from sayso import canonical
from sayso.clock import parse_stamp
from sayso.errors import Invalid
from sayso.ids import parse_id
from sayso.ledger.errors import EntryInvalid

VERSION: Final = 1

SHORTENED: Final = ("topics", "sublicensee", "channel", "language", "project", "licensee", "purpose")
"""Facts that are written as digests, in this order, where an entry has no room for them."""
MAX_ENTRY_BYTES: Final = 1024

Fact = str | int | bool

_TYPE: Final = re.compile(r"[a-z][a-z0-9-]{0,31}(:[a-z][a-z0-9-]{0,31}){1,3}")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_MAX_INTEGER: Final = 2**53 - 1  # beyond it, readers of JSON in other languages round
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_FIELDS: Final = {"v", "type", "at", "by", "grant", "seq", "prev", "facts"}
_BY: Final = re.compile(r"org_[a-z2-7]{16}/[a-z]{1,16}/(local|(crd|oid)_[a-z2-7]{16})")


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened: ``type`` such as ``consent:grant:given``, ``at`` as `clock.stamp` writes it, and facts.

    ``by`` is who acted: organisation, role and credential, such as ``org_.../producer/crd_...``. `append` takes it from
    the transaction; None is the log's own act.
    """

    type: str
    at: str
    grant: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    by: str | None = None

    def __post_init__(self) -> None:
        """Raise `EntryInvalid` for anything that is not plainly an entry."""
        _check_type(self.type)
        _check_moment(self.at)
        if self.grant is not None:
            _check_grant(self.grant)
        if self.by is not None:
            _check_by(self.by)
        if not isinstance(self.facts, Mapping):
            raise EntryInvalid(f"facts: got {type(self.facts).__name__}, expected names with values")
        for name, fact in self.facts.items():
            _check_fact(name, fact)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry with its place in its grant's chain: what is hashed, bundled and proven."""

    entry: Entry
    seq: int
    prev: str

    def encode(self) -> bytes:
        """Return the canonical bytes, at most `MAX_ENTRY_BYTES`; raise `EntryInvalid` beyond."""
        entry = self.entry
        # Canonical as it stands: an entry has been checked to hold nothing but short texts, integers and booleans.
        data = _ENCODE(
            {
                "v": VERSION,
                "type": entry.type,
                "at": entry.at,
                "by": entry.by,
                "grant": entry.grant,
                "seq": self.seq,
                "prev": self.prev,
                "facts": dict(entry.facts),
            }
        ).encode()
        if len(data) > MAX_ENTRY_BYTES:
            raise EntryInvalid(
                f"entry {entry.type}: got {len(data)} bytes, expected at most {MAX_ENTRY_BYTES}; log digests"
            )
        return data

    def shortened(self) -> Self:
        """Return the same with as many names written as digests as it takes to fit; raise `EntryInvalid` if none do."""
        facts = dict(self.entry.facts)
        for name in SHORTENED:
            if isinstance(fact := facts.get(name), str):
                facts[name] = min(fact, brief(fact), key=lambda text: len(text.encode()))
            fits = dataclasses.replace(self, entry=dataclasses.replace(self.entry, facts=facts))
            with contextlib.suppress(EntryInvalid):
                fits.encode()
                return fits
        self.encode()
        return self

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read canonical bytes; raise `EntryInvalid` for anything that `encode` would not have written."""
        try:
            value = canonical.decode(data)
        except Invalid as error:
            raise EntryInvalid(f"entry: {error.message}") from None
        if len(data) > MAX_ENTRY_BYTES or not isinstance(value, dict) or value.keys() != _FIELDS:
            raise EntryInvalid(f"got {len(data)} bytes of JSON, expected an entry with {', '.join(sorted(_FIELDS))}")
        if type(value["v"]) is not int or value["v"] != VERSION:
            raise EntryInvalid(f"v: got {value['v']!r}, expected {VERSION}; a newer Sayso wrote this entry")
        link = cls(_entry_in(value), value["seq"], value["prev"])
        _check_place(link)
        return link


def _entry_in(value: Mapping[str, Any]) -> Entry:
    return Entry(value["type"], value["at"], value["grant"], value["facts"], value["by"])


def brief(text: str) -> str:
    """Return what stands for ``text`` in an entry that has no room for it: 112 bits of its SHA-256."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:28]}"


def _check_type(text: Any) -> None:
    if not isinstance(text, str) or not _TYPE.fullmatch(text):
        raise EntryInvalid(f"type: got {str(text)[:80]!r}, expected room:subject:action such as consent:grant:given")


def _check_moment(text: Any) -> None:
    try:
        fits = isinstance(text, str) and _MOMENT.fullmatch(text) is not None and parse_stamp(text) is not None
    except Invalid:
        fits = False
    if not fits:
        raise EntryInvalid(f"at: got {str(text)[:80]!r}, expected a moment such as 2026-11-22T20:36:00.123Z")


def _check_grant(text: Any) -> None:
    try:
        parse_id("grant", text)
    except (Invalid, AttributeError) as error:
        raise EntryInvalid(f"grant: {error}") from None


def _check_by(text: Any) -> None:
    if not isinstance(text, str) or not _BY.fullmatch(text):
        raise EntryInvalid(f"by: got {str(text)[:80]!r}, expected organisation/role/credential")


def _check_fact(name: Any, fact: Any) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise EntryInvalid(f"facts: got the name {str(name)[:80]!r}, expected a-z, 0-9 and _, at most 40 characters")
    if isinstance(fact, str):
        if _CONTROL.search(fact):
            raise EntryInvalid(f"facts.{name}: got a control character, expected plain text")
    elif not isinstance(fact, int):
        raise EntryInvalid(f"facts.{name}: got {type(fact).__name__}, expected text, an integer, or true or false")
    elif abs(fact) > _MAX_INTEGER:
        raise EntryInvalid(f"facts.{name}: got an integer beyond 2^53, expected a smaller one, or text")


def _check_place(link: Link) -> None:
    seq, prev = link.seq, link.prev
    if type(seq) is not int or not isinstance(prev, str):
        raise EntryInvalid("seq, prev: got the wrong types, expected an integer and a hash in hex")
    first = link.entry.grant is None or seq == 1
    if (seq == 0) != (link.entry.grant is None) or seq < 0 or not (prev == "" if first else _HASH.fullmatch(prev)):
        raise EntryInvalid(f"seq, prev: got {seq} after {prev[:80]!r}, expected a place in the grant's chain")


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
