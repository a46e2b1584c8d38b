"""Checking a certificate offline: from its text and the log's public key, with no database and no network."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sayso.clock import parse_stamp
from sayso.erasure.certificate import ENTRY_TYPE, Certificate, CertificateFile, digest
from sayso.erasure.errors import CertificateFailed
from sayso.erasure.inventory import Inventory
from sayso.errors import SaysoError
from sayso.ledger import verify_proof
from sayso.ledger.entry import Link
from sayso.ledger.note import VerifierKey, open_note
from sayso.ledger.proof import Proof


@dataclass(frozen=True, slots=True)
class ErasureFinding:
    """One thing that was checked, whether it holds, and what was seen."""

    check: str
    ok: bool
    seen: str


@dataclass(frozen=True, slots=True)
class CertificateCheck:
    """Every finding about one certificate, and what the certificate says (to be believed only if all hold)."""

    certificate: Certificate | None
    findings: tuple[ErasureFinding, ...]

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return all(finding.ok for finding in self.findings)

    def demand(self) -> None:
        """Return if everything holds; otherwise raise `CertificateFailed` with every reason."""
        failed = [f"{finding.check}: {finding.seen}" for finding in self.findings if not finding.ok]
        if failed:
            raise CertificateFailed(f"the certificate does not hold: {'; '.join(failed)}", reasons=failed)


def check(text: str, vkey: str, *, witnesses: Iterable[str] = ()) -> CertificateCheck:
    """Return what holds of the certificate in ``text`` under the log key ``vkey``.

    Six findings: signature, inventory (root and counts recomputed), outcome (nothing left), order of times, entry
    (holds the hash of the note) and proof (the entry is in the signed log, cosigned by ``witnesses`` if any are given).
    Raises `CertificateMalformed` for a text that is no certificate and `NoteInvalid` for a malformed key.
    """
    parts, key = CertificateFile.parse(text), VerifierKey.parse(vkey)
    signed_text = parts.note.rpartition("\n\n")[0] + "\n"
    made = Certificate.parse(signed_text)
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("signature", lambda: _signature(parts, key)),
        ("inventory", lambda: _inventory(made, parts.inventory)),
        ("outcome", lambda: _outcome(made)),
        ("times", lambda: _times(made)),
        ("entry", lambda: _entry(made, signed_text, parts.proof)),
        ("proof", lambda: _proof(parts.proof, vkey, tuple(witnesses))),
    )
    return CertificateCheck(made, tuple(_found(name, look) for name, look in checks))


def _found(name: str, look: Callable[[], str]) -> ErasureFinding:
    try:
        return ErasureFinding(name, ok=True, seen=look())
    except SaysoError as error:
        return ErasureFinding(name, ok=False, seen=error.message)


def _signature(parts: CertificateFile, key: VerifierKey) -> str:
    open_note(parts.note, [key])
    return f"signed by {key.name}"


def _inventory(made: Certificate, text: str) -> str:
    inventory = Inventory.parse(text)
    signed = (made.inventory_root, made.inventory_size, dict(made.counts))
    if (inventory.root, len(inventory.lines), dict(inventory.counts)) != signed:
        raise CertificateFailed(f"the {len(inventory.lines)} lines do not give the root and the counts that are signed")
    return f"{made.inventory_size} lines under the signed root"


def _outcome(made: Certificate) -> str:
    if made.outcome.blobs_left or not made.keys:
        raise CertificateFailed(f"{made.outcome.blobs_left} blobs are left and {len(made.keys)} keys are destroyed")
    return f"{len(made.keys)} key destroyed, {made.outcome.blobs_named} blobs gone"


def _times(made: Certificate) -> str:
    moments = [made.requested_at, *(key.destroyed_at for key in made.keys), made.issued_at]
    ordered = [parse_stamp(moment) for moment in moments]
    if any(not ordered[0] <= moment <= ordered[-1] for moment in ordered):
        raise CertificateFailed("the key was not destroyed between the request and the certificate")
    return f"requested {made.requested_at}, issued {made.issued_at}"


def _entry(made: Certificate, signed_text: str, proof: str) -> str:
    entry = Link.decode(Proof.parse(proof).extra).entry
    expected = {"certificate": made.certificate, "plan": made.plan, "digest": digest(signed_text)}
    if (entry.type, entry.at, dict(entry.facts)) != (ENTRY_TYPE, made.issued_at, expected):
        raise CertificateFailed("the ledger entry that came along is not the one of this certificate")
    return "the ledger entry holds the hash of this certificate"


def _proof(proof: str, vkey: str, witnesses: tuple[str, ...]) -> str:
    parsed = Proof.parse(proof)
    checkpoint = verify_proof(proof, parsed.extra, vkey, witnesses=witnesses)
    return f"entry {parsed.index} of {checkpoint.size} in {checkpoint.origin}"
