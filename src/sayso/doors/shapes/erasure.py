"""JSON shapes of erasure: plans, what was erased, certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.erasure.check import CertificateCheck
    from sayso.erasure.plan import ErasurePlan
    from sayso.workflows.erasure.erasing import CertificateShown, Erased


def plan(made: ErasurePlan) -> dict[str, Any]:
    """Return the shape of a plan: what would be erased, and what the erasure does not reach."""
    return {
        "plan": made.plan_id,
        "speaker": made.speaker,
        "subject": made.subject,
        "stage": str(made.stage),
        "requested_at": made.requested_at,
        "counts": dict(made.inventory.counts),
        "grants": list(made.grants),
        "inventory_root": made.inventory.root,
        "not_reached": list(made.not_reached),
        "protected": made.protected,
        "certificate": made.certificate,
    }


def erased(done: Erased) -> dict[str, Any]:
    """Return the shape of a plan that was carried out."""
    return {
        "plan": done.plan,
        "certificate": done.certificate,
        "blobs_removed": done.blobs_removed,
        "strays_removed": done.strays_removed,
    }


def certificate(shown: CertificateShown) -> dict[str, Any]:
    """Return the shape of a certificate, with its whole text."""
    return {"certificate": shown.certificate, "text": shown.text, "file": str(shown.file) if shown.file else None}


def certificate_checked(checked: CertificateCheck) -> dict[str, Any]:
    """Return the shape of the check of a certificate: one object a finding, by its name."""
    findings = {finding.check: {"ok": finding.ok, "seen": finding.seen} for finding in checked.findings}
    return {"ok": checked.ok, **findings}
