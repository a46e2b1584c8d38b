"""The installation's own certificate authority, which signs content credentials until a public one is configured.

A root that signs one leaf at a time; the private keys are operator secrets, so they exist only wrapped. Certificates
follow the C2PA specification 2.2, section 14.5.1: EE leaf with ``CA:FALSE``, digitalSignature and emailProtection.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sayso import clock
from sayso.clock import Clock
from sayso.credentials.errors import AuthorityExpired
from sayso.vault import store
from sayso.vault.vault import Vault

_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of the curve P-256 (FIPS 186-5 via SP 800-186, section 3.2.1.3)."""

_ROOT_LIFE: Final = timedelta(days=3650)
_LEAF_LIFE: Final = timedelta(days=365)
_RENEW_BEFORE: Final = timedelta(days=335)
"""A leaf signs for a month; without a timestamp authority, what it signs is in force for the eleven months after."""
_SKEW: Final = timedelta(hours=1)
_ORGANISATION: Final = "Sayso local authority"


class LocalAuthority:
    """Signs with ES256 under a leaf certificate that the root of this installation signed."""

    algorithm: Final = "es256"

    def __init__(self, vault: Vault, *, clock: Clock = clock.now) -> None:
        """Take the vault that holds the keys; certificates are made at first use."""
        self._vault = vault
        self._clock = clock
        self._root: x509.Certificate | None = None
        self._leaf: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None

    def root_pem(self) -> bytes:
        """Return the root certificate: the trust anchor for what this installation signs."""
        return self._root_certificate().public_bytes(Encoding.PEM)

    def chain_pem(self) -> bytes:
        """Return the leaf certificate; the root is left out, as the C2PA specification asks (section 14.5)."""
        return self.current_leaf()[0].public_bytes(Encoding.PEM)

    def sign(self, data: bytes) -> bytes:
        """Return the ES256 signature of ``data`` as r and s, 32 bytes each (RFC 9053, section 2.1)."""
        r, s = decode_dss_signature(self.current_leaf()[1].sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def _root_key(self) -> ec.EllipticCurvePrivateKey:
        return _private_key(self._vault.operator_secret("authority-root"))

    def _root_certificate(self) -> x509.Certificate:
        if self._root is None:
            self._root = self._kept("root") or self._keep("root", self._make_root())
        return self._root

    def current_leaf(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        """Return the certificate that signs now, with its private key; a new one where the last is no longer fresh."""
        if self._leaf is None or not _is_fresh(self._leaf[0], self._clock()):
            self._leaf = self._find_leaf()
        return self._leaf

    def _find_leaf(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        root = self._root_certificate()
        if not _is_fresh(root, self._clock()):
            raise AuthorityExpired(f"the root certificate of this installation ends at {root.not_valid_after_utc}")
        number = 1
        while True:
            name = f"leaf-{number}"
            leaf = self._kept(name) or self._keep(name, self._make_leaf(name))
            if _is_fresh(leaf, self._clock()):
                return leaf, self._leaf_key(name)
            number += 1

    def _leaf_key(self, name: str) -> ec.EllipticCurvePrivateKey:
        return _private_key(self._vault.operator_secret(f"authority-{name}"))

    def _kept(self, name: str) -> x509.Certificate | None:
        with self._vault.keys.read() as tx:
            pem = store.certificate(tx, name)
        return None if pem is None else x509.load_pem_x509_certificate(pem)

    def _keep(self, name: str, made: x509.Certificate) -> x509.Certificate:
        """Keep the certificate, unless another process was first: then return that one."""
        with self._vault.keys.write() as tx:
            pem = store.certificate(tx, name)
            if pem is None:
                pem = made.public_bytes(Encoding.PEM)
                store.insert_certificate(tx, name, pem, created_at=clock.stamp(clock.now()))
        return x509.load_pem_x509_certificate(pem)

    def _make_root(self) -> x509.Certificate:
        key, now = self._root_key(), self._clock()
        mark = hashlib.sha256(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).hexdigest()[
            :8
        ]
        name = _name(f"Sayso local root {mark}")
        builder = _builder(name, name, key.public_key(), starts=now, ends=now + _ROOT_LIFE)
        return (
            builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )

    def _make_leaf(self, name: str) -> x509.Certificate:
        root, root_key = self._root_certificate(), self._root_key()
        public, now = self._leaf_key(name).public_key(), self._clock()
        ends = min(now + _LEAF_LIFE, root.not_valid_after_utc)
        builder = _builder(_name("Sayso content credentials"), root.subject, public, starts=now, ends=ends)
        return (
            builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
            .sign(root_key, hashes.SHA256())
        )


def _private_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    # 64 bits more than the order has, so that the remainder has no bias worth a thought (FIPS 186-5, A.2.1).
    wide = HKDFExpand(hashes.SHA256(), 40, b"sayso authority P-256").derive(secret)
    return ec.derive_private_key(int.from_bytes(wide, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def _is_fresh(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - _RENEW_BEFORE


def _name(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, *, starts: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts - _SKEW)
        .not_valid_after(ends)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
