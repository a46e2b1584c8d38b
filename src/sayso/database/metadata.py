"""The one `MetaData` that every table hangs on; constraints have fixed names, so that migrations can name them."""

from __future__ import annotations

from sqlalchemy import Index, MetaData, column, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Tables of the state. Times are stored as the text that `clock.stamp` writes, amounts as integers."""

keys_metadata = MetaData(naming_convention=metadata.naming_convention)
"""Tables of the key store, which lives in a database of its own: see decisions/0003."""


def index_of_present(name: str, column_name: str) -> Index:
    """Return an index of the rows that have a value in the column."""
    return Index(name, column_name, sqlite_where=column(column_name).is_not(None), info={"present": column_name})


def tell_postgres(tables: MetaData) -> None:
    """Tell the indexes of `index_of_present` to PostgreSQL too; its dialect takes 40 ms to load, so only when used."""
    for index in (index for table in tables.tables.values() for index in table.indexes):
        if "present" in index.info:
            index.dialect_kwargs["postgresql_where"] = column(index.info["present"]).is_not(None)
        if "postgresql_where" in index.info:
            index.dialect_kwargs["postgresql_where"] = text(index.info["postgresql_where"])
