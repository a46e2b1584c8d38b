"""One moment of an installation, for an audit: the rows and the entries as one transaction sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sayso.consent import store as consents
from sayso.database import Connection
from sayso.database.rows import Row, Rows, all_rows
from sayso.erasure import store as erasures
from sayso.errors import SaysoError
from sayso.ids import SpeakerId
from sayso.ledger import Logged
from sayso.ledger.entry import Entry
from sayso.vault import Vault
from sayso.workflows.installation.rows import edited
from sayso.workflows.installation.session import Session

TABLES: Final = (consents.grants, erasures.plans)
"""What this file reads by name is made by these rooms."""

UNREADABLE: Final = (SaysoError, ValueError, TypeError, KeyError, AttributeError)
"""What reading an edited row may raise: the audit names the row and goes on."""


@dataclass(frozen=True)
class Snapshot:
    """What an audit looks at. ``session`` is of who audits, ``tx`` the transaction that all is read in."""

    session: Session
    tx: Connection

    @property
    def vault(self) -> Vault:
        """Return the vault, whose keys are read once where the audit holds them."""
        return self.session.vault

    def entries(self, kind: str) -> Iterator[Logged]:
        """Yield the entries whose type is ``kind`` or lies below it, in log order."""
        yield from self.session.installation.log.query_in(self.tx, type=kind)

    def chain(self, grant: str) -> Iterator[tuple[int, Entry]]:
        """Yield the entries under a grant, in their order, with their tickets."""
        return ((row.ticket, row.entry) for row in self.session.installation.log.query_in(self.tx, grants=[grant]))

    @cached_property
    def logged_grants(self) -> frozenset[str]:
        """Return the grants under which anything was logged."""
        return frozenset(self.session.installation.log.grants_in(self.tx))

    @cached_property
    def consent(self) -> Mapping[str, Sequence[Logged]]:
        """Return the entries of consent, by grant, or by the speaker's pseudonym where they are under none."""
        found: dict[str, list[Logged]] = defaultdict(list)
        for row in self.entries("consent"):
            entry = row.entry
            found[entry.grant or str(entry.facts.get("subject"))].append(row)
        return found

    @cached_property
    def erasure(self) -> Mapping[str, Mapping[str, Logged]]:
        """Return the last entry of each type of an erasure, by plan."""
        found: dict[str, dict[str, Logged]] = defaultdict(dict)
        for row in self.entries("erasure"):
            found[str(row.entry.facts.get("plan"))][row.entry.type] = row
        return found

    @cached_property
    def grants(self) -> Sequence[Row]:
        """Return the rows of all grants."""
        return all_rows(self.tx, "grants")

    @cached_property
    def speakers(self) -> Sequence[Row]:
        """Return the rows of all speakers."""
        return all_rows(self.tx, "speakers")

    @cached_property
    def plans(self) -> Sequence[Row]:
        """Return the rows of all plans of erasures."""
        return all_rows(self.tx, "erasure_plans")

    @cached_property
    def living(self) -> frozenset[str]:
        """Return the speakers who have a key."""
        return frozenset(self.vault.subjects())

    def under_way(self, speaker: str) -> str | None:
        """Return the plan by which the speaker's key was destroyed already, where their rows are not deleted yet."""
        plans = (str(plan["plan_id"]) for plan in self.plans if plan["speaker_id"] == speaker)
        begun = (plan for plan in plans if plan in self.erasure)
        return next(begun, None) if speaker not in self.living else None


def last_of(rows: Iterable[Logged], fact: str) -> Logged | None:
    """Return the last of the entries that has the fact."""
    return max((row for row in rows if fact in row.entry.facts), key=place_of, default=None)


def place_of(row: Logged) -> tuple[bool, int]:
    """Return what orders entries as the log does: those that wait for their place come last."""
    return row.index is None, row.ticket if row.index is None else row.index


def named(parts: Sequence[Rows], commitment: str, logged: str, key: str, whose: str) -> Iterator[str]:
    """Yield the tables of ``parts`` whose rows are not those that were logged."""
    for place in edited(commitment, logged):
        table, rows = parts[place]
        ids = sorted({str(row[key]) for row in rows if key in row}) or [whose]
        yield f"{table} row {', '.join(ids[:3])}"


def told(error: Exception) -> str:
    """Return why a row cannot be read, without its values."""
    return error.message if isinstance(error, SaysoError) else f"it cannot be read ({type(error).__name__})"


def speaker_of(row: Mapping[str, Any]) -> SpeakerId:
    """Return the speaker that a row names."""
    return SpeakerId(str(row["speaker_id"] or ""))
