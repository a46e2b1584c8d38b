"""The ledger's rows: entries and their order, the heads of the grants' chains, and what was last published.

`ledger_entries` is both the queue and the index. A row is inserted in the caller's transaction, with the state it tells
of, and is changed once only: when the sequencer gives it its place. Tickets may become visible out of order where
many writers commit at once, so nothing here relies on the highest ticket seen.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    bindparam,
    func,
    select,
    text,
    update,
)

from sayso.database import Prepared, insert_new, metadata, scope_of
from sayso.database.metadata import index_of_present
from sayso.errors import Bug
from sayso.ids import ID_LENGTH
from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.entry import Entry, Link
from sayso.ledger.errors import EntryInvalid, EntryUnknown
from sayso.ledger.merkle import leaf_hash
from sayso.ledger.shard import Shard

Transaction: TypeAlias = Connection
"""A connection inside a transaction that somebody else opened and will end."""

INDEXED: Final = ("licensee", "purpose", "project", "clip", "subject")
"""Facts that have a column of their own, so that entries are found by them; the entry itself says what is true.

``subject``, the speaker's pseudonym, is kept for entries under no grant only, such as refusals: the others are found
by their grant.
"""

IS_OF_CONSENT: Final = "type LIKE 'consent:%'"
"""The condition of the index of entries of consent, few among many; a query says it in these words to use it."""

entries: Final = Table(
    "ledger_entries",
    metadata,
    Column("ticket", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("entry_index", BigInteger, nullable=True, unique=True),
    Column("grant_id", String(ID_LENGTH), nullable=True),
    Column("seq", BigInteger, nullable=False),
    Column("type", String(160), nullable=False),
    Column("at", String(32), nullable=False, index=True),
    Column("leaf", LargeBinary(32), nullable=False),
    Column("receipt", LargeBinary(32), nullable=True),
    Column("data", LargeBinary(1024), nullable=False),
    *(Column(name, String(1024), nullable=True) for name in INDEXED),
    Index("uq_ledger_entries_grant_id_seq", "grant_id", "seq", unique=True),
    *(index_of_present(f"ix_ledger_entries_{name}", name) for name in INDEXED),
    Index(
        "ix_ledger_entries_consent",
        "grant_id",
        "seq",
        sqlite_where=text(IS_OF_CONSENT),
        info={"postgresql_where": IS_OF_CONSENT},
    ),
    sqlite_autoincrement=True,
)
chains: Final = Table(
    "ledger_chains",
    metadata,
    Column("grant_id", String(ID_LENGTH), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
)

published: Final = Table(
    "ledger_published",
    metadata,
    Column("origin", String(255), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
)

shards: Final = Table(
    "ledger_shards",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("origin", String(255), nullable=False, unique=True),
    Column("base", BigInteger, nullable=False),
    Column("key", Integer, nullable=False),
    Column("vkey", String(512), nullable=False),
)

corrections: Final = Table(
    "ledger_clock_corrections",
    metadata,
    Column("ticket", BigInteger, primary_key=True, autoincrement=False),
)

_INSERT: Final = entries.insert()
_INSERT_ALL: Final = entries.insert().returning(entries.c.ticket, sort_by_parameter_order=True)
LOCK_HEAD: Final = Prepared(
    select(chains.c.seq, chains.c.head).where(chains.c.grant_id == bindparam("at_grant")).with_for_update()
)
_MOVE_HEAD: Final = (
    update(chains)
    .where(chains.c.grant_id == bindparam("at_grant"))
    .values(seq=bindparam("seq"), head=bindparam("head"))
)
_INSERT_ONE: Final = Prepared(_INSERT)
_MOVE_ONE: Final = Prepared(_MOVE_HEAD)
_SHARDS: Final = Prepared(select(shards).order_by(shards.c.number))
_SIZES: Final = Prepared(select(published.c.origin, published.c.size))
_PUBLISHED: Final = Prepared(select(published).where(published.c.origin == bindparam("at_origin")))
_LAST_PLACE: Final = Prepared(select(func.max(entries.c.entry_index).label("last")))
_CORRECTED: Final = Prepared(
    select(func.max(corrections.c.ticket).label("ticket"))
    .select_from(corrections.join(entries, entries.c.ticket == corrections.c.ticket))
    .where(entries.c.type == bindparam("by_type"))
)
_LATEST: Final = Prepared(select(entries.c.at).order_by(entries.c.at.desc()).limit(1))

MANY: Final = 500
"""Values in one IN list: below the limit of every database."""

FEW: Final = {"yield_per": 1000}
"""Rows held at once where all are gone through."""


class Stored(NamedTuple):
    """One row of `ledger_entries`."""

    ticket: int
    entry_index: int | None
    grant_id: str | None
    seq: int
    type: str
    at: str
    leaf: bytes
    receipt: bytes | None
    data: bytes
    licensee: str | None = None
    purpose: str | None = None
    project: str | None = None
    clip: str | None = None
    subject: str | None = None


def append(tx: Connection, entry: Entry) -> int:
    """Queue ``entry`` in the caller's transaction and return its ticket, as `append_all` does with many."""
    heads: dict[str, tuple[int, bytes]] = {}
    entry = _signed(tx, entry)
    if entry.grant is not None:
        row = LOCK_HEAD.row(tx, at_grant=entry.grant)
        heads = _lock_heads(tx, {entry.grant}) if row is None else {entry.grant: (row.seq, row.head)}
    ticket = _INSERT_ONE.insert(tx, _linked(entry, heads))
    if not ticket:
        raise Bug("the database gave an entry no ticket")
    _move_heads(tx, heads)
    return ticket


