"""Finding rows: what may be asked for, as conditions on the columns, and the index of columns that serves it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeAlias

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    or_,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.types import NullType

from sayso.database import Prepared
from sayso.database.prepared import among, any_of
from sayso.ledger.entry import Entry, Link, brief
from sayso.ledger.errors import EntryUnknown
from sayso.ledger.store import (
    FEW,
    INDEXED,
    IS_OF_CONSENT,
    MANY,
    Stored,
    chains,
    entries,
    indexed_facts,
    read_chain_ends,
    select_rows,
)


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What entries are asked for: all that is given must hold. ``until`` is the first moment that is too late.

    ``type`` and ``purpose`` cover what lies below them: ``synthesis`` covers ``synthesis:clip:made``, and
    ``audiobook`` covers ``audiobook/mystery``. ``subjects``, a speaker's pseudonyms, are those of entries under no
    grant, and ``licensees`` of entries that name one: both are given in addition to those under ``grants``. A name
    also finds the digest that stands for it where an entry had no room.
    """

    grants: Collection[str] | None = None
    since: str | None = None
    until: str | None = None
    type: str | None = None
    licensee: str | None = None
    purpose: str | None = None
    project: str | None = None
    clip: str | None = None
    subjects: Collection[str] | None = None
    licensees: Collection[str] | None = None

    @property
    def is_whole_chains(self) -> bool:
        """Whether all entries of some grants are asked for, so that they can be counted."""
        others = (self.since, self.until, self.type, self.licensee, self.purpose, self.project, self.clip)
        return self.grants is not None and all(other is None for other in others)

    def as_json(self) -> dict[str, str | list[str]]:
        """Return what is given, as plain values."""
        given = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name) is not None}
        return given | {name: sorted(set(given[name])) for name in ("grants", "subjects", "licensees") if name in given}

    def covers(self, entry: Entry) -> bool:
        """Return whether ``entry`` is asked for."""
        facts = entry.facts
        return (
            (self.grants is None or entry.grant in self.grants or self._is_about(entry))
            and (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
            and (self.type is None or f"{entry.type}:".startswith(f"{self.type}:"))
            and (
                self.purpose is None
                or f"{facts.get('purpose')}/".startswith(f"{self.purpose}/")
                or facts.get("purpose") == brief(self.purpose)
            )
            and all(
                (said := getattr(self, name)) is None or facts.get(name) in {said, brief(said)}
                for name in ("licensee", "project", "clip")
            )
        )

    def _is_about(self, entry: Entry) -> bool:
        about = entry.grant is None and entry.facts.get("subject") in (self.subjects or ())
        return about or entry.facts.get("licensee") in named(self.licensees)


def named(names: Collection[str] | None) -> list[str]:
    """Return the names with the digests that stand for them where an entry has no room."""
    return sorted({*(names or ()), *map(brief, names or ())})


Found: TypeAlias = Any
"""Of a row, what an answer needs: its ticket, its place, its receipt, and the entry."""


def find(tx: Connection, asked: EntryFilter) -> Sequence[Found]:
    """Return (ticket, place, receipt, entry) of the entries that are asked for, in log order, pending ones last."""
    c, query = entries.c, _found(tx)
    for condition in _conditions(asked, dialect=tx.dialect.name):
        query = query.where(condition)
    if asked.grants is None:
        return sorted(_tuples(tx, query), key=_in_log_order)
    grants, subjects, licensees = sorted(set(asked.grants)), sorted(set(asked.subjects or ())), named(asked.licensees)
    if len(grants) == 1 and not subjects and not licensees:
        return _tuples(tx, query.where(c.grant_id == grants[0]).order_by(c.seq))
    wanted = [query.where(c.grant_id.in_(part)) for part in _parts(grants)]
    wanted += [query.where(c.subject.in_(part)) for part in _parts(subjects)]
    wanted += [query.where(c.licensee.in_(part)) for part in _parts(licensees)]
    rows = [row for each in wanted for row in _tuples(tx, each)]
    return sorted({row[0]: row for row in rows}.values() if licensees else rows, key=_in_log_order)


def find_consent(tx: Connection, grants: Sequence[str], subjects: Sequence[str]) -> Sequence[Found]:
    """Return the same of the entries of consent under these grants, or about these subjects, the newest first."""
    dialect = tx.dialect.name
    rows = [row for part in _parts(grants) for row in among(tx, partial(_of_consent, dialect, "grant_id"), part)]
    rows += [row for part in _parts(subjects) for row in among(tx, partial(_of_consent, dialect, "subject"), part)]
    return sorted(rows, key=lambda row: -row[0])


def find_newest(tx: Connection, grant: str, limit: int) -> Sequence[Found]:
    """Return the same of the newest entries under a grant, at most ``limit``, the newest first."""
    return _newest(tx.dialect.name).rows(tx, grant=grant, most=limit)


def read_tickets(tx: Connection, tickets: Sequence[int]) -> Iterator[Stored]:
    """Yield the rows of these tickets, in no order; raise `EntryUnknown` where one has none."""
    for some in (tickets[place : place + MANY] for place in range(0, len(tickets), MANY)):
        rows = among(tx, _by_ticket, some)
        if len(rows) != len(some):
            raise EntryUnknown(f"got {len(some)} tickets, expected entries of this log, which has {len(rows)} of them")
        yield from (Stored(*row) for row in rows)


@cache
def _by_ticket(count: int) -> Prepared:
    return Prepared(select_rows().where(entries.c.ticket.in_(any_of(count))))


@cache
def _of_consent(dialect: str, column: str, count: int) -> Prepared:
    return Prepared(_of(dialect).where(text(IS_OF_CONSENT), entries.c[column].in_(any_of(count))))


@cache
def _newest(dialect: str) -> Prepared:
    c = entries.c
    newest = _of(dialect).where(c.grant_id == bindparam("grant")).order_by(c.seq.desc())
    return Prepared(newest.limit(bindparam("most", type_=Integer)))


def _found(tx: Connection) -> Select[Any]:
    return _of(tx.dialect.name)


@cache
def _of(dialect: str) -> Select[Any]:
    # SQLite gives bytes as they are; the type's own conversion would cost as much as the query.
    c, is_sqlite = entries.c, dialect == "sqlite"
    binary = [type_coerce(each, NullType()) if is_sqlite else each for each in (c.receipt, c.data)]
    return select(c.ticket, c.entry_index, *binary)


def _parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[place : place + MANY] for place in range(0, len(values), MANY))


