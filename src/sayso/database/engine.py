"""Opening databases: SQLite for one machine, anything SQLAlchemy speaks for more.

SQLite runs with a write-ahead log, synced at each commit, and overwrites what is deleted, so that nothing erased can
be read back from a free page. On PostgreSQL (the extra ``postgres``) writers name what they change, such as a speaker,
and those that name different things run side by side; a reader sees one state. What is deleted there stays in the
server's files until they are vacuumed, and in its log until that is recycled: erasure rests on destroyed keys.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, OperationalError

from sayso.database.metadata import metadata, tell_postgres
from sayso.database.scope import Scope, scoped
from sayso.disk import DiskFull, is_read_only, make_private
from sayso.errors import Conflict, Invalid, Tampered, Unavailable

Journal = Literal["WAL", "DELETE"]

_BUSY_MS: Final = 30_000
_EXAMPLE: Final = "postgresql://user@host/sayso"

# 64 MB of pages, so that the ends of all indexes stay in memory however large the file grows. The write-ahead log is
# copied back every 16 MB: pages that many commits change are then written once. No mmap: a file that is cut while it is
# open would end the process instead of being found.
_PRAGMAS: Final = (
    "synchronous=FULL",
    "secure_delete=ON",
    "foreign_keys=ON",
    "cache_size=-65536",
    "wal_autocheckpoint=4096",
)

_NO_ROOM: Final = ("disk is full", "disk I/O", "No space left")

# Held until the transaction ends. Locks of the schema and not of the server, so that the key store has its own. Whoever
# names what it changes shares the first; whoever names nothing holds it alone, and so waits for all others.
_ALL: Final = "hashtextextended('sayso ' || current_schema(), 0)"
ALONE: Final = text(f"SELECT pg_advisory_xact_lock({_ALL})")
_BESIDE: Final = text(f"SELECT pg_advisory_xact_lock_shared({_ALL})")
_NAMED: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('sayso ' || current_schema() || ' ' || :name, 0))")


class AddressInvalid(Invalid):
    """The address of the database cannot be read."""


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached or is busy; check the address and try again."""


class DatabaseCorrupt(Tampered):
    """The database file is damaged; restore it from a backup."""


class ConstraintBroken(Conflict):
    """The database refused a row that contradicts what it holds."""


class Database:
    """One database; `read` and `write` are the only ways in."""

    def __init__(self, engine: Engine) -> None:
        """Wrap an engine made by `connect`."""
        self.engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._watch: Any = None
        self._looking = threading.Lock()
        self._snapshots = engine if self._is_sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
        self._writing = engine.execution_options(sayso_write=True)

    @contextlib.contextmanager
    def read(self, *, scope: Scope | None = None) -> Iterator[Connection]:
        """Yield a connection that sees one consistent state and changes nothing.

        Without a ``scope`` it sees no row that belongs to somebody.
        """
        with _explained(), self._snapshots.connect() as connection:
            if self._is_sqlite:
                _begin(connection, "BEGIN")  # what SQLAlchemy keeps of a transaction is not needed to leave it
            yield scoped(connection, scope)
            connection.rollback()

    @contextlib.contextmanager
    def write(self, *names: str, scope: Scope | None = None) -> Iterator[Connection]:
        """Yield a connection whose changes are all kept, or, on any error, none; ``scope`` as in `read`.

        ``names`` say what is changed, such as a speaker's id: what was read of that stays true until the commit. On
        PostgreSQL those who name other things write at the same time; without a name nobody else writes meanwhile.
        SQLite has one writer at a time, whatever is named.
        """
        with _explained(), self._writing.begin() as connection:
            if self.engine.dialect.name == "postgresql":
                _lock(connection, names)
            yield scoped(connection, scope)

    def changes(self) -> int | None:
        """Return a number that is another one as soon as anybody has committed; None where the database has none.

        Costs some microseconds, and no transaction: SQLite looks at the header of its log.
        """
        if self.engine.dialect.name != "sqlite":
            return None
        with _explained(), self._looking:
            if self._watch is None:
                self._watch = self.engine.raw_connection()
            row = self._watch.cursor().execute("PRAGMA data_version").fetchone()
        return int(row[0])

    def forget_deleted(self) -> None:
        """Rebuild the file from what is kept, and empty the write-ahead log, so that deleted bytes are gone from both.

        secure_delete alone is not enough: where SQLite splits or joins pages it leaves copies of moved rows in the
        free space. Costs one pass over the file. Raise `DatabaseUnavailable` while somebody else still reads.

        Nothing is done on PostgreSQL: to write tables anew would stop everybody. Its autovacuum frees the rows, whose
        contents are sealed under keys that are destroyed.
        """
        if self.engine.dialect.name == "sqlite":
            with _explained(), self.engine.execution_options(sayso_bare=True).connect() as connection:
                connection.execute(text("VACUUM"))
                if connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar():
                    raise DatabaseUnavailable("deleted rows wait in the write-ahead log while another process reads")

    def close(self) -> None:
        """Give the connections back."""
        if self._watch is not None:
            self._watch.close()
        self._watch = None
        self.engine.dispose()


