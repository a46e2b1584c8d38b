"""The database: one schema, one way to open a transaction. Queries live in the rooms' ``store.py`` files."""

from sqlalchemy import Connection

from sayso.database.engine import Database, connect, insert_new
from sayso.database.metadata import metadata

__all__ = ["Connection", "Database", "connect", "insert_new", "metadata"]
