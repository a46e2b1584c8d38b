"""What is held against what: a row against the entry in it, the checkpoint on disk against the one remembered."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from sayso.ledger.checkpoint import Checkpoint, open_checkpoint
from sayso.ledger.entry import VERSION, Link
from sayso.ledger.errors import EntryInvalid, LedgerTampered, NoteInvalid
from sayso.ledger.finding_store import columns_of
from sayso.ledger.merkle import HASH_SIZE, leaf_hash
from sayso.ledger.note import VerifierKey
from sayso.ledger.store import INDEXED, Stored
from sayso.ledger.tiles import CHECKPOINT

_STARTS: Final = [f'"{name}":"'.encode() for name in INDEXED]
_MAX_BY_BYTES: Final = 64
_RESTORE: Final = "the database was altered; restore it"


def receipt_of(key: bytes, *, ticket: int, index: int, data: bytes) -> bytes:
    """Return the sequencer's own mark on (ticket, place, entry): without the log's key nobody can make another.

    Keyed BLAKE2b (RFC 7693): one call a row, so that thousands of rows are believed within milliseconds.
    """
    return blake2b(b"%d %d " % (ticket, index) + data, key=key, digest_size=HASH_SIZE).digest()


def check_row(row: Stored, *, receipt_key: bytes) -> None:
    """Return if every column of ``row`` is what was written; otherwise raise `LedgerTampered` naming row and column."""
    name = f"ledger_entries row {row.ticket}"
    if leaf_hash(row.data) != row.leaf:
        raise LedgerTampered(f"{name}: the entry does not fit its hash; {_RESTORE}")
    if not _columns_fit(row):
        raise LedgerTampered(f"{name}: {_wrong_column(row)}; {_RESTORE}")
    if row.entry_index is None:
        if row.receipt is not None:
            raise LedgerTampered(f"{name}: a receipt without a place; {_RESTORE}")
        return
    receipt = receipt_of(receipt_key, ticket=row.ticket, index=row.entry_index, data=row.data)
    if row.receipt != receipt:
        raise LedgerTampered(f"{name}: its receipt is not for place {row.entry_index}; {_RESTORE}")


def _columns_fit(row: Stored) -> bool:
    """Return whether the columns say what the entry says, by comparing canonical bytes, without parsing."""
    grant = "null" if row.grant_id is None else f'"{row.grant_id}"'
    head = f'{{"at":"{row.at}","by":'
    middle = f'}},"grant":{grant},"prev":"'
    tail = f'","seq":{row.seq},"type":"{row.type}","v":{VERSION}}}'
    end = len(row.data) - len(tail) - (2 * HASH_SIZE if row.seq > 1 else 0)
    between = row.data[max(0, end - len(middle)) : end]
    fits = row.data.startswith(head.encode()) and row.data.endswith(tail.encode()) and between == middle.encode()
    fits = fits and row.data.find(b',"facts":{', 0, len(head) + _MAX_BY_BYTES + 10) > 0
    said = (row.licensee, row.purpose, row.project, row.clip, row.subject)[: len(INDEXED) - (row.grant_id is not None)]
    return (
        fits
        and (row.grant_id is None or row.subject is None)
        and all(
            start not in row.data if text is None else _text_fits(row.data, start, text)
            for start, text in zip(_STARTS, said, strict=False)
        )
    )


def _text_fits(data: bytes, start: bytes, said: str) -> bool:
    """Return whether the fact that begins with ``start`` is ``said``; no text within a text can look like a fact."""
    told = f"{said}"  # an altered row may hold bytes where there was text: then it does not fit
    text = told.encode() if told.isalnum() else json.dumps(told, ensure_ascii=False)[1:-1].encode()
    return start + text + b'"' in data


def _wrong_column(row: Stored) -> str:
    try:
        link = Link.decode(row.data)
    except EntryInvalid as error:
        return f"what it holds is no entry ({error.message})"
    said = columns_of(link)
    wrong = [
        f"{column} is {getattr(row, column)!r:.60}, its entry says {says!r}"
        for column, says in said.items()
        if getattr(row, column) != says
    ]
    return ", ".join(wrong) or "its columns do not fit its entry"


@lru_cache(maxsize=16)
def _opened(note: str, key: VerifierKey) -> Checkpoint:
    """Return the checkpoint of a note that the log has signed; the same note is not verified at each act."""
    return open_checkpoint(note, key)


def check_published(note: str | None, known: Checkpoint | None, *, key: VerifierKey, placed: int) -> Checkpoint:
    """Return the checkpoint on disk after a check against what the database remembers of it.

    The file may be ahead of the database, by what a process killed in the middle has published. It is never behind
    it, never another tree of the same size, and never beyond the entries that have a place: raise `LedgerTampered`.
    """
    name = f"{key.name.rpartition('/')[2]}/{CHECKPOINT}"
    if note is None:
        if known is None or known.size == 0:
            return Checkpoint.empty(key.name)
        raise LedgerTampered(f"{name}: the file is missing, {known.size} entries were published; restore it")
    try:
        found = _opened(note, key)
    except (LedgerTampered, NoteInvalid) as error:
        raise LedgerTampered(f"{name}: {error.message}") from None
    if known is None:
        raise LedgerTampered(f"ledger_published: the row of {found.origin} is missing; {_RESTORE}")
    if found.size < known.size:
        raise LedgerTampered(
            f"{name}: got one of {found.size} entries after {known.size} were published; the log was rolled back"
        )
    if found.size == known.size and found.root != known.root:
        raise LedgerTampered(
            f"{name}: its root for {found.size} entries is not the one in ledger_published; the log was forked"
        )
    if found.size > placed:
        raise LedgerTampered(
            f"ledger_entries: {placed} entries have a place, {found.size} were published; rows were removed"
        )
    return found
