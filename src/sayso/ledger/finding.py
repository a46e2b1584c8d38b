"""Finding entries and believing the rows found: each is checked against its receipt, quickly, before it is returned.

A receipt binds an entry's bytes to its place, under a key that is the log's alone; so a row that was put in, altered or
moved shows at once. What was asked for is then read off the entry's own bytes, not off the columns that it was found
by. A grant's rows are counted against its chain, so that one left out shows too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, overload

from sayso.database import Database
from sayso.ledger import finding_store as finds
from sayso.ledger import store
from sayso.ledger.checks import check_row, receipt_of
from sayso.ledger.entry import Entry, Link, brief
from sayso.ledger.errors import LedgerTampered
from sayso.ledger.finding_store import EntryFilter
from sayso.ledger.merkle import HASH_SIZE, leaf_hash
from sayso.ledger.store import Transaction

REINDEXED: Final = 4096
"""Rows looked at in one transaction while the index is written again."""

_GRANT: Final = b'},"grant":"'
_GRANT_SIZE: Final = len("grt_") + 16


@dataclass(frozen=True, slots=True)
class Logged:
    """One entry that was found: ``index`` is None while it waits for its place."""

    ticket: int
    index: int | None
    data: bytes

    @property
    def link(self) -> Link:
        """The entry with its number in its grant's chain."""
        return Link.decode(self.data)

    @property
    def entry(self) -> Entry:
        """The entry."""
        return self.link.entry


class Entries(Sequence[Logged]):
    """Entries that were found and checked, each made into a `Logged` when it is looked at."""

    def __init__(self, rows: Sequence[finds.Found]) -> None:
        """Wrap rows that were checked."""
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Logged: ...
    @overload
    def __getitem__(self, place: slice) -> Entries: ...
    def __getitem__(self, place: int | slice) -> Logged | Entries:
        if isinstance(place, slice):
            return Entries(self._rows[place])
        ticket, index, _, data = self._rows[place]
        return Logged(ticket, index, data)


@dataclass(frozen=True, slots=True)
class Head:
    """Where a grant's chain ends: how many entries the grant has, and the hash of the last."""

    grant: str
    count: int
    last: bytes