def connect(url: str, *, journal: Journal = "WAL") -> Database:
    """Open the database at ``url``; a SQLite file and its folder are made where missing (mode 0600).

    A SQLite file in a folder that cannot be written is only read; raise `DatabaseUnavailable` where it is not whole.
    """
    parsed, is_fixed = _parsed(url), False
    if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
        path = Path(parsed.database)
        is_fixed = path.exists() and is_read_only(path.parent)
        if is_fixed:
            parsed = _fixed(path)
        else:
            _prepare_file(path)
    try:
        engine = create_engine(parsed, connect_args={"timeout": _BUSY_MS / 1000} if "sqlite" in url[:6] else {})
    except ImportError as error:
        raise DatabaseUnavailable(
            f"the driver of {parsed.drivername} is not here ({error.name}); install it: pip install 'sayso[postgres]'"
        ) from None
    if engine.dialect.name == "sqlite":
        _tune_sqlite(engine, None if is_fixed else journal)
    else:
        tell_postgres(metadata)
    return Database(engine)


def insert_new(tx: Connection, table: Table, rows: Any) -> None:
    """Insert those of ``rows`` whose key the table does not have yet."""
    if tx.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_postgres  # noqa: PLC0415 - 20 ms, asyncio and all

        tx.execute(insert_postgres(table).on_conflict_do_nothing(), rows)
    else:
        tx.execute(insert_sqlite(table).on_conflict_do_nothing(), rows)


def _parsed(url: str) -> URL:
    """Return the address, with our driver where an address of PostgreSQL names none."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise AddressInvalid(f"got a database address that cannot be read, expected one such as {_EXAMPLE}") from None
    is_bare = parsed.drivername in {"postgres", "postgresql"}
    return parsed.set(drivername="postgresql+psycopg") if is_bare else parsed


def _fixed(path: Path) -> URL:
    """Return the address of a file that cannot change; raise `DatabaseUnavailable` where a log holds part of it."""
    for log in (f"{path}-wal", f"{path}-journal"):
        if Path(log).exists() and Path(log).stat().st_size:
            raise DatabaseUnavailable(
                f"{path} cannot be written, and {log} holds changes of it; run any command where it can be written"
            )
    return make_url(f"sqlite:///file:{quote(str(path))}?mode=ro&immutable=1&uri=true")


def _prepare_file(path: Path) -> None:
    try:
        make_private(path.parent)
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise DatabaseUnavailable(f"could not open {path}: {error.strerror}") from error


def _tune_sqlite(engine: Engine, journal: Journal | None) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # SQLAlchemy emits BEGIN below; the driver must not
        for pragma in (*([f"journal_mode={journal}"] if journal else []), *_PRAGMAS):
            dbapi.execute(f"PRAGMA {pragma}").fetchall()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("sayso_bare", False):  # VACUUM and checkpoints run outside of transactions
            driver: Any = connection.connection.driver_connection
            if options.get("sayso_write", False):
                _begin(connection, "BEGIN IMMEDIATE")
            elif not driver.in_transaction:  # `read` has begun
                _begin(connection, "BEGIN")


def _begin(connection: Connection, statement: str) -> None:
    """Begin a transaction; through SQLAlchemy it would take as long as a query and what it asks."""
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute(statement)
    except sqlite3.Error as error:
        raise DBAPIError.instance(statement, None, error, sqlite3.Error) from error


def _lock(connection: Connection, names: Sequence[str]) -> None:
    """Lock what is named, in one order, so that two who lock the same things never wait for each other."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_BUSY_MS}")
    connection.execute(_BESIDE if names else ALONE)
    for name in sorted(set(names)):
        connection.execute(_NAMED, {"name": name})


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        reason = " ".join(str(error.orig).split())
        if any(sign in reason for sign in _NO_ROOM):
            raise DiskFull(
                f"the database could not be written: {reason}; free some space and run this again"
            ) from error
        if "readonly database" in reason:
            raise DatabaseUnavailable("the home cannot be written; it can be verified, and nothing else") from error
        raise DatabaseUnavailable(f"the database did not answer: {reason}") from error
    except DatabaseError as error:
        reason = " ".join(str(error.orig).split())
        if "malformed" in reason or "not a database" in reason:
            raise DatabaseCorrupt(f"the database file is damaged ({reason}); restore it from a backup") from error
        if "constraint" in reason.lower():
            raise ConstraintBroken(f"the database refused the change: {reason}") from error
        raise
