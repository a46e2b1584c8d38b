"""Migrations: an empty database comes to the schema that the rooms' tables say, once, and a newer one is left alone."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import sayso
from sayso.database import connect
from sayso.database.metadata import keys_metadata, metadata
from sayso.database.schema import KEYS, STATE, SchemaTooNew, revision, upgrade

ROOT = Path(sayso.__file__).parent
for store in (*ROOT.rglob("store.py"), *ROOT.rglob("*_store.py")):
    importlib.import_module(".".join(("sayso", *store.relative_to(ROOT).with_suffix("").parts)))


@pytest.fixture
def database(tmp_path):
    database = connect(f"sqlite:///{tmp_path / 'db.sqlite'}")
    yield database
    database.close()


@pytest.mark.parametrize(("schema", "tables"), [(STATE, metadata), (KEYS, keys_metadata)], ids=["state", "keys"])
def test_migrations_end_where_the_tables_are(database, schema, tables):
    upgrade(database, schema)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables) == []
    assert revision(database) == schema.head


def test_upgrading_again_changes_nothing(database):
    upgrade(database, STATE)
    upgrade(database, STATE)
    assert revision(database) == STATE.head


def test_a_newer_database_is_left_alone(database):
    upgrade(database, STATE)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaTooNew, match="9999"):
        upgrade(database, STATE)
