"""Holding plans and certificates of erasures against the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from sayso.database.rows import Row, all_rows
from sayso.erasure.certificate import Certificate, digest
from sayso.erasure.inventory import Inventory
from sayso.ledger import Logged
from sayso.ledger.note import VerifierKey, open_note
from sayso.workflows.audit.snapshot import UNREADABLE, Snapshot, told
from sayso.workflows.erasure.plan_rows import BEGUN, CERTIFIED, DELETED, wrong


def findings(look: Snapshot) -> Iterator[str]:
    """Yield every plan and certificate that says otherwise than the ledger, and whose erasure is to be gone on with."""
    plans = {str(row["plan_id"]): row for row in look.plans}
    for plan, row in plans.items():
        entries = look.erasure.get(plan, {})
        yield from wrong(look.vault, look.tx, row, entries)
    for plan in sorted(look.erasure.keys() - plans.keys()):
        yield f"erasure_plans row {plan}: is missing"
    for row in all_rows(look.tx, "erasure_items", only=("plan_id", "item_id")):
        if row["plan_id"] not in plans:
            yield f"erasure_items row {row['item_id']}: is of no plan that is here"
    yield from _of_certificates(look, plans)


def unfinished(look: Snapshot) -> Iterator[str]:
    """Yield the plans whose key is destroyed and which were not carried out to their end."""
    for row in look.plans:
        told_of = look.erasure.get(str(row["plan_id"]), {})
        if (
            BEGUN in told_of
            and CERTIFIED not in told_of
            and (DELETED in told_of or row["speaker_id"] not in look.living)
        ):
            yield str(row["plan_id"])


def _of_certificates(look: Snapshot, plans: dict[str, Row]) -> Iterator[str]:
    issued = {
        str(rows[CERTIFIED].entry.facts["certificate"]): rows[CERTIFIED]
        for rows in look.erasure.values()
        if CERTIFIED in rows
    }
    for row in all_rows(look.tx, "erasure_certificates"):
        where = f"erasure_certificates row {row['certificate_id']}"
        entry = issued.pop(str(row["certificate_id"]), None)
        if entry is None:
            yield f"{where}: the ledger does not know of it"
            continue
        try:
            same = _is_as_issued(look, row, entry, plans.get(str(row["plan_id"]), {}))
        except UNREADABLE as error:
            yield f"{where}: {told(error)}"
            continue
        if not same:
            yield f"{where}: is not what was issued"
    yield from (f"erasure_certificates row {certificate}: is missing" for certificate in sorted(issued))


def _is_as_issued(look: Snapshot, row: Row, entry: Logged, plan: Row) -> bool:
    """Return whether the row holds the note that the entry tells of, and what that note is over."""
    key = VerifierKey.parse(look.session.installation.log.vkey_of(row["note"]))
    text = open_note(row["note"], [key])[0].text
    facts = entry.entry.facts
    logged = (facts["plan"], facts["digest"], entry.ticket, plan.get("organisation_id"))
    root = Certificate.parse(text).inventory_root
    kept = (row["plan_id"], digest(text), row["ticket"], row["organisation_id"])
    inventory = Inventory.parse(row["inventory"])
    return kept == logged and (inventory.root, inventory.text) == (root, row["inventory"])
