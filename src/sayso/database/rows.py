"""Rows as they stand in the tables, whosever they are, so that they can be hashed and held against the ledger.

Nothing is made of the values: a row that no other code can read any more can still be compared.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, TypeAlias

from sqlalchemy import Connection, Select, select

from sayso.database.metadata import metadata
from sayso.database.prepared import Prepared, among, any_of

Row: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = tuple[str, Sequence[Row]]
"""The name of a table and some of its rows."""

_TOGETHER = 500  # values in one IN list: below the limit of every database


def rows_where(tx: Connection, name: str, column: str, values: Iterable[str], *, but: Collection[str] = ()) -> Rows:
    """Return the rows of the table ``name`` whose ``column`` is one of ``values``, without the columns ``but``.

    They come in the order of their keys.
    """
    wanted = sorted(set(values))
    if not wanted:
        return name, []  # a command that has no such rows need not know the table
    query = partial(_among, name, frozenset(but), column)
    batches = (wanted[place : place + _TOGETHER] for place in range(0, len(wanted), _TOGETHER))
    found = [row._asdict() for batch in batches for row in among(tx, query, batch)]
    if len(wanted) == 1:  # they come in order
        return name, found
    keys = [each.name for each in metadata.tables[name].primary_key]
    return name, sorted(found, key=lambda row: [str(row[key]) for key in keys])


def all_rows(tx: Connection, name: str, *, only: Collection[str] = ()) -> Sequence[Row]:
    """Return every row of the table ``name``, or of each the columns ``only``, in the order of their keys."""
    but = {each.name for each in metadata.tables[name].columns} - set(only) if only else ()
    return [row._asdict() for row in tx.execute(_query(name, frozenset(but)))]


def encoded(part: Rows) -> bytes:
    """Return bytes that are the same for the same rows of the same table alone, whatever their values are."""
    name, rows = part
    plain = [name, [sorted(row.items()) for row in rows]]
    return json.dumps(plain, default=_plain, ensure_ascii=True, separators=(",", ":")).encode()


@cache
def _query(name: str, but: frozenset[str]) -> Select[Any]:
    """Return the query, made once: to make it costs as much as to run it."""
    table = metadata.tables[name]
    return select(*(each for each in table.columns if each.name not in but)).order_by(*table.primary_key)


@cache
def _among(name: str, but: frozenset[str], column: str, count: int) -> Prepared:
    """Return the query for ``count`` values of a column."""
    return Prepared(_query(name, but).where(metadata.tables[name].c[column].in_(any_of(count))))


def _plain(value: Any) -> Any:
    return {"bytes": bytes(value).hex()} if isinstance(value, bytes | bytearray | memoryview) else {"as": repr(value)}