class EntryFinder:
    """Finds entries in one database; ``receipt_key`` is the log's."""

    def __init__(self, database: Database, *, receipt_key: bytes) -> None:
        """Use the key with which the sequencer wrote the receipts."""
        self._database = database
        self._receipt_key = receipt_key

    def find(self, asked: EntryFilter) -> Entries:
        """Return the entries asked for, in log order, waiting ones last.

        Raise `LedgerTampered` naming the row that was altered, or the grant of which entries are missing.
        """
        with self._database.read() as tx:
            return self.find_in(tx, asked)

    def find_in(self, tx: Transaction, asked: EntryFilter) -> Entries:
        """Return the same as `find`, as the transaction sees it."""
        # The heads first: where a chain grows meanwhile, the rows are the ones that have more.
        heads = finds.read_heads(tx, asked.grants or ()) if asked.is_whole_chains else {}
        rows = finds.find(tx, asked)
        self._check(tx, rows, asked)
        _check_counts(rows, heads, alone=not asked.subjects and not asked.licensees)
        return Entries(rows)

    def consent_in(self, tx: Transaction, grants: Sequence[str], subjects: Sequence[str]) -> Entries:
        """Return the entries of consent under these grants, or about these subjects, the newest first."""
        return self._believed(tx, finds.find_consent(tx, grants, subjects))

    def newest_in(self, tx: Transaction, grant: str, limit: int) -> Entries:
        """Return the newest entries under a grant, at most ``limit``, the newest first."""
        return self._believed(tx, finds.find_newest(tx, grant, limit))

    def _believed(self, tx: Transaction, rows: Sequence[finds.Found]) -> Entries:
        self._check(tx, rows, EntryFilter())
        return Entries(rows)

    def reindex(self) -> int:
        """Write the columns that entries are found by again, from the entries; return how many rows had others."""
        changed, ticket = 0, 0
        while True:
            with self._database.write() as tx:
                rows = finds.read_after(tx, ticket, REINDEXED)
                wrong = [row for row in rows if finds.columns_of(self._entry(row)) != finds.columns_in(row)]
                finds.set_columns(tx, [(row.ticket, finds.columns_of(self._entry(row))) for row in wrong])
            changed += len(wrong)
            if len(rows) < REINDEXED:
                return changed
            ticket = rows[-1].ticket

    def _entry(self, row: store.Stored) -> Link:
        """Return what the row holds, if it is what was logged there."""
        index = row.entry_index
        good = leaf_hash(row.data) == row.leaf and (
            index is None or receipt_of(self._receipt_key, ticket=row.ticket, index=index, data=row.data) == row.receipt
        )
        if not good:
            raise LedgerTampered(f"ledger_entries row {row.ticket}: holds another entry than was logged; restore it")
        return Link.decode(row.data)

    def heads(self, rows: Iterable[Logged], *, size: int) -> list[Head]:
        """Return where the chains of the grants end that ``rows`` are under, in the log of ``size`` entries."""
        grants = sorted({grant for row in rows if (grant := grant_of(row.data)) is not None})
        with self._database.read() as tx:
            found = {grant: finds.read_placed_head(tx, grant, size) for grant in grants}
        return [Head(grant, *head) for grant, head in found.items() if head is not None]

    def _check(self, tx: Transaction, rows: Sequence[finds.Found], asked: EntryFilter) -> None:
        key = self._receipt_key
        # `receipt_of` written out: with thousands of rows, the calls would cost as much as the hashing.
        waiting = [ticket for ticket, index, _, _ in rows if index is None]
        odd = [
            ticket
            for ticket, index, receipt, data in rows
            if index is not None
            and blake2b(b"%d %d " % (ticket, index) + data, key=key, digest_size=HASH_SIZE).digest() != receipt
        ]
        for either in _needles(asked):
            if len(either) == 1:
                odd += [row[0] for row in rows if either[0] not in row[3]]
            else:
                odd += [row[0] for row in rows if not any(each in row[3] for each in either)]
        if waiting:
            for row in finds.read_tickets(tx, waiting):
                check_row(row, receipt_key=key)
        for ticket in odd:
            check_row(store.read_ticket(tx, ticket), receipt_key=key)
            raise LedgerTampered(f"ledger_entries row {ticket}: was found by what its entry does not say; reindex")


def grant_of(data: bytes) -> str | None:
    """Return the grant that the entry in ``data`` is under, without parsing the rest."""
    place = data.find(_GRANT)
    return None if place < 0 else data[place + len(_GRANT) : place + len(_GRANT) + _GRANT_SIZE].decode()


def _needles(asked: EntryFilter) -> list[list[bytes]]:
    """Return what the bytes of every entry asked for hold: of each tuple, one; no text within a text looks like it."""
    said = {name: getattr(asked, name) for name in ("licensee", "project", "clip")}
    needles: list[list[bytes]] = [
        [_fact(name, value) + b'"', _fact(name, brief(value)) + b'"'] for name, value in said.items() if value
    ]
    if asked.purpose is not None:
        fact = _fact("purpose", asked.purpose)
        needles.append([fact + b'"', fact + b"/", _fact("purpose", brief(asked.purpose)) + b'"'])
    if asked.grants is not None:
        about = [_fact("subject", each) + b'"' for each in asked.subjects or ()]
        about += [_fact("licensee", each) + b'"' for each in finds.named(asked.licensees)]
        needles.append([_GRANT + each.encode() + b'"' for each in asked.grants] + about)
    return needles


def _fact(name: str, value: str) -> bytes:
    return f'"{name}":{json.dumps(value, ensure_ascii=False)}'[:-1].encode()


def _check_counts(rows: Sequence[finds.Found], heads: dict[str, tuple[int, bytes]], *, alone: bool) -> None:
    """Hold the rows of each grant against its chain; ``alone``: there are no other rows."""
    is_counted = alone and len(heads) == 1
    counts = dict.fromkeys(heads, len(rows)) if is_counted else Counter(grant_of(data) for _, _, _, data in rows)
    for grant, (count, _) in heads.items():
        if counts[grant] < count:
            raise LedgerTampered(f"grant {grant}: {counts[grant]} entries are here, {count} were logged; restore them")
