"""Scopes: whose rows a transaction sees. A query of rows that belong to somebody asks `within`, or it does not run.

A transaction that was given no scope sees no such row: `within` raises. Which rows a scope covers stands in one place,
`sayso.database.visibility`.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Connection, FromClause, true

from sayso.database.visibility import visible_to_organisation, visible_to_speaker
from sayso.errors import Bug
from sayso.ids import OWN_ORGANISATION

_NAME: Final = "sayso_scope"


class Sees(StrEnum):
    """How far a scope reaches."""

    EVERYTHING = "everything"
    ORGANISATION = "organisation"
    SPEAKER = "speaker"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows a transaction sees, whose the rows are that it inserts, and who acts.

    ``by`` names the actor as ledger entries do. With a ``blind``, the credential in it is replaced by a digest that
    differs from one grant to the next, so that entries of one speaker cannot be connected by it.
    """

    sees: Sees
    organisation: str
    speaker: str | None = None
    by: str | None = None
    blind: bytes | None = None

    def named(self, context: str) -> str | None:
        """Return who acts, as the entry of ``context`` names them."""
        if self.by is None or self.blind is None:
            return self.by
        digest = hashlib.blake2b(context.encode(), key=self.blind, digest_size=10).digest()
        return f"{self.by.rpartition('/')[0]}/crd_{base64.b32encode(digest).decode().lower()}"


EVERYTHING: Final = Scope(Sees.EVERYTHING, OWN_ORGANISATION)
"""What the installation itself needs: the gate, the audit, the ledger."""


def scoped(connection: Connection, scope: Scope | None) -> Connection:
    """Return the connection with ``scope`` as its own."""
    vars(connection)[_NAME] = scope  # as one of SQLAlchemy's options, each change would take ten times as long
    return connection


def scope_of(tx: Connection) -> Scope | None:
    """Return the scope that the transaction was given, None if it was given none."""
    found: Scope | None = vars(tx).get(_NAME)
    return found


def organisation_of(tx: Connection) -> str:
    """Return whose the rows are that the transaction inserts; raise `Bug` if it has no scope."""
    return _required(tx).organisation


@contextlib.contextmanager
def everything(tx: Connection) -> Iterator[None]:
    """Let the transaction see all rows for a while, for what is decided of rows that are not shown.

    Who acts, and whose the rows are that are inserted, stays. `tools/rules.py` lists who may do this, and why.
    """
    scope = _required(tx)
    scoped(tx, replace(scope, sees=Sees.EVERYTHING))
    try:
        yield
    finally:
        scoped(tx, scope)


def sees_everything(tx: Connection) -> bool:
    """Return whether the transaction sees all rows; raise `Bug` if it has no scope."""
    return _required(tx).sees is Sees.EVERYTHING


def seen_by(tx: Connection) -> tuple[str, str]:
    """Return what `within` depends on, the same for the same rows; raise `Bug` if the transaction has no scope."""
    scope = _required(tx)
    if scope.sees is Sees.EVERYTHING:
        return scope.sees, ""
    return scope.sees, (scope.speaker or "") if scope.sees is Sees.SPEAKER else scope.organisation


def within(tx: Connection, table: FromClause) -> ColumnElement[bool]:
    """Return the condition that a row of ``table`` is one the transaction may see; raise `Bug` if it has no scope."""
    scope = _required(tx)
    if scope.sees is Sees.EVERYTHING:
        return true()
    if scope.sees is Sees.SPEAKER:
        return visible_to_speaker(table, scope.speaker or "")
    return visible_to_organisation(table, scope.organisation)


def _required(tx: Connection) -> Scope:
    scope = scope_of(tx)
    if scope is None:
        raise Bug("a transaction without a scope asked for rows that belong to somebody; open it through a session")
    return scope
