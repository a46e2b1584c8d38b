"""The database: all or nothing, one writer, nothing deleted left readable."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import column, select, table

from sayso.database import Prepared, connect
from sayso.database.engine import ConstraintBroken, DatabaseCorrupt

MARKER = "find-me-if-you-can-0123456789"


@pytest.fixture
def database(tmp_path):
    database = connect(f"sqlite:///{tmp_path / 'db.sqlite'}")
    with database.write() as tx:
        tx.exec_driver_sql("CREATE TABLE takes (name TEXT UNIQUE)")
    yield database
    database.close()


def insert(database, *names):
    with database.write() as tx:
        for name in names:
            tx.exec_driver_sql("INSERT INTO takes VALUES (?)", (name,))


def names(database):
    with database.read() as tx:
        return [row[0] for row in tx.exec_driver_sql("SELECT name FROM takes ORDER BY name")]


def test_a_failed_write_keeps_nothing(database):
    with pytest.raises(ConstraintBroken):
        insert(database, "a", "b", "b")
    assert names(database) == []


def test_a_broken_constraint_is_a_conflict(database):
    with pytest.raises(ConstraintBroken):
        insert(database, "a", "a")


def test_two_writers_wait_for_each_other(database):
    def add(start):
        for number in range(start, start + 20):
            with database.write() as tx:
                count = tx.exec_driver_sql("SELECT COUNT(*) FROM takes").scalar()
                tx.exec_driver_sql("INSERT INTO takes VALUES (?)", (f"{number:03d} {count:03d}",))

    threads = [threading.Thread(target=add, args=(start,)) for start in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = sorted(int(name.split()[1]) for name in names(database))
    assert counts == list(range(60))


@pytest.mark.parametrize("through_sqlalchemy", [True, False])
def test_a_read_sees_one_state_however_it_asks(database, through_sqlalchemy):
    takes = Prepared(select(column("name")).select_from(table("takes")))

    def seen(tx):
        return len(tx.execute(takes.statement).all() if through_sqlalchemy else takes.rows(tx))

    with database.read() as tx:
        before = seen(tx)
        insert(database, "a", "b")
        assert (before, seen(tx)) == (0, 0)
        assert (len(takes.rows(tx)), len(tx.execute(takes.statement).all())) == (0, 0)
    with database.read() as tx:
        assert seen(tx) == 2


@pytest.mark.parametrize("through_sqlalchemy", [True, False])
def test_a_read_that_fails_leaves_nothing_open(database, through_sqlalchemy):
    for _ in range(20):
        with pytest.raises(ZeroDivisionError), database.read() as tx:
            if through_sqlalchemy:
                tx.exec_driver_sql("SELECT name FROM takes").all()
            raise ZeroDivisionError
    insert(database, "a")
    database.forget_deleted()  # which would wait for whoever still reads
    assert names(database) == ["a"]


def test_a_commit_by_anybody_is_told_and_nothing_else_is(database, tmp_path):
    other = connect(f"sqlite:///{tmp_path / 'db.sqlite'}")
    known = database.changes()
    names(other)
    assert database.changes() == known
    for writer in (database, other):
        insert(writer, f"by {id(writer)}")
        assert database.changes() != known
        known = database.changes()
    other.close()


def test_what_is_deleted_is_gone_from_every_file(database, tmp_path):
    insert(database, MARKER)
    assert any(MARKER.encode() in path.read_bytes() for path in tmp_path.iterdir())
    with database.write() as tx:
        tx.exec_driver_sql("DELETE FROM takes")
    database.forget_deleted()
    assert not any(MARKER.encode() in path.read_bytes() for path in tmp_path.iterdir())


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path):
    (tmp_path / "db.sqlite").write_bytes(b"rubbish" * 1000)
    database = connect(f"sqlite:///{tmp_path / 'db.sqlite'}")
    with pytest.raises(DatabaseCorrupt, match="damaged"), database.read() as tx:
        tx.exec_driver_sql("SELECT 1 FROM sqlite_master")
    database.close()
