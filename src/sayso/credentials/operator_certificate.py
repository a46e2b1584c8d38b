"""An operator's own certificate: its chain, and the slot that signs with its key, here or in a key-management service.

The private key is kept like every other secret, wrapped by the key-encryption key, or it never comes here at all: then
a slot signs, an object that an installed package provides (entry point group ``sayso.signers``).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from sayso.credentials.certificate_check import check_certificate
from sayso.credentials.errors import (
    AuthorityExpired,
    CertificateUnfit,
    KeyFileExposed,
    KeyFileInvalid,
    KeyMismatch,
    SlotUnknown,
)
from sayso.vault import store
from sayso.vault.vault import Vault

SLOTS: Final = "sayso.signers"
MAX_KEY_BYTES: Final = 64 * 1024

_CHAIN: Final = "operator-chain"
_ANCHORS: Final = "operator-anchors"
_SECRET: Final = "authority-operator"  # noqa: S105 - the name of a secret, not one
_KEY: Final = b"key "
_SLOT: Final = b"slot "
_CURVES: Final[dict[str, tuple[str, type[hashes.HashAlgorithm]]]] = {
    "secp256r1": ("es256", hashes.SHA256),
    "secp384r1": ("es384", hashes.SHA384),
    "secp521r1": ("es512", hashes.SHA512),
}
_CHALLENGE: Final = b"sayso: does this key belong to that certificate?"


class Slot(Protocol):
    """Signs with the key of the certificate: ``data`` in, the signature in COSE's form out (RFC 9053, section 2).

    That is r and s, each as long as the curve's order, for an elliptic curve; PSS with SHA-256 for RSA; plain Ed25519.
    """

    def sign(self, data: bytes) -> bytes:
        """Return the signature of ``data``."""
        ...


@dataclass(frozen=True, slots=True)
class KeySlot:
    """A slot whose private key is in this process."""

    key: Any

    def sign(self, data: bytes) -> bytes:
        """Return the signature of ``data``."""
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            digest, size = _CURVES[self.key.curve.name][1](), (self.key.key_size + 7) // 8
            r, s = decode_dss_signature(self.key.sign(data, ec.ECDSA(digest)))
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, _PSS, hashes.SHA256())
        signature: bytes = self.key.sign(data)
        return signature


_PSS: Final = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)


class OperatorAuthority:
    """Signs under the operator's certificate."""

    def __init__(self, chain_pem: bytes, slot: Slot) -> None:
        """Take the chain, leaf first, and what signs with the leaf's key."""
        self._chain_pem = chain_pem
        self._slot = slot
        self.certificate = x509.load_pem_x509_certificate(chain_pem)

    @property
    def algorithm(self) -> str:
        """Return how the leaf's key signs."""
        return _algorithm(self.certificate.public_key())

    def chain_pem(self) -> bytes:
        """Return the leaf and its intermediates, without a root."""
        return self._chain_pem

    def sign(self, data: bytes) -> bytes:
        """Return the signature of ``data``, in COSE's form."""
        return self._slot.sign(data)


@dataclass(frozen=True, slots=True)
class StoredSigner:
    """What is put into the key store: a private key, or the name of a slot. Made by `from_file` and `from_slot`."""

    secret: bytes

    @property
    def where(self) -> str:
        """Return who keeps the key: ``sayso``, or the slot by its name."""
        return "sayso" if self.secret.startswith(_KEY) else self.secret.removeprefix(_SLOT).decode()

    def slot(self) -> Slot:
        """Return what signs; raise `SlotUnknown` or `KeyFileInvalid`."""
        if self.secret.startswith(_KEY):
            return KeySlot(load_der_private_key(self.secret.removeprefix(_KEY), None))
        return _slot(self.where)


