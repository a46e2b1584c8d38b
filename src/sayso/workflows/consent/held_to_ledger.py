"""Holding the rows that an act rests on against the ledger, before anything is permitted on their word.

The audit looks at every row; this looks at those of one speaker and of the grants that are charged, in a few queries:
the last entries that committed to them say what they are to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sayso.consent.errors import GrantTampered
from sayso.database import Connection
from sayso.database.rows import Rows, rows_where
from sayso.errors import SaysoError
from sayso.ids import GrantId, SpeakerId
from sayso.ledger import Logged
from sayso.ledger.acts import ClipMade
from sayso.workflows.consent.reach import ABOUT
from sayso.workflows.installation.rows import committed, grant_rows, speaker_rows
from sayso.workflows.installation.session import Session

_LOOKED_BACK: Final = (4, 64)
"""Entries of a grant among which its last clip is looked for, few of them first; beyond them the audit tells."""

_HINT: Final = "restore the database from a backup; until then nothing is permitted with this speaker's voice"


def check_rows(session: Session, tx: Connection, speaker: SpeakerId, grants: Iterable[GrantId]) -> None:
    """Return if speaker and grants, with what is charged to them, are as the ledger says; raise `GrantTampered`."""
    _check_speaker(session, tx, speaker)
    for grant in grants:
        _check_grant(session, tx, speaker, grant)
        _check_charged(session, tx, grant)


def _check_speaker(session: Session, tx: Connection, speaker: SpeakerId) -> None:
    grants = [str(row["grant_id"]) for row in rows_where(tx, "grants", "speaker_id", [speaker])[1]]
    subjects = [session.vault.pseudonym(speaker, context) for context in ABOUT]
    told = session.installation.log.consent_in(tx, grants, subjects)
    if not _is_as_told(session, speaker, speaker_rows(tx, speaker), told, "standing"):
        raise GrantTampered(f"speakers row {speaker}: it or a key of it is not what the ledger says", hint=_HINT)


def _check_grant(session: Session, tx: Connection, speaker: SpeakerId, grant: GrantId) -> None:
    told = session.installation.log.consent_in(tx, [grant])
    if not _is_as_told(session, speaker, grant_rows(tx, grant), told, "rows"):
        raise GrantTampered(f"grants row {grant}: it, its history or its caps are not what the ledger says", hint=_HINT)


def _is_as_told(session: Session, speaker: SpeakerId, rows: list[Rows], told: Sequence[Logged], fact: str) -> bool:
    try:
        found = committed(session.vault, speaker, rows)
    except SaysoError:
        return False
    said = (row.entry.facts[fact] for row in told if fact in row.entry.facts)
    return next(said, None) == found


def _check_charged(session: Session, tx: Connection, grant: GrantId) -> None:
    """Raise `GrantTampered` where less is charged than the last clip under the grant, or its licences, tells of."""
    rows = rows_where(tx, "grant_minutes", "grant_id", [grant])[1]
    licences = [str(row["grant_id"]) for row in rows_where(tx, "grant_minutes", "outer_id", [grant])[1]]
    said = [_charged(session, tx, grant, ("used_ms", "used_takes"))]
    said += [_charged(session, tx, licence, ("outer_ms", "outer_takes")) for licence in licences]
    for row in rows:
        if any(row["made_ms"] < ms or row["made_takes"] < takes for ms, takes in said):
            raise GrantTampered(f"grant_minutes row {grant}: less is charged than the ledger says", hint=_HINT)


def _charged(session: Session, tx: Connection, grant: str, facts: tuple[str, str]) -> tuple[int, int]:
    """Return the milliseconds and takes that the last clip under the grant says are charged in all."""
    for limit in _LOOKED_BACK:
        for row in session.installation.log.newest_in(tx, grant, limit):
            if (entry := row.entry).type == ClipMade.TYPES[0]:
                return int(entry.facts.get(facts[0], 0)), int(entry.facts.get(facts[1], 0))
    return 0, 0
