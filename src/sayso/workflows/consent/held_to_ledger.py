"""Holding the rows that an act rests on against the ledger, before anything is permitted on their word.

The audit looks at every row; this looks at those of one speaker and of the grants that are charged, in a few queries:
the last entries that committed to them say what they are to be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from sayso.consent.errors import GrantTampered
from sayso.database import Connection
from sayso.database.rows import Rows, rows_where
from sayso.errors import SaysoError
from sayso.ids import GrantId, SpeakerId
from sayso.ledger import Logged
from sayso.ledger.entry import Fact, Link
from sayso.ledger.finding import grant_of
from sayso.workflows.consent.reach import ABOUT
from sayso.workflows.installation.rows import committed, grant_rows, speaker_rows
from sayso.workflows.installation.session import Session

_LOOKED_BACK: Final = (1, 8, 64)
"""Entries of a grant among which the last that tells what is charged is looked for; beyond them the audit tells.

Each intent, once this has held the rows against it, and each clip tells it: it is the newest or one of the next few.
"""

_USED: Final = ("used_ms", "used_takes")
_OUTER: Final = ("outer_ms", "outer_takes")

_HINT: Final = "restore the database from a backup; until then nothing is permitted with this speaker's voice"


def check_rows(
    session: Session, tx: Connection, speaker: SpeakerId, grant: GrantId, outer: GrantId | None
) -> dict[str, int]:
    """Return what is charged to grant and outer consent, if they, it and the speaker are as the ledger says.

    What is returned are the facts for the entry of the act. Raise `GrantTampered`.
    """
    told = _check_speaker(session, tx, speaker)
    _check_grant(session, tx, speaker, grant, told)
    facts = _checked(tx, grant, _USED, [_told(session, tx, grant, _USED)])
    if outer is not None:
        _check_grant(session, tx, speaker, outer, told)
        licences = [str(row["grant_id"]) for row in rows_where(tx, "grant_minutes", "outer_id", [outer])[1]]
        facts |= _checked(tx, outer, _OUTER, [_told(session, tx, licence, _OUTER) for licence in licences])
    return facts


def charged_facts(tx: Connection, grant: GrantId, outer: GrantId | None) -> dict[str, int]:
    """Return the same facts of what is charged now to grant and outer consent."""
    facts = _charged(tx, grant, _USED)
    return facts if outer is None else facts | _charged(tx, outer, _OUTER)


def _charged(tx: Connection, grant: GrantId, names: tuple[str, str]) -> dict[str, int]:
    rows = rows_where(tx, "grant_minutes", "grant_id", [grant])[1]
    return {name: value for row in rows for name, value in zip(names, (row["made_ms"], row["made_takes"]), strict=True)}


def _check_speaker(session: Session, tx: Connection, speaker: SpeakerId) -> Sequence[Logged]:
    """Return the entries of consent about the speaker and their grants, the newest first; raise `GrantTampered`."""
    grants = [str(row["grant_id"]) for row in rows_where(tx, "grants", "speaker_id", [speaker])[1]]
    subjects = [session.vault.pseudonym(speaker, context) for context in ABOUT]
    told = session.installation.log.consent_in(tx, grants, subjects)
    if not _is_as_told(session, speaker, speaker_rows(tx, speaker), told, "standing"):
        raise GrantTampered(f"speakers row {speaker}: it or a key of it is not what the ledger says", hint=_HINT)
    return told


def _check_grant(session: Session, tx: Connection, speaker: SpeakerId, grant: GrantId, told: Sequence[Logged]) -> None:
    of_grant = [row for row in told if grant_of(row.data) == grant]
    if not _is_as_told(session, speaker, grant_rows(tx, grant), of_grant, "rows"):
        raise GrantTampered(f"grants row {grant}: it, its history or its caps are not what the ledger says", hint=_HINT)


def _is_as_told(session: Session, speaker: SpeakerId, rows: list[Rows], told: Sequence[Logged], fact: str) -> bool:
    try:
        found = committed(session.vault, speaker, rows)
    except SaysoError:
        return False
    said = (facts[fact] for row in told if fact in (facts := facts_of_consent(row.data)))
    return next(said, None) == found


@lru_cache(maxsize=4096)
def facts_of_consent(data: bytes) -> Mapping[str, Fact]:
    """Return the facts of an entry about consent, which is read at each act and changes at few."""
    return _facts_in(data)


def _facts_in(data: bytes) -> Mapping[str, Fact]:
    """Return the facts of an entry's bytes; those of an utterance are read once, so that they are not kept."""
    return Link.decode(data).entry.facts


def _checked(tx: Connection, grant: GrantId, names: tuple[str, str], said: Sequence[tuple[int, int]]) -> dict[str, int]:
    """Return what is charged to the grant; raise `GrantTampered` where it is less than any of what the ledger said."""
    facts = _charged(tx, grant, names)
    if facts and any(facts[names[0]] < ms or facts[names[1]] < takes for ms, takes in said):
        raise GrantTampered(f"grant_minutes row {grant}: less is charged than the ledger says", hint=_HINT)
    return facts


def _told(session: Session, tx: Connection, grant: str, facts: tuple[str, str]) -> tuple[int, int]:
    """Return the milliseconds and takes that the last entry under the grant that tells of them says are charged."""
    for limit in _LOOKED_BACK:
        for row in session.installation.log.newest_in(tx, grant, limit):
            if f'"{facts[0]}":'.encode() in row.data and facts[0] in (said := _facts_in(row.data)):
                return int(said[facts[0]]), int(said.get(facts[1], 0))
    return 0, 0