def from_file(path: Path) -> StoredSigner:
    """Return the private key in ``path`` (PEM), which only its owner may read.

    Raise `KeyFileExposed`, or `KeyFileInvalid`.
    """
    pem = _read_private(path)
    try:
        key = load_pem_private_key(pem, None)
    except TypeError:
        raise KeyFileInvalid(
            f"{path}: got a key under a passphrase, expected one without",
            hint="openssl pkcs8 -in KEY -out PLAIN, in a folder that only you can read; remove it afterwards",
        ) from None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyFileInvalid(f"{path}: got no private key that can be read ({error}), expected PEM") from None
    return StoredSigner(_KEY + key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def from_slot(name: str) -> StoredSigner:
    """Return the slot of this name; raise `SlotUnknown`."""
    _slot(name)
    return StoredSigner(_SLOT + name.encode())


def use(
    vault: Vault, chain_pem: bytes, kept: StoredSigner, *, anchors_pem: bytes | None, now: datetime
) -> OperatorAuthority:
    """Sign with this certificate from now on; nothing is changed unless it is fit, and the key is its own.

    ``anchors_pem``, if given, are roots that are trusted here from now on. Raise `CertificateMalformed`,
    `CertificateUnfit` with a reason for each lack, or `KeyMismatch`.
    """
    lacks = [one for one in check_certificate(chain_pem, now=now) if one.must and not one.ok]
    if lacks:
        reasons = [f"{one.check}: got {one.got}; {one.remedy}" for one in lacks]
        raise CertificateUnfit(
            f"the certificate cannot sign content credentials: {'; '.join(reasons)}", reasons=reasons
        )
    chain = _without_root(chain_pem)
    authority = OperatorAuthority(chain, kept.slot())
    _check_fits(authority)
    certificates = {_CHAIN: chain} | ({} if anchors_pem is None else {_ANCHORS: _certificates(anchors_pem)})
    vault.keep_authority(certificates, _SECRET, kept.secret)
    return authority


def use_local(vault: Vault) -> None:
    """Sign with the local authority again; the operator's key is removed. The trusted roots stay."""
    vault.drop_authority(_CHAIN, _SECRET)


def in_use(vault: Vault, *, now: datetime) -> OperatorAuthority | None:
    """Return the operator's authority, None where the local one signs. Raise `AuthorityExpired`: never fall back."""
    with vault.keys.read() as tx:
        chain = store.certificate(tx, _CHAIN)
    if chain is None:
        return None
    authority = OperatorAuthority(chain, StoredSigner(vault.kept_secret(_SECRET)).slot())
    if not authority.certificate.not_valid_before_utc <= now <= authority.certificate.not_valid_after_utc:
        raise AuthorityExpired(
            f"the certificate that signs here ended at {authority.certificate.not_valid_after_utc:%Y-%m-%d}"
        )
    return authority


def anchors_pem(vault: Vault) -> bytes:
    """Return the roots that the operator trusts besides the local one, as PEM."""
    with vault.keys.read() as tx:
        return store.certificate(tx, _ANCHORS) or b""


def where_kept(vault: Vault) -> str:
    """Return who keeps the operator's key: ``sayso``, or a slot by its name."""
    return StoredSigner(vault.kept_secret(_SECRET)).where


@dataclass(frozen=True, slots=True)
class Leaf:
    """What is told of a certificate: the organisation in it, when it ends, and its SHA-256 (hex)."""

    organisation: str
    ends: datetime
    digest: str


def leaf_of(chain_pem: bytes) -> Leaf:
    """Return what the first certificate of a chain tells."""
    leaf = x509.load_pem_x509_certificate(chain_pem)
    names = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return Leaf(str(names[0].value) if names else "", leaf.not_valid_after_utc, leaf.fingerprint(hashes.SHA256()).hex())


def _slot(name: str) -> Slot:
    points = {point.name: point for point in entry_points(group=SLOTS)}
    if name not in points:
        known = ", ".join(sorted(points)) or "none"
        raise SlotUnknown(f"got the slot {name[:40]!r}, expected one of an installed package ({SLOTS}): {known}")
    make: Callable[[], Slot] = points[name].load()
    return make()


def _algorithm(key: Any) -> str:
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _CURVES[key.curve.name][0]
    return "ps256" if isinstance(key, rsa.RSAPublicKey) else "ed25519"


def _check_fits(authority: OperatorAuthority) -> None:
    """Let the key sign and the certificate verify; raise `KeyMismatch`."""
    key: Any = authority.certificate.public_key()
    try:
        signature = authority.sign(_CHALLENGE)
        if isinstance(key, ec.EllipticCurvePublicKey):
            size = (key.key_size + 7) // 8
            r, s = (int.from_bytes(part, "big") for part in (signature[:size], signature[size:]))
            key.verify(encode_dss_signature(r, s), _CHALLENGE, ec.ECDSA(_CURVES[key.curve.name][1]()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, _CHALLENGE, _PSS, hashes.SHA256())
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, _CHALLENGE)
    except (InvalidSignature, ValueError, AttributeError, KeyError):
        raise KeyMismatch from None


def _without_root(chain_pem: bytes) -> bytes:
    """Return the certificates, and nothing else that stands in the file, without a root at the end."""
    chain = x509.load_pem_x509_certificates(chain_pem)
    kept = chain[:-1] if len(chain) > 1 and chain[-1].subject == chain[-1].issuer else chain
    return b"".join(one.public_bytes(Encoding.PEM) for one in kept)


def _certificates(pem: bytes) -> bytes:
    try:
        return b"".join(one.public_bytes(Encoding.PEM) for one in x509.load_pem_x509_certificates(pem))
    except ValueError:
        raise CertificateUnfit("the trusted roots are no PEM certificates") from None


def _read_private(path: Path) -> bytes:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise KeyFileInvalid(f"could not read the key file {path}: {error.strerror}") from None
    with os.fdopen(fd, "rb") as file:
        # The mode is asked of the open file, so that no other can be put in its place after the check.
        found = os.fstat(fd)
        if stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid not in {os.geteuid(), 0}:
            raise KeyFileExposed(
                f"{path} has mode {stat.S_IMODE(found.st_mode):04o}, expected 0600: others may have read it",
                hint=f"run chmod 600 {path}, and have a new key certified if others use this machine",
            )
        return file.read(MAX_KEY_BYTES)
