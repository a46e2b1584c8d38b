"""The database: one schema, one way to open a transaction. Queries live in the rooms' ``store.py`` files."""

from sqlalchemy import Connection

from sayso.database.engine import Database, connect, insert_new
from sayso.database.metadata import metadata
from sayso.database.prepared import Prepared, PreparedWithin
from sayso.database.scope import EVERYTHING, Scope, Sees, everything, organisation_of, scope_of, sees_everything, within

__all__ = [
    "EVERYTHING",
    "Connection",
    "Database",
    "Prepared",
    "PreparedWithin",
    "Scope",
    "Sees",
    "connect",
    "everything",
    "insert_new",
    "metadata",
    "organisation_of",
    "scope_of",
    "sees_everything",
    "within",
]
