"""Prepared statements: compiled once and handed to SQLite's driver as text, for those that every act runs.

SQLAlchemy takes some ten times as long over a short query as SQLite does, and an act makes about thirty. What comes
back is the same: rows with the columns as attributes, of the same types. Other databases are asked through SQLAlchemy,
and so is SQLite again where it fails, so that an error is told as everywhere else.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import BindParameter, Connection, Delete, Dialect, Insert, LargeBinary, Select, Update, bindparam

from sayso.database.scope import seen_by

Statement: TypeAlias = Select[Any] | Insert | Update | Delete

_Convert: TypeAlias = Callable[[Any], Any]

_SCOPES: Final = 256
"""Scopes for which a query is kept prepared: organisations and speakers who ask at one time."""


class Prepared:
    """One statement, with `bindparam` where values go; made once, as a constant of a ``store.py``."""

    def __init__(self, statement: Statement) -> None:
        """Take the statement; it is compiled when it first runs."""
        self.statement = statement
        self._texts: dict[tuple[str, ...], _Text] = {}

    def rows(self, tx: Connection, **values: Any) -> Sequence[Any]:
        """Return the rows that a query finds, each a tuple with its columns as attributes."""
        text = self._text(tx, ())
        if text is not None:
            try:
                return text.read(_driver_of(tx).execute(text.sql, text.bound(values)))
            except sqlite3.Error:
                pass
        return tx.execute(self.statement, values).all()

    def row(self, tx: Connection, **values: Any) -> Any:
        """Return the one row that a query finds, None where it finds none; the query is for a key, or for a sum."""
        found = self.rows(tx, **values)
        return found[0] if found else None

    def change(self, tx: Connection, **values: Any) -> int:
        """Return how many rows the statement changed, added or deleted."""
        return int(self._run(tx, values).rowcount)

    def add(self, tx: Connection, values: Mapping[str, Any]) -> None:
        """Insert one row."""
        self._run(tx, values)

    def insert(self, tx: Connection, values: Mapping[str, Any]) -> int:
        """Insert one row; return the number that the database gave it as its key."""
        done = self._run(tx, values)
        key = done.lastrowid if isinstance(done, sqlite3.Cursor) else (done.inserted_primary_key or [0])[0]
        return int(key or 0)

    def _run(self, tx: Connection, values: Mapping[str, Any]) -> Any:
        text = self._text(tx, tuple(values) if isinstance(self.statement, Insert) else ())
        if text is not None:
            try:
                return _driver_of(tx).execute(text.sql, text.bound(values))
            except sqlite3.Error:
                pass
        return tx.execute(self.statement, dict(values))

    def _text(self, tx: Connection, columns: tuple[str, ...]) -> _Text | None:
        if tx.dialect.name != "sqlite":
            return None
        found = self._texts.get(columns)
        if found is None:
            found = self._texts[columns] = _Text(self.statement, tx.dialect, columns)
        return found


class PreparedWithin:
    """A query of rows that belong to somebody, prepared for each scope that asks it."""

    def __init__(self, make: Callable[[Connection], Select[Any]]) -> None:
        """Take what makes the query as a transaction sees it; it asks `within`."""
        self._make = make
        self._by_scope: dict[tuple[str, str], Prepared] = {}

    def rows(self, tx: Connection, **values: Any) -> Sequence[Any]:
        """Return the rows that the transaction may see, as `Prepared.rows` does."""
        scope = seen_by(tx)
        found = self._by_scope.get(scope)
        if found is None:
            if len(self._by_scope) >= _SCOPES:
                self._by_scope.clear()
            found = self._by_scope[scope] = Prepared(self._make(tx))
        return found.rows(tx, **values)

    def row(self, tx: Connection, **values: Any) -> Any:
        """Return the one row that a query finds, None where it finds none."""
        found = self.rows(tx, **values)
        return found[0] if found else None


def among(tx: Connection, make: Callable[[int], Prepared], values: Sequence[Any]) -> Sequence[Any]:
    """Return the rows of one of ``values``: asked for by as many as the next power of two, the last one repeated.

    ``make`` makes, or remembers, the query of so many values, with `any_of` as its list.
    """
    count = 1 << max(0, len(values) - 1).bit_length()
    padded = [*values, *([values[-1]] * (count - len(values)))]
    return make(count).rows(tx, **{f"v{place}": value for place, value in enumerate(padded)})


def any_of(count: int) -> list[BindParameter[Any]]:
    """Return the list of ``count`` values for a query of `among`."""
    return [bindparam(f"v{place}") for place in range(count)]


class _Text:
    """A statement as SQLite's driver takes it: its text, which values go where, and what is made of what comes back."""

    def __init__(self, statement: Statement, dialect: Dialect, columns: tuple[str, ...]) -> None:
        how: dict[str, Any] = {"column_keys": list(columns)} if columns else {}
        compiled: Any = statement.compile(dialect=dialect, **how)
        self.sql: Final = str(compiled)
        self._names: Final[list[str]] = list(compiled.positiontup or ())
        self._given: Final = {name: value for name, value in compiled.params.items() if value is not None}
        self._to_driver: Final[Mapping[str, _Convert]] = compiled._bind_processors  # noqa: SLF001 - as SQLAlchemy does
        selected = list(statement.selected_columns) if isinstance(statement, Select) else []
        self._row: Final[Any] = namedtuple("Row", [column.key for column in selected], rename=True)  # type: ignore[misc]  # noqa: PYI024
        self._convert: Final = [
            (place, convert)
            for place, column in enumerate(selected)
            if not isinstance(column.type, LargeBinary)  # the driver gives bytes as they are
            and (convert := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]

    def bound(self, values: Mapping[str, Any]) -> list[Any]:
        """Return ``values``, and what the statement itself holds, in the order of the text."""
        given, found = self._given, []
        for name in self._names:
            value = values[name] if name in values else given[name]
            convert = self._to_driver.get(name)
            found.append(value if convert is None else convert(value))
        return found

    def read(self, cursor: sqlite3.Cursor) -> list[Any]:
        """Return the rows of a query that was run."""
        if not self._convert:
            return [self._row._make(row) for row in cursor]
        rows = []
        for each in cursor:
            row = list(each)
            for place, convert in self._convert:
                row[place] = convert(row[place])
            rows.append(self._row._make(row))
        return rows


def _driver_of(tx: Connection) -> Any:
    return tx.connection.driver_connection
