"""Holding the plan of an erasure against the ledger, and against the speaker whom it names.

A plan says whose key is destroyed, which blobs are unlinked and which rows deleted: it is looked at before each run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sayso.database import Connection
from sayso.database.rows import Row, rows_where
from sayso.erasure import Stage
from sayso.erasure.plan import subject_context
from sayso.errors import SaysoError, Tampered
from sayso.ids import SpeakerId
from sayso.ledger import Logged
from sayso.ledger.acts import ErasureBegun, ErasureCertified, RowsDeleted
from sayso.vault import Vault
from sayso.workflows.installation.rows import committed_here, item_rows, plan_rows
from sayso.workflows.installation.session import Session

BEGUN: Final = ErasureBegun.TYPES[0]
DELETED: Final = RowsDeleted.TYPES[0]
CERTIFIED: Final = ErasureCertified.TYPES[0]

Told = Mapping[str, Logged]
"""The entries of one plan, by their type."""


class PlanTampered(Tampered):
    """The plan of the erasure is not what it was when it was made; restore the database, and make another plan."""


def check_plan(session: Session, plan: str) -> None:
    """Return if the plan is as it was made and logged; raise `PlanTampered` with every reason."""
    rows = session.log.query(type="erasure")
    told = {row.entry.type: row for row in rows if row.entry.facts.get("plan") == plan}
    with session.read() as tx, session.vault.holding():
        found = [
            each
            for row in rows_where(tx, "erasure_plans", "plan_id", [plan])[1]
            for each in wrong(session.vault, tx, row, told)
        ]
    if found:
        raise PlanTampered(found[0], reasons=found)


def wrong(vault: Vault, tx: Connection, row: Row, told: Told) -> Iterator[str]:
    """Yield what the row of a plan, and the rows of what it names, say otherwise than the ledger."""
    where = f"erasure_plans row {row['plan_id']}"
    stage = Stage.ERASED if CERTIFIED in told else Stage.BLOCKED if BEGUN in told else Stage.PLANNED
    if row["stage"] != stage:
        yield f"{where}: its stage is another, the ledger says {stage}"
    certificate = told[CERTIFIED].entry.facts["certificate"] if CERTIFIED in told else None
    if row["certificate_id"] != certificate:
        yield f"{where}: its certificate is another, the ledger says {certificate or 'there is none'}"
    if BEGUN not in told:
        yield from _of_planned(vault, tx, row)
        return
    yield from _of_begun(vault, tx, row, told)


def _of_planned(vault: Vault, tx: Connection, row: Row) -> Iterator[str]:
    """Yield what a plan that was not begun says otherwise than the speaker's key, which its pseudonym is made with."""
    where, plan = f"erasure_plans row {row['plan_id']}", str(row["plan_id"])
    speaker = SpeakerId(str(row["speaker_id"]))
    context = _context(row)
    try:
        same = (vault.pseudonym(speaker, context), vault.key_id(speaker)) == (row["subject"], row["key_id"])
    except SaysoError:
        same = False
    speakers = rows_where(tx, "speakers", "speaker_id", [speaker])[1]
    if not same or [each["organisation_id"] for each in speakers] != [row["organisation_id"]]:
        yield f"{where}: is not as it was made for the speaker"
    if row["rows_deleted"] is not None or item_rows(tx, plan)[0][1]:
        yield f"{where}: tells of steps, the ledger says it was not begun"


def _of_begun(vault: Vault, tx: Connection, row: Row, told: Told) -> Iterator[str]:
    plan = str(row["plan_id"])
    facts = told.get(DELETED, told[BEGUN]).entry.facts
    if facts.get("rows") != committed_here(vault, plan_rows(tx, plan)):
        yield f"erasure_plans row {plan}: is not what the ledger says"
    if CERTIFIED in told:
        if row["speaker_id"] is not None or item_rows(tx, plan)[0][1]:
            yield f"erasure_plans row {plan}: it names what is erased"
        return
    if facts.get("items") != committed_here(vault, item_rows(tx, plan)):
        yield f"erasure_items rows of {plan}: are not what the ledger says"
    if not _is_of(vault, tx, row, is_emptied=DELETED in told):
        yield f"erasure_plans row {plan}: names a speaker whose erasure it is not"


def _context(row: Row) -> str:
    return subject_context(str(row["plan_id"]), str(row["requested_at"]), str(row["channel"]), row["protected_id"])


def _is_of(vault: Vault, tx: Connection, row: Row, *, is_emptied: bool) -> bool:
    """Return whether a plan that was begun names its speaker: by their key, then by what is there of them still."""
    speaker, plan = SpeakerId(str(row["speaker_id"])), str(row["plan_id"])
    context = _context(row)
    if vault.has_subject(speaker):
        return (vault.pseudonym(speaker, context), vault.key_id(speaker)) == (row["subject"], row["key_id"])
    here = bool(rows_where(tx, "speakers", "speaker_id", [speaker])[1])
    named = [str(each["item_id"]) for each in item_rows(tx, plan)[0][1] if each["kind"] == "grant"]
    owners = {each["speaker_id"] for each in rows_where(tx, "grants", "grant_id", named)[1]}
    return not here and owners <= {None} if is_emptied else here and owners <= {speaker}