def append_all(tx: Connection, batch: Sequence[Entry]) -> list[int]:
    """Queue entries, in order, in the caller's transaction and return their tickets.

    Each entry under a grant is linked to the grant's entry before it. The grants' chains stay locked until the
    transaction ends, so that numbers have no gaps whoever else writes. An invalid entry changes nothing.
    """
    heads = _lock_heads(tx, {entry.grant for entry in batch if entry.grant is not None})
    rows = [_linked(_signed(tx, entry), heads) for entry in batch]
    if not rows:
        return []
    tickets = _insert(tx, rows)
    _move_heads(tx, heads)
    return tickets


def _signed(tx: Connection, entry: Entry) -> Entry:
    """Return the entry with who acts in the transaction; without a scope it is the log's own act."""
    scope = scope_of(tx)
    return entry if scope is None else dataclasses.replace(entry, by=scope.named(entry.grant or entry.at))


def _insert(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows and return their tickets.

    SQLite gives RETURNING row by row, at twice the cost; but under its write lock an autoincremented key is always one
    more than the last (sqlite.org/autoinc.html), so that the last one tells all.
    """
    if tx.dialect.name != "sqlite":
        return [int(ticket) for ticket in tx.execute(_INSERT_ALL, rows).scalars()]
    tx.execute(_INSERT, rows)
    last = int(tx.execute(select(func.max(entries.c.ticket))).scalar_one())
    return list(range(last - len(rows) + 1, last + 1))


def _move_heads(tx: Connection, heads: Mapping[str, tuple[int, bytes]]) -> None:
    moved = [{"at_grant": grant, "seq": seq, "head": head} for grant, (seq, head) in heads.items()]
    if len(moved) == 1:
        _MOVE_ONE.change(tx, **moved[0])
    elif moved:
        tx.execute(_MOVE_HEAD, moved)


def _linked(entry: Entry, heads: dict[str, tuple[int, bytes]]) -> dict[str, Any]:
    seq, head = heads[entry.grant] if entry.grant is not None else (-1, b"")
    link = Link(entry, seq + 1, head.hex())
    try:
        data = link.encode()
    except EntryInvalid:
        entry = link.shortened().entry
        data = Link(entry, seq + 1, head.hex()).encode()
    leaf = leaf_hash(data)
    if entry.grant is not None:
        heads[entry.grant] = (seq + 1, leaf)
    return {
        "grant_id": entry.grant,
        "seq": seq + 1,
        "type": entry.type,
        "at": entry.at,
        "leaf": leaf,
        "data": data,
        **indexed_facts(entry),
    }


def indexed_facts(entry: Entry) -> dict[str, str | None]:
    """Return the facts by which ``entry`` is found."""
    facts = entry.facts
    found = {name: facts.get(name) for name in INDEXED if name != "subject" or entry.grant is None}
    return {name: fact if isinstance(fact := found.get(name), str) else None for name in INDEXED}


def _lock_heads(tx: Connection, grants: Collection[str]) -> dict[str, tuple[int, bytes]]:
    """Return (seq, head) of every grant, locked; grants are locked in one order, so that writers cannot deadlock."""
    ordered = sorted(grants)
    found = read_chain_ends(tx, ordered)
    missing = [grant for grant in ordered if grant not in found]
    if missing:
        insert_new(tx, chains, [{"grant_id": grant, "seq": 0, "head": b""} for grant in missing])
        found |= read_chain_ends(tx, missing)
    return found


def read_chain_ends(tx: Connection, grants: Sequence[str], *, lock: bool = True) -> dict[str, tuple[int, bytes]]:
    """Return (seq, head) of those of these grants that have a chain."""
    found: dict[str, tuple[int, bytes]] = {}
    for place in range(0, len(grants), MANY):
        some = chains.c.grant_id.in_(grants[place : place + MANY])
        query = select(chains).where(some).order_by(chains.c.grant_id)
        rows = tx.execute(query.with_for_update() if lock else query)
        found |= {row.grant_id: (row.seq, row.head) for row in rows}
    return found


def read_grants(tx: Connection) -> set[str]:
    """Return the grants that have a chain."""
    return {*tx.execute(select(chains.c.grant_id).where(chains.c.seq > 0)).scalars()}


def lock_published(tx: Connection, origin: str) -> Checkpoint | None:
    """Return what was last published, locked until the transaction ends; None before the first time."""
    row = tx.execute(select(published).where(published.c.origin == origin).with_for_update()).one_or_none()
    return _checkpoint(row)


def read_published(tx: Connection, origin: str) -> Checkpoint | None:
    """Return what was last published; None before the first time."""
    return _checkpoint(_PUBLISHED.row(tx, at_origin=origin))


def _checkpoint(row: Any) -> Checkpoint | None:
    return None if row is None else Checkpoint(row.origin, row.size, row.root)


def start_published(tx: Connection, first: Checkpoint) -> None:
    """Remember the empty log, before anything of it is published."""
    tx.execute(published.insert(), {"origin": first.origin, "size": first.size, "root": first.root})


def move_published(tx: Connection, old: Checkpoint, new: Checkpoint) -> bool:
    """Replace ``old`` by ``new``; return False, changing nothing, where ``old`` is not what stands there."""
    stands = (published.c.origin == old.origin, published.c.size == old.size, published.c.root == old.root)
    return tx.execute(update(published).where(*stands).values(size=new.size, root=new.root)).rowcount == 1


def read_sizes(tx: Connection) -> dict[str, int]:
    """Return how many entries of each shard were published, by its origin."""
    return {row.origin: row.size for row in _SIZES.rows(tx)}


def read_shards(tx: Connection) -> list[Shard]:
    """Return the shards, oldest first; those of no log yet are none."""
    return [Shard(*row) for row in _SHARDS.rows(tx)]


def add_shard(tx: Connection, shard: Shard) -> None:
    """Remember one more shard."""
    tx.execute(shards.insert(), dataclasses.asdict(shard))


def count_placed(tx: Connection) -> int:
    """Return how many entries have a place, which is the next place to give."""
    last = _LAST_PLACE.row(tx).last
    return 0 if last is None else int(last) + 1


def latest_time(tx: Connection, corrected_by: str) -> str | None:
    """Return the latest time that an entry has, since the last correction of the clock; None where there is none.

    ``corrected_by`` is the type of the entries that correct it: a row of the table without such an entry counts not.
    """
    corrected = _CORRECTED.row(tx, by_type=corrected_by).ticket
    if corrected is None:
        row = _LATEST.row(tx)
        return None if row is None else str(row.at)
    query = select(entries.c.at).order_by(entries.c.at.desc()).limit(1)
    query = query.where(entries.c.ticket + 0 >= corrected)  # the sum keeps the planner on the index over time
    return tx.execute(query).scalar()


def read_corrections(tx: Connection) -> set[int]:
    """Return the tickets from which on times count anew."""
    return {*tx.execute(select(corrections.c.ticket)).scalars()}


def stream_times(tx: Connection) -> Iterator[tuple[int, str, str]]:
    """Yield ticket, type and time of every entry that has a place, in log order."""
    placed = select(entries.c.ticket, entries.c.type, entries.c.at).where(entries.c.entry_index.is_not(None))
    for row in tx.execute(placed.order_by(entries.c.entry_index).execution_options(**FEW)):
        yield row.ticket, row.type, row.at


def add_correction(tx: Connection, ticket: int) -> None:
    """Remember that times count from the entry with ``ticket`` on."""
    tx.execute(corrections.insert(), {"ticket": ticket})


def any_pending(tx: Connection) -> bool:
    """Return whether an entry waits for its place."""
    return tx.execute(select(entries.c.ticket).where(entries.c.entry_index.is_(None)).limit(1)).first() is not None


def read_pending(tx: Connection, limit: int) -> list[tuple[int, bytes, bytes]]:
    """Return (ticket, leaf, data) of the first entries without a place, in ticket order."""
    query = select(entries.c.ticket, entries.c.leaf, entries.c.data).where(entries.c.entry_index.is_(None))
    rows = tx.execute(query.order_by(entries.c.ticket).limit(limit))
    return [(ticket, leaf, data) for ticket, leaf, data in rows]


def place(tx: Connection, places: Sequence[Mapping[str, Any]]) -> None:
    """Give entries their place: mappings of ``at_ticket``, ``entry_index`` and ``receipt``."""
    tx.execute(update(entries).where(entries.c.ticket == bindparam("at_ticket")), places)


def read_placed(tx: Connection, start: int, end: int) -> list[Stored]:
    """Return the rows of the entries ``[start, end)``, in order; a missing one is simply not there."""
    query = select_rows().where(entries.c.entry_index >= start, entries.c.entry_index < end)
    return [Stored(*row) for row in tx.execute(query.order_by(entries.c.entry_index)).all()]


def read_at(tx: Connection, indexes: Sequence[int]) -> list[Stored]:
    """Return the rows of these entries, at most `MANY`, in no order; a missing one is simply not there."""
    return [Stored(*row) for row in tx.execute(select_rows().where(entries.c.entry_index.in_(indexes)))]


def read_ticket(tx: Connection, ticket: int) -> Stored:
    """Return the row of ``ticket``; raise `EntryUnknown`."""
    row = tx.execute(select_rows().where(entries.c.ticket == ticket)).one_or_none()
    if row is None:
        raise EntryUnknown(f"got the ticket {ticket}, which no entry of this log has")
    return Stored(*row)


def span(tx: Connection, *, size: int, since: str | None, until: str | None) -> tuple[int, int] | None:
    """Return the places ``[start, end)`` below ``size`` that hold all entries of the period, or None."""
    query = select(func.min(entries.c.entry_index), func.max(entries.c.entry_index)).where(entries.c.entry_index < size)
    if since is not None:
        query = query.where(entries.c.at >= since)
    if until is not None:
        query = query.where(entries.c.at < until)
    first, last = tx.execute(query).one()
    return None if first is None else (int(first), int(last) + 1)


def select_rows() -> Select[Any]:
    """Return the query for whole rows."""
    return select(*(entries.c[name] for name in Stored._fields))