def _tuples(tx: Connection, query: Select[Any], **asked: Any) -> Sequence[Found]:
    """Return the driver's own tuples: thousands of `Row` objects would each be looked at by the garbage collector."""
    cursor = tx.execute(query, asked or None).cursor
    return [] if cursor is None else cursor.fetchall()


def _in_log_order(row: Any) -> tuple[bool, int, int]:
    ticket, index, _, _ = row
    return index is None, index or 0, ticket


def _conditions(asked: EntryFilter, *, dialect: str) -> Iterator[ColumnElement[bool]]:
    c = entries.c
    if asked.since is not None:
        yield c.at >= asked.since
    if asked.until is not None:
        yield c.at < asked.until
    if asked.type is not None:
        yield _below(c.type, asked.type, ":", dialect=dialect)
    if asked.purpose is not None:
        yield or_(_below(c.purpose, asked.purpose, "/", dialect=dialect), c.purpose == brief(asked.purpose))
    for name in ("licensee", "project", "clip"):
        if (value := getattr(asked, name)) is not None:
            yield c[name].in_([value, brief(value)])


def _below(path: Column[str], prefix: str, gap: str, *, dialect: str) -> ColumnElement[bool]:
    """Return whether ``path`` is ``prefix`` or lies below it; on SQLite as a range, which uses the index."""
    if dialect == "sqlite":
        return or_(path == prefix, and_(path >= prefix + gap, path < prefix + chr(ord(gap) + 1)))
    return or_(path == prefix, path.startswith(prefix + gap, autoescape=True))


def read_after(tx: Connection, ticket: int, limit: int) -> list[Stored]:
    """Return the next rows after ``ticket``, in ticket order."""
    query = select_rows().where(entries.c.ticket > ticket).order_by(entries.c.ticket).limit(limit)
    return [Stored(*row) for row in tx.execute(query)]


def columns_of(link: Link) -> dict[str, str | int | None]:
    """Return what the columns of an entry's row are to say."""
    entry = link.entry
    return {"grant_id": entry.grant, "seq": link.seq, "type": entry.type, "at": entry.at, **indexed_facts(entry)}


def columns_in(row: Stored) -> dict[str, str | int | None]:
    """Return what the columns of ``row`` say."""
    return {name: getattr(row, name) for name in ("grant_id", "seq", "type", "at", *INDEXED)}


def set_columns(tx: Connection, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Let the columns of rows, by ticket, say this."""
    if rows:
        changed = [{"at_ticket": ticket, **columns} for ticket, columns in rows]
        tx.execute(update(entries).where(entries.c.ticket == bindparam("at_ticket")), changed)


def read_placed_head(tx: Connection, grant: str, size: int) -> tuple[int, bytes] | None:
    """Return how many of the grant's entries are below ``size``, and the hash of the last of them."""
    c = entries.c
    query = select(c.seq, c.leaf).where(c.grant_id == grant, c.entry_index < size).order_by(c.seq.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    return None if row is None else (row.seq, row.leaf)


def read_heads(tx: Connection, grants: Collection[str]) -> dict[str, tuple[int, bytes]]:
    """Return how many entries each of these grants has, and the hash of its last one."""
    ordered = sorted(set(grants))
    return {grant: head for grant, head in read_chain_ends(tx, ordered, lock=False).items() if head[0]}


def stream_by_grant(tx: Connection) -> Iterator[tuple[Stored, int | None, bytes | None]]:
    """Yield every row, grant by grant in chain order, with the number and hash that the grant's chain ends in."""
    query = select_rows().add_columns(chains.c.seq, chains.c.head)
    query = query.select_from(entries.outerjoin(chains, entries.c.grant_id == chains.c.grant_id))
    for row in tx.execute(query.order_by(entries.c.grant_id, entries.c.seq), execution_options=FEW):
        yield Stored(*row[:-2]), row[-2], row[-1]


def stream_empty_chains(tx: Connection) -> Iterator[str]:
    """Yield the grants that have a chain and no entry, which no correct run leaves behind."""
    joined = chains.outerjoin(entries, entries.c.grant_id == chains.c.grant_id)
    query = select(chains.c.grant_id).select_from(joined).where(entries.c.ticket.is_(None))
    yield from tx.execute(query, execution_options=FEW).scalars()
