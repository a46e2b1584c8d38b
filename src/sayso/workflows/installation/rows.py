"""Commitments to rows: what an entry holds of the rows as its act left them, so that an edited cell shows.

``standing`` is of a speaker: their row and their keys. ``rows`` is of what the act is about, such as a grant with its
versions, its history and its caps. Both are keyed by the speaker's key, so that after an erasure they say nothing.
What stays of an erased grant is committed to under a secret of the installation.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from sayso.database import Connection
from sayso.database.rows import Rows, encoded, rows_where
from sayso.errors import SaysoError
from sayso.ids import GrantId, SpeakerId
from sayso.ledger import append
from sayso.ledger.entry import OfSpeaker, OfSpeakerT
from sayso.vault import Vault
from sayso.vault.domains import Domain
from sayso.workflows.installation.session import Session

COMMITMENT_CHARS: Final = 32
"""Hex digits of a commitment to rows: 128 bits, so that an entry has room for two."""

_HINT_CHARS: Final = 4
"""Hex digits for each table that follow, by which an audit tells which of them was edited."""

COUNTED: Final = frozenset({"made_ms", "reserved_ms", "made_takes", "reserved_takes"})
"""Columns of `grant_minutes` that many acts add to; the entries of what was made give their sums."""

TICKETS: Final = frozenset({"intent_ticket", "result_ticket"})
"""Columns of `clips` that name the entries themselves, and are held against those."""

ACCOUNTS: Final = {
    "organisations": "organisation_id",
    "licensees": "licensee",
    "credentials": "credential_id",
    "productions": "production_id",
    "gate_records": "record_id",
    "protected_voices": "protected_id",
}
"""The tables of accounts and of what they keep, and the columns of their keys."""

PROGRESS: Final = frozenset({"speaker_id", "stage", "certificate_id"})
"""Columns of `erasure_plans` that tell how far it is; other entries say so."""

_KEY_NAME: Final = "rows"


def speaker_rows(tx: Connection, speaker: str) -> list[Rows]:
    """Return the row and the keys of a speaker."""
    return [rows_where(tx, name, "speaker_id", [speaker]) for name in ("speakers", "speaker_keys")]


def grant_rows(tx: Connection, grant: str) -> list[Rows]:
    """Return a grant with its versions, its history and its caps."""
    tables = [rows_where(tx, name, "grant_id", [grant]) for name in ("grants", "grant_versions", "grant_events")]
    return [*tables, rows_where(tx, "grant_minutes", "grant_id", [grant], but=COUNTED)]


def erased_rows(tx: Connection, grant: str) -> list[Rows]:
    """Return what stays of an erased grant: its tombstone, and which clips were made under it."""
    return [rows_where(tx, name, "grant_id", [grant]) for name in ("grants", "grant_events", "clips")]


def account_rows(tx: Connection, table: str, key: str) -> list[Rows]:
    """Return the row of an organisation, of a licensee that one holds, or of a credential."""
    return [rows_where(tx, table, ACCOUNTS[table], [key])]


def plan_rows(tx: Connection, plan: str) -> list[Rows]:
    """Return the plan of an erasure, but for how far it is."""
    return [rows_where(tx, "erasure_plans", "plan_id", [plan], but=PROGRESS)]


def item_rows(tx: Connection, plan: str) -> list[Rows]:
    """Return what the plan of an erasure names, once it is begun."""
    return [rows_where(tx, "erasure_items", "plan_id", [plan])]


def enrollment_rows(tx: Connection, enrollment: str) -> list[Rows]:
    """Return an enrolment, what people decided of it, and what is recorded of its evidence."""
    mine = rows_where(tx, "enrollments", "enrollment_id", [enrollment])
    evidence = [str(row["artifact_id"]) for row in mine[1] if row["artifact_id"]]
    kept = [rows_where(tx, name, "artifact_id", evidence) for name in ("artifacts", "artifact_speakers")]
    return [mine, rows_where(tx, "enrollment_decisions", "enrollment_id", [enrollment]), *kept]


def committed(vault: Vault, speaker: SpeakerId, rows: Iterable[Rows]) -> str:
    """Return the commitment to rows of a speaker; raise `SubjectUnknown` once the key is gone."""
    return _joined([vault.commit(speaker, encoded(part), domain=Domain.ROWS) for part in rows])


def committed_here(vault: Vault, rows: Iterable[Rows]) -> str:
    """Return the commitment to rows that are nobody's, such as tombstones, under a secret of the installation."""
    key = vault.operator_secret(_KEY_NAME)
    return _joined([hmac.digest(key, encoded(part), hashlib.sha256).hex() for part in rows])


def make_secret(vault: Vault) -> None:
    """Make the secret of `committed_here` with the first speaker: so a backup from before an erasure has it."""
    vault.operator_secret(_KEY_NAME)


def edited(commitment: str, logged: str) -> list[int]:
    """Return the places of the tables whose rows are not those that were ``logged``; all where no one stands out."""
    hints, known = commitment[COMMITMENT_CHARS:], logged[COMMITMENT_CHARS:]
    places = range(len(hints) // _HINT_CHARS)
    differ = [each for each in places if _hint(hints, each) != _hint(known, each)]
    return differ or list(places)


def _joined(commitments: Sequence[str]) -> str:
    whole = hashlib.sha256("".join(commitments).encode()).hexdigest()[:COMMITMENT_CHARS]
    return whole + "".join(each[:_HINT_CHARS] for each in commitments)


def _hint(hints: str, place: int) -> str:
    return hints[_HINT_CHARS * place : _HINT_CHARS * (place + 1)]


def committed_account(vault: Vault, tx: Connection, table: str, key: str, speaker: SpeakerId | None = None) -> str:
    """Return the commitment to a row of accounts; that of a speaker's credential is keyed by the speaker's key."""
    rows = account_rows(tx, table, key)
    return committed_here(vault, rows) if speaker is None else committed(vault, speaker, rows)


def bound(vault: Vault, tx: Connection, speaker: SpeakerId, act: OfSpeakerT, grant: str | None = None) -> OfSpeakerT:
    """Return the act with the commitments to the speaker's and the grant's rows, as they stand now.

    Without them where the speaker's key is lost: that keeps nobody from taking away, and the audit tells of it.
    """
    try:
        standing = committed(vault, speaker, speaker_rows(tx, speaker))
        rows = None if grant is None else committed(vault, speaker, grant_rows(tx, grant))
    except SaysoError:
        return act
    return replace(act, standing=standing, rows=rows)


def enter(
    session: Session, tx: Connection, act: OfSpeaker, at: str, *, speaker: SpeakerId, grant: GrantId | None = None
) -> int:
    """Queue the entry of an act on a speaker, once all its rows are written; return the ticket."""
    return append(tx, bound(session.vault, tx, speaker, act, grant).entry(at, grant))
