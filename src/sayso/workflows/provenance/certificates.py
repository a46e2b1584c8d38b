"""Certificates that an operator brings: checked before anything is signed with one, put to use, and put away again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.credentials.certificate_check import MAX_PEM_BYTES, RuleFinding, check_certificate
from sayso.errors import Invalid, NotFound
from sayso.ledger import append
from sayso.ledger.acts import AuthorityChanged
from sayso.workflows.installation.session import Session

SENT: Final = Path("upload")
"""What stands for the file of a certificate that lies in none."""


@dataclass(frozen=True, slots=True)
class CertificateChecked:
    """What was found; ``ok`` if it can sign content credentials, whatever advice there is."""

    file: Path
    findings: tuple[RuleFinding, ...]

    @property
    def ok(self) -> bool:
        """Return whether nothing that must be is lacking."""
        return all(finding.ok for finding in self.findings if finding.must)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs here. ``authority`` is ``local`` or ``own``; ``key`` who keeps the key: ``sayso``, or a slot's name."""

    authority: str
    organisation: str
    algorithm: str
    ends: str
    certificate: str
    key: str


def check_file(file: Path) -> CertificateChecked:
    """Return what the certificate in ``file`` lacks; raise `NotFound` or `CertificateMalformed`."""
    return checked(_pem(file), file)


def checked(pem: bytes, file: Path = SENT) -> CertificateChecked:
    """Return what the certificate in ``pem`` lacks, as that of ``file``; raise `CertificateMalformed`."""
    return CertificateChecked(file, tuple(check_certificate(pem, now=now())))


def use(session: Session, chain: Path, *, key: Path | None, slot: str | None, anchors: Path | None) -> Signer:
    """Sign with the certificate in ``chain`` from now on, by the key in a file or by a slot; logged.

    Nothing is changed unless the certificate is fit and the key its own. Raise `NotFound`, `CertificateMalformed`,
    `CertificateUnfit` with a reason for each lack, `KeyMismatch`, `KeyFileInvalid`, `KeyFileExposed`, `SlotUnknown`.
    """
    session.require(Right.SIGNER)
    from sayso.credentials import operator_certificate  # noqa: PLC0415 - loads cryptography's keys

    if (key is None) == (slot is None):
        raise Invalid("got no key or two, expected either a key file or a slot")
    kept = operator_certificate.from_file(key) if key is not None else operator_certificate.from_slot(slot or "")
    roots = None if anchors is None else _pem(anchors)
    operator_certificate.use(session.vault, _pem(chain), kept, anchors_pem=roots, now=now())
    return _logged(session)


def use_slot(session: Session, chain: bytes, slot: str, *, anchors: bytes | None = None) -> Signer:
    """Sign with the certificate in ``chain``, PEM, by a slot from now on; logged; raise as `use` does."""
    session.require(Right.SIGNER)
    from sayso.credentials import operator_certificate  # noqa: PLC0415 - see use

    kept = operator_certificate.from_slot(slot)
    operator_certificate.use(session.vault, chain, kept, anchors_pem=anchors, now=now())
    return _logged(session)


def use_local(session: Session) -> Signer:
    """Sign with the local authority again; the operator's key is removed from here; logged."""
    session.require(Right.SIGNER)
    from sayso.credentials import operator_certificate  # noqa: PLC0415 - see use

    operator_certificate.use_local(session.vault)
    return _logged(session)


def signer(session: Session) -> Signer:
    """Return who signs here; raise `AuthorityExpired`."""
    from sayso.credentials import operator_certificate  # noqa: PLC0415 - see use

    authority = session.authority
    own = isinstance(authority, operator_certificate.OperatorAuthority)
    leaf = operator_certificate.leaf_of(authority.chain_pem())
    return Signer(
        authority="own" if own else "local",
        organisation=leaf.organisation,
        algorithm=authority.algorithm,
        ends=stamp(leaf.ends),
        certificate=leaf.digest,
        key=operator_certificate.where_kept(session.vault) if own else "sayso",
    )


def _logged(session: Session) -> Signer:
    """Enter in the ledger who signs from now on: the certificate's SHA-256, no name."""
    who = signer(session)
    changed = AuthorityChanged(authority=who.authority, certificate=who.certificate, algorithm=who.algorithm)
    with session.act("credentials") as tx:
        append(tx, changed.entry(stamp(now())))
    return who


def _pem(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_PEM_BYTES + 1)
    except OSError as error:
        raise NotFound(f"the certificate {file} cannot be read: {(error.strerror or 'error').lower()}") from None
