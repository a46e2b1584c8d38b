"""A transaction sees what its scope covers, and without one no row that belongs to somebody."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from sqlalchemy import select

import sayso
from sayso.database import EVERYTHING, Scope, Sees, connect, everything, metadata, within
from sayso.database.visibility import NOBODYS, ORGANISATIONS, SPEAKERS
from sayso.errors import Bug
from sayso.synthesis.store import clips, issued_marks


def _load_all_tables():
    source = Path(sayso.__file__).parent
    for path in source.rglob("store.py"):
        importlib.import_module(".".join(path.relative_to(source.parent).with_suffix("").parts))


def test_every_table_says_who_sees_its_rows():
    _load_all_tables()
    assert {*metadata.tables} | {"alembic_version"} == {*ORGANISATIONS} | {*NOBODYS}
    assert SPEAKERS.keys() == ORGANISATIONS.keys()
    assert not {*ORGANISATIONS} & {*NOBODYS}


@pytest.fixture
def database(tmp_path):
    _load_all_tables()
    database = connect(f"sqlite:///{tmp_path}/state.sqlite")
    metadata.create_all(database.engine)
    return database


def test_without_a_scope_nothing_is_seen(database):
    for opened in (database.read, database.write):
        with pytest.raises(Bug, match="without a scope"), opened() as tx:
            issued_marks(tx)


@pytest.mark.parametrize("sees", [Sees.ORGANISATION, Sees.SPEAKER])
def test_every_rule_is_a_query_that_runs(database, sees):
    with database.read(scope=Scope(sees, "org_bbbbbbbbbbbbbbbb", "spk_bbbbbbbbbbbbbbbb")) as tx:
        for name in ORGANISATIONS:
            table = metadata.tables[name]
            assert tx.execute(select(table).where(within(tx, table))).all() == []


def test_a_scope_is_not_left_behind_in_a_connection_that_is_used_again(database):
    with database.read(scope=EVERYTHING) as tx:
        within(tx, clips)
    with database.read() as tx, pytest.raises(Bug):
        within(tx, clips)


def test_seeing_everything_ends_with_its_block_also_on_an_error(database):
    narrow = Scope(Sees.SPEAKER, "org_bbbbbbbbbbbbbbbb", "spk_bbbbbbbbbbbbbbbb")
    with database.read(scope=narrow) as tx:
        before = str(within(tx, clips))
        with pytest.raises(ValueError, match="x"), everything(tx):
            assert str(within(tx, clips)) == "true"
            raise ValueError("x")
        assert str(within(tx, clips)) == before


def test_a_transaction_without_a_scope_cannot_give_itself_one(database):
    with database.read() as tx, pytest.raises(Bug), everything(tx):
        pass


def test_a_blinded_credential_is_the_same_in_one_context_and_another_elsewhere():
    scope = Scope(Sees.SPEAKER, "org_b", "spk_b", "org_b/speaker/crd_aaaaaaaaaaaaaaaa", b"secret")
    first, again, other = scope.named("grt_1"), scope.named("grt_1"), scope.named("grt_2")
    assert first == again != other
    assert "crd_aaaaaaaaaaaaaaaa" not in (first + other)
