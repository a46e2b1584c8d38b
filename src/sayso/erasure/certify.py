"""Issuing a certificate, when there is something to certify."""

from __future__ import annotations

from sayso import canonical
from sayso.clock import now, stamp
from sayso.database import Connection
from sayso.erasure import store
from sayso.erasure.certificate import Certificate, CertificateFile, ErasureOutcome, digest
from sayso.erasure.errors import CertificateUnknown, NotErased
from sayso.erasure.plan import ErasurePlan, Stage, get_plan
from sayso.ids import CertificateId, PlanId, new_id
from sayso.ledger import Log, append
from sayso.ledger.acts import ErasureCertified
from sayso.ledger.note import SignerKey, sign_note
from sayso.vault import DestroyedKey, Swept, Vault


def blobs_left(vault: Vault, plan: ErasurePlan) -> int:
    """Return how many blobs of the plan are still there."""
    return sum(vault.has(blob) for blob in {a.blob for a in plan.artifacts if a.blob is not None})


def certify(tx: Connection, plan_id: PlanId, vault: Vault, *, signer: SignerKey, swept: Swept) -> CertificateId:
    """Sign the certificate of a plan that was carried out, enter it in the ledger, and drop the plan's speaker.

    Returns the id; that of the first time if it was issued before. Raises `NotErased`, and changes nothing, unless the
    key is destroyed, the rows are deleted and no blob is left: a certificate is never ahead of the facts.
    """
    plan = get_plan(tx, plan_id)
    if plan.certificate is not None:
        return CertificateId(plan.certificate)
    destroyed, rows_deleted, left = _facts(tx, plan, vault)
    made = Certificate(
        certificate=new_id("certificate"),
        plan=plan_id,
        subject=plan.subject,
        channel=plan.channel,
        requested_at=plan.requested_at,
        issued_at=stamp(now()),
        inventory_root=plan.inventory.root,
        inventory_size=len(plan.inventory.lines),
        counts=plan.inventory.counts,
        outcome=ErasureOutcome(
            blobs_named=len({a.blob for a in plan.artifacts if a.blob is not None}),
            blobs_left=left,
            files_scanned=swept.scanned,
            strays_unlinked=len(swept.unlinked),
            foreign_files=len(swept.foreign),
            rows_deleted=rows_deleted,
        ),
        keys=(destroyed,),
        retained=plan.retained,
        not_reached=plan.not_reached,
    )
    certified = ErasureCertified(certificate=made.certificate, plan=plan_id, digest=digest(made.text))
    ticket = append(tx, certified.entry(made.issued_at))
    note = sign_note(made.text, [signer])
    row = store.CertificateRow(made.certificate, plan_id, plan.organisation, note, plan.inventory.text, ticket)
    store.close_plan(tx, plan_id, row)
    return CertificateId(made.certificate)


def certificate_file(tx: Connection, certificate_id: CertificateId, *, log: Log) -> str:
    """Return the certificate as a file that can be checked offline, its proof under the newest checkpoint.

    Raises `CertificateUnknown`, and `EntryPending` before the ledger has integrated its entry.
    """
    row = store.certificate_row(tx, certificate_id)
    if row is None:
        raise CertificateUnknown(f"there is no certificate {certificate_id} here")
    proof = log.prove(log.index_of(row.ticket), with_entry=True)
    return str(CertificateFile(row.note, row.inventory, proof))


def _facts(tx: Connection, plan: ErasurePlan, vault: Vault) -> tuple[DestroyedKey, dict[str, int], int]:
    row, destroyed, left = store.plan_row(tx, plan.plan_id), vault.destroyed_key(plan.key_id), blobs_left(vault, plan)
    missing = [
        what
        for what, undone in (
            ("the plan is not begun", plan.stage is not Stage.BLOCKED),
            ("the key is not destroyed", destroyed is None),
            ("the rows are not deleted", row is None or row.rows_deleted is None),
            (f"{left} blobs are left", left > 0),
        )
        if undone
    ]
    if missing or destroyed is None or row is None or row.rows_deleted is None:
        raise NotErased(f"{plan.plan_id}: {'; '.join(missing)}; run the plan again", reasons=missing)
    return destroyed, canonical.decode(row.rows_deleted.encode()), left
