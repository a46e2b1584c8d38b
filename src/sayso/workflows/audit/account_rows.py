"""Holding accounts against the ledger: organisations, credentials, productions, the gate, protected voices."""

from __future__ import annotations

from collections.abc import Iterator

from sayso.accounts import store as accounts
from sayso.database.rows import Row, all_rows
from sayso.enrollment import protected_store as protected
from sayso.errors import SaysoError
from sayso.fairness import gate_store as gates
from sayso.ids import SpeakerId
from sayso.ledger import Logged
from sayso.ledger.account_acts import (
    CredentialIssued,
    CredentialRevoked,
    GateJudged,
    GateRegistered,
    GateWaived,
    LicenseeHeld,
    OrganisationAdded,
    ProductionKept,
    ProtectedVoiceAdded,
    ProtectedVoiceRemoved,
)
from sayso.productions import store as productions
from sayso.workflows.audit.snapshot import Snapshot
from sayso.workflows.installation.rows import ACCOUNTS, committed_account

_NAMED_BY = {
    OrganisationAdded.TYPES[0]: (accounts.organisations.name, "subject"),
    LicenseeHeld.TYPES[0]: (accounts.licensees.name, "licensee"),
    CredentialIssued.TYPES[0]: (accounts.credentials.name, "credential"),
    CredentialRevoked.TYPES[0]: (accounts.credentials.name, "credential"),
    ProductionKept.TYPES[0]: (productions.productions.name, "production"),
    GateJudged.TYPES[0]: (gates.gate_records.name, "record"),
    GateRegistered.TYPES[0]: (gates.gate_records.name, "record"),
    GateWaived.TYPES[0]: (gates.gate_records.name, "record"),
    ProtectedVoiceAdded.TYPES[0]: (protected.protected_voices.name, "protected"),
}
"""The table that entries of each type tell of, and the fact that names the row."""


def findings(look: Snapshot) -> Iterator[str]:
    """Yield every row of accounts that says otherwise than its last entry."""
    told: dict[tuple[str, str], Logged] = {}
    for row in (row for kind in ("accounts", "productions", "fairness", "protected") for row in look.entries(kind)):
        if row.entry.type in _NAMED_BY:
            table, fact = _NAMED_BY[row.entry.type]
            told[table, str(row.entry.facts[fact])] = row
        elif row.entry.type == ProtectedVoiceRemoved.TYPES[0]:
            told.pop((protected.protected_voices.name, str(row.entry.facts["protected"])), None)
    for table, column in ACCOUNTS.items():
        for kept in all_rows(look.tx, table):
            yield from _of_row(look, table, kept, told.pop((table, str(kept[column])), None), str(kept[column]))
    for (table, key), logged in told.items():
        if _is_to_be_here(look, logged):
            yield f"{table} row {_shown(table, key)}: is missing"


def _of_row(look: Snapshot, table: str, kept: Row, logged: Logged | None, key: str) -> Iterator[str]:
    speaker = kept.get("speaker_id")
    owner = None if speaker is None else SpeakerId(speaker)
    if owner and look.under_way(owner):
        return
    try:
        found = committed_account(look.vault, look.tx, table, key, owner)
    except SaysoError:
        found = ""
    if logged is None or logged.entry.facts.get("rows") != found:
        yield f"{table} row {_shown(table, key)}: is not what the ledger says"


def _is_to_be_here(look: Snapshot, logged: Logged) -> bool:
    """Return whether a row may not be gone: credentials of speakers go with them."""
    subject = str(logged.entry.facts["subject"])
    if not logged.entry.type.startswith("accounts:credential") or subject.startswith("org_"):
        return True
    return any(look.vault.pseudonym(SpeakerId(each), logged.entry.type) == subject for each in look.living)


def _shown(table: str, key: str) -> str:
    return repr(key[:40]) if table == accounts.licensees.name else key
