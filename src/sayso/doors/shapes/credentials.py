"""JSON shapes of content credentials and of who signs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.credentials import Credentials
    from sayso.credentials.certificate_check import RuleFinding
    from sayso.credentials.claim import ManifestFacts
    from sayso.workflows.provenance.certificates import CertificateChecked, Signer


def content_credentials(found: Credentials) -> dict[str, Any]:
    """Return the shape of the credentials of a file; what the file itself states is under ``facts``."""
    return {
        "present": found.present,
        "intact": found.intact,
        "trusted": found.trusted,
        "signer": found.signer,
        "organisation": found.organisation,
        "facts": _facts(found.facts),
        "problems": list(found.problems),
    }


def certificate_checked(checked: CertificateChecked) -> dict[str, Any]:
    """Return the shape of the check of a certificate."""
    return {"file": str(checked.file), "ok": checked.ok, "findings": [_finding(one) for one in checked.findings]}


def signer(found: Signer) -> dict[str, Any]:
    """Return the shape of who signs here."""
    return {
        "authority": found.authority,
        "organisation": found.organisation,
        "algorithm": found.algorithm,
        "ends": found.ends,
        "certificate": found.certificate,
        "key": found.key,
    }


def _facts(facts: ManifestFacts) -> dict[str, Any]:
    return {
        "mark": None if facts.mark is None else str(facts.mark),
        "grant": facts.grant_id,
        "permit": facts.permit_digest,
        "entry": facts.entry,
        "source_type": facts.source_type,
        "created_at": facts.created_at,
        "generator": facts.generator,
        "training": dict(facts.training),
    }


def _finding(finding: RuleFinding) -> dict[str, Any]:
    shape = {"check": finding.check, "ok": finding.ok, "must": finding.must, "got": finding.got}
    return shape if finding.ok else {**shape, "remedy": finding.remedy}
