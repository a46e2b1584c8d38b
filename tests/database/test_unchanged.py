"""Nothing that was read outlives a commit, whoever made it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sayso.database import connect
from sayso.database.unchanged import Unchanged


@pytest.fixture
def database(tmp_path):
    database = connect(f"sqlite:///{tmp_path / 'db.sqlite'}")
    with database.write() as tx:
        tx.exec_driver_sql("CREATE TABLE takes (name TEXT)")
        tx.exec_driver_sql("INSERT INTO takes VALUES ('first')")
    yield database
    database.close()


class Looking:
    """Reads the one row, and counts how often."""

    def __init__(self, database) -> None:
        self.database, self.times = database, 0

    def __call__(self) -> str:
        self.times += 1
        with self.database.read() as tx:
            return tx.exec_driver_sql("SELECT name FROM takes").scalar_one()


def test_what_nobody_changed_is_read_once(database):
    look, unchanged = Looking(database), Unchanged(database)
    assert [unchanged.get("a", look) for _ in range(3)] == ["first"] * 3
    assert look.times == 1
    assert unchanged.get("b", look) == "first"
    assert look.times == 2


def test_a_change_in_this_process_is_seen_at_once(database):
    look, unchanged = Looking(database), Unchanged(database)
    for name in ("second", "third"):
        unchanged.get("a", look)
        with database.write() as tx:
            tx.exec_driver_sql("UPDATE takes SET name = ?", (name,))
        assert unchanged.get("a", look) == name


def test_a_change_by_another_process_is_seen_at_once(database, tmp_path):
    look, unchanged = Looking(database), Unchanged(database)
    unchanged.get("a", look)
    edit = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]);"
        " db.execute('UPDATE takes SET name = ?', sys.argv[2:]); db.commit()"
    )
    for name in ("second", "third"):
        subprocess.run([sys.executable, "-c", edit, tmp_path / "db.sqlite", name], check=True)
        assert unchanged.get("a", look) == name


def test_a_change_while_it_is_read_is_seen_the_next_time(database):
    unchanged = Unchanged(database)

    def interrupted() -> str:
        found = look()
        with database.write() as tx:
            tx.exec_driver_sql("UPDATE takes SET name = 'late'")
        return found

    look = Looking(database)
    assert unchanged.get("a", interrupted) == "first"
    assert unchanged.get("a", look) == "late"


def test_what_fails_is_not_kept(database):
    look, unchanged = Looking(database), Unchanged(database)
    with pytest.raises(ZeroDivisionError):
        unchanged.get("a", lambda: 1 // 0)
    assert unchanged.get("a", look) == "first"


def test_a_database_that_tells_of_no_commits_is_asked_each_time(database, monkeypatch):
    look, unchanged = Looking(database), Unchanged(database)
    monkeypatch.setattr(database, "changes", lambda: None)
    assert [unchanged.get("a", look) for _ in range(3)] == ["first"] * 3
    assert look.times == 3
