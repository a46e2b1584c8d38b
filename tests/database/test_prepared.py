"""Prepared statements give what SQLAlchemy gives: the same values of the same types, the same numbers, errors too."""

from __future__ import annotations

import pytest
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from sayso.accounts.store import organisations
from sayso.database import EVERYTHING, Database, Prepared, PreparedWithin, Scope, Sees, connect, within
from sayso.database.engine import ConstraintBroken, DatabaseCorrupt
from sayso.database.metadata import metadata

THINGS = Table(
    "things",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("name", String(8), nullable=False, unique=True),
    Column("is_kept", Boolean, nullable=False),
    Column("data", LargeBinary),
    CheckConstraint("name <> 'never'", name="names"),
)
BY_NAME = Prepared(select(THINGS).where(THINGS.c.name == bindparam("of_name")))
ALL = Prepared(select(THINGS).order_by(THINGS.c.number))
ADD = Prepared(insert(THINGS))
RENAME = Prepared(update(THINGS).where(THINGS.c.number == bindparam("of")).values(name=bindparam("to")))
DROP = Prepared(delete(THINGS).where(THINGS.c.is_kept.is_(False), THINGS.c.number > 0))


@pytest.fixture
def database(tmp_path) -> Database:
    found = connect(f"sqlite:///{tmp_path}/things.sqlite")
    with found.write() as tx:
        THINGS.create(tx)
    return found


def filled(database: Database) -> None:
    with database.write() as tx:
        assert ADD.insert(tx, {"name": "one", "is_kept": True, "data": b"\0\xff"}) == 1
        assert ADD.insert(tx, {"name": "two", "is_kept": False}) == 2
        assert ADD.insert(tx, {"number": 7, "name": "seven", "is_kept": False, "data": None}) == 7


def test_rows_are_those_of_sqlalchemy(database: Database) -> None:
    filled(database)
    with database.read() as tx:
        found, plain = ALL.rows(tx), tx.execute(select(THINGS).order_by(THINGS.c.number)).all()
        assert [tuple(row) for row in found] == [tuple(row) for row in plain]
        assert [[type(value) for value in row] for row in found] == [[type(value) for value in row] for row in plain]
        assert [row._asdict() for row in found] == [dict(row._mapping) for row in plain]
        assert BY_NAME.row(tx, of_name="two").is_kept is False
        assert BY_NAME.row(tx, of_name="three") is None


def test_changes_are_counted(database: Database) -> None:
    filled(database)
    with database.write() as tx:
        assert RENAME.change(tx, of=1, to="uno") == 1
        assert RENAME.change(tx, of=5, to="five") == 0
        assert DROP.change(tx) == 2
        assert [row.name for row in ALL.rows(tx)] == ["uno"]


def test_what_is_undone_leaves_nothing(database: Database) -> None:
    filled(database)
    with pytest.raises(ZeroDivisionError), database.write() as tx:
        DROP.change(tx)
        raise ZeroDivisionError
    with database.read() as tx:
        assert len(ALL.rows(tx)) == 3


@pytest.mark.parametrize("name", ["one", "never", None])
def test_a_refused_row_is_told_as_elsewhere(database: Database, name: str | None) -> None:
    filled(database)
    with pytest.raises(ConstraintBroken), database.write() as tx:
        ADD.insert(tx, {"name": name, "is_kept": True})


def test_a_damaged_file_is_told_as_elsewhere(tmp_path, database: Database) -> None:
    filled(database)
    with database.write() as tx:
        for number in range(100, 400):
            ADD.insert(tx, {"name": str(number), "is_kept": True, "data": bytes(500)})
    database.forget_deleted()
    database.close()
    path = tmp_path / "things.sqlite"
    data = path.read_bytes()
    path.write_bytes(data[:8192] + bytes(8192) + data[16384:])
    with pytest.raises(DatabaseCorrupt), connect(f"sqlite:///{path}").read() as tx:
        ALL.rows(tx)


def test_a_query_within_a_scope_is_not_the_one_of_who_sees_all(tmp_path) -> None:
    database = connect(f"sqlite:///{tmp_path}/state.sqlite")
    with database.write() as tx:
        metadata.create_all(tx, [organisations])
    ours, theirs = "org_aaaaaaaaaaaaaaaa", "org_bbbbbbbbbbbbbbbb"
    seen = PreparedWithin(lambda tx: select(organisations.c.organisation_id).where(within(tx, organisations)))
    row = {column.name: "x" for column in organisations.columns}
    with database.write() as tx:
        for each in (ours, theirs):
            tx.execute(insert(organisations), row | {"organisation_id": each, "name": each})
    for _ in range(2):
        for organisation, expected in ((ours, [ours]), (theirs, [theirs])):
            with database.read(scope=Scope(Sees.ORGANISATION, organisation)) as tx:
                assert [row.organisation_id for row in seen.rows(tx)] == expected
        with database.read(scope=EVERYTHING) as tx:
            assert sorted(row.organisation_id for row in seen.rows(tx)) == [ours, theirs]
