"""What a certificate must be to sign content credentials, and what one that somebody brings lacks.

The rules are those of the C2PA specification 2.2, section 14.5.1, and of the trust list's certificate policy where it
asks for more; the latter are advice: a file signed under an older leaf is intact all the same.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier, SignatureAlgorithmOID

from sayso.credentials.errors import CertificateMalformed

MAX_PEM_BYTES: Final = 256 * 1024

_LONGEST: Final = timedelta(days=366)
_SOON: Final = timedelta(days=30)
_MIN_RSA_BITS: Final = 2048
_CURVES: Final = ("secp256r1", "secp384r1", "secp521r1")
_CLAIM_SIGNING: Final = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
_DOCUMENT_SIGNING: Final = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_PURPOSES: Final = {
    _CLAIM_SIGNING: "C2PA claim signing",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "emailProtection",
    _DOCUMENT_SIGNING: "documentSigning",
}
_EXCLUSIVE: Final = {
    ExtendedKeyUsageOID.TIME_STAMPING: "timeStamping",
    ExtendedKeyUsageOID.OCSP_SIGNING: "OCSPSigning",
}
_SIGNATURES: Final = {
    SignatureAlgorithmOID.ECDSA_WITH_SHA256: "ECDSA with SHA-256",
    SignatureAlgorithmOID.ECDSA_WITH_SHA384: "ECDSA with SHA-384",
    SignatureAlgorithmOID.ECDSA_WITH_SHA512: "ECDSA with SHA-512",
    SignatureAlgorithmOID.RSA_WITH_SHA256: "RSA with SHA-256",
    SignatureAlgorithmOID.RSA_WITH_SHA384: "RSA with SHA-384",
    SignatureAlgorithmOID.RSA_WITH_SHA512: "RSA with SHA-512",
    SignatureAlgorithmOID.RSASSA_PSS: "RSA-PSS",
    SignatureAlgorithmOID.ED25519: "Ed25519",
}
_PRIVATE: Final = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_UNREADABLE: Final = (ValueError, CryptographyDeprecationWarning, UnsupportedAlgorithm, x509.InvalidVersion)
_BLOCK: Final = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """What one rule found. ``must``: without it the certificate cannot sign; else it is advice."""

    check: str
    ok: bool
    must: bool
    got: str
    remedy: str


def check_certificate(pem: bytes, *, now: datetime) -> list[RuleFinding]:
    """Return what each rule says of the first certificate in ``pem`` and of the chain behind it.

    Raise `CertificateMalformed` for bytes that hold no certificate, one that cannot be read, or one that breaks RFC
    5280 in a way that its readers only warn of, such as a serial number that is not positive (section 4.1.2.2).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", CryptographyDeprecationWarning)
        chain = _parsed(pem)
        try:
            return list(_findings(pem, chain, now))
        except _UNREADABLE as error:
            raise CertificateMalformed(f"got a certificate with a part that cannot be read ({error})") from None


def _findings(pem: bytes, chain: Sequence[x509.Certificate], now: datetime) -> Iterator[RuleFinding]:
    leaf = chain[0]
    yield RuleFinding("private key", *_private_key(pem))
    yield from (RuleFinding(name, *rule(leaf)) for name, rule in _RULES.items())
    yield RuleFinding("in force", *_in_force(leaf, now))
    yield from (RuleFinding("chain", *answer) for answer in _chain(chain))


_Answer = tuple[bool, bool, str, str]
"""ok, must, got, remedy"""


def _parsed(pem: bytes) -> list[x509.Certificate]:
    if len(pem) > MAX_PEM_BYTES or _BLOCK not in pem:
        raise CertificateMalformed(
            "got no PEM certificate, expected text with a line -----BEGIN CERTIFICATE-----; "
            "convert a .der or .cer file with: openssl x509 -inform der -in FILE -out CERT.pem"
        )
    try:
        return x509.load_pem_x509_certificates(pem)
    except _UNREADABLE as error:
        raise CertificateMalformed(f"got a certificate that cannot be read ({error}); export it again") from None


def _private_key(pem: bytes) -> _Answer:
    inside = _PRIVATE.search(pem) is not None
    got = "a private key stands in the file" if inside else "certificates only"
    return not inside, False, got, "keep the private key in a file of its own, or better in a key-management service"


def _version(leaf: x509.Certificate) -> _Answer:
    return leaf.version is x509.Version.v3, True, leaf.version.name, "ask the authority for an X.509 version 3"


def _key(leaf: x509.Certificate) -> _Answer:
    ok, got = _judged_key(leaf.public_key())
    return ok, True, got, "make a key on P-256 (openssl ecparam -name prime256v1 -genkey) and have that certified"


def _judged_key(key: CertificatePublicKeyTypes) -> tuple[bool, str]:
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.curve.name in _CURVES, f"EC {key.curve.name}"
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= _MIN_RSA_BITS, f"RSA {key.key_size} bit"
    return isinstance(key, ed25519.Ed25519PublicKey), type(key).__name__.removesuffix("PublicKey")


def _signature(leaf: x509.Certificate) -> _Answer:
    oid = leaf.signature_algorithm_oid
    got = _SIGNATURES.get(oid, oid.dotted_string)
    return oid in _SIGNATURES, True, got, "have it signed with ECDSA, RSA or Ed25519 and SHA-256 or longer"


def _organisation(leaf: x509.Certificate) -> _Answer:
    names = [str(name.value) for name in leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    remedy = "put O=your organisation into the subject; without it files fail with a misleading claimSignature.mismatch"
    return bool(names and names[0].strip()), True, ", ".join(names) or "no O= in the subject", remedy


def _not_self_signed(leaf: x509.Certificate) -> _Answer:
    own = leaf.subject == leaf.issuer
    remedy = "a self-signed leaf is rejected: make a root of your own and sign the leaf with it, or ask an authority"
    return not own, True, "self-signed" if own else f"issued by {leaf.issuer.rfc4514_string()}", remedy


def _not_authority(leaf: x509.Certificate) -> _Answer:
    basic = _extension(leaf, x509.BasicConstraints)
    remedy = "basicConstraints = critical, CA:FALSE"
    if basic is None:
        return True, False, "no basic constraints (read as CA:FALSE)", remedy
    ok = not basic.value.ca
    got = f"CA:{str(basic.value.ca).upper()}{', critical' if basic.critical else ''}"
    return ok, True, got, f"{remedy}; an authority's own certificate cannot sign content"


def _key_usage(leaf: x509.Certificate) -> _Answer:
    usage = _extension(leaf, x509.KeyUsage)
    remedy = "keyUsage = critical, digitalSignature (and not keyCertSign)"
    if usage is None:
        return False, True, "no key usage", remedy
    signs, certifies = usage.value.digital_signature, usage.value.key_cert_sign
    names = [name for name, has in (("digitalSignature", signs), ("keyCertSign", certifies)) if has]
    got = (", ".join(names) or "neither digitalSignature nor keyCertSign") + (", critical" if usage.critical else "")
    return signs and not certifies, True, got, remedy


def _extended_key_usage(leaf: x509.Certificate) -> _Answer:
    usage = _extension(leaf, x509.ExtendedKeyUsage)
    remedy = f"extendedKeyUsage = emailProtection (or documentSigning, or {_CLAIM_SIGNING.dotted_string})"
    if usage is None:
        return False, True, "no extended key usage", remedy
    held = set(usage.value)
    known = {**_PURPOSES, **_EXCLUSIVE, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "anyExtendedKeyUsage"}
    got = ", ".join(sorted(known.get(one, one.dotted_string) for one in held))
    ok = bool(held & _PURPOSES.keys()) and not held & {*_EXCLUSIVE, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    return ok, True, got, f"{remedy}, without anyExtendedKeyUsage, timeStamping and OCSPSigning"


def _claim_signing(leaf: x509.Certificate) -> _Answer:
    usage = _extension(leaf, x509.ExtendedKeyUsage)
    has = usage is not None and _CLAIM_SIGNING in usage.value
    remedy = (
        f"the public trust list asks for {_CLAIM_SIGNING.dotted_string}; signing works without, trust does not come"
    )
    return has, False, "claim signing" if has else "not for claim signing by name", remedy


def _authority_key_id(leaf: x509.Certificate) -> _Answer:
    has = _extension(leaf, x509.AuthorityKeyIdentifier) is not None
    return has, True, "there" if has else "missing", "authorityKeyIdentifier = keyid"


def _subject_key_id(leaf: x509.Certificate) -> _Answer:
    has = _extension(leaf, x509.SubjectKeyIdentifier) is not None
    return has, False, "there" if has else "missing", "subjectKeyIdentifier = hash"


def _lifetime(leaf: x509.Certificate) -> _Answer:
    life = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    return life <= _LONGEST, False, f"{life.days} days", "the public trust list takes leaves of at most 366 days"


def _in_force(leaf: x509.Certificate, now: datetime) -> _Answer:
    starts, ends = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    got = f"{starts:%Y-%m-%d} to {ends:%Y-%m-%d}"
    if not starts <= now <= ends:
        return False, True, got, "not yet in force" if now < starts else "it has ended; renew it"
    return now <= ends - _SOON, False, got, "it ends within 30 days; renew it in time"


def _chain(chain: Sequence[x509.Certificate]) -> Iterator[_Answer]:
    """Yield whether each certificate is signed by the one after it, and whether a root was put in."""
    for number, (one, issuer) in enumerate(pairwise(chain), 1):
        try:
            one.verify_directly_issued_by(issuer)
            ok = True
        except (ValueError, TypeError, InvalidSignature):
            ok = False
        got = f"certificate {number} is {'' if ok else 'NOT '}signed by certificate {number + 1}"
        yield ok, True, got, "order the file: leaf first, then the authority that signed it, and so on"
    root = len(chain) > 1 and chain[-1].subject == chain[-1].issuer
    got = f"{len(chain)} certificate{'s' if len(chain) > 1 else ''}" + (", a root among them" if root else "")
    yield not root, False, got, "leave the root out; who verifies has it, or does not trust it anyway"


def _extension(leaf: x509.Certificate, kind: type[Any]) -> Any:
    try:
        return leaf.extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return None


_RULES: Final[dict[str, Callable[[x509.Certificate], _Answer]]] = {
    "version": _version,
    "key": _key,
    "signature algorithm": _signature,
    "organisation": _organisation,
    "issuer": _not_self_signed,
    "basic constraints": _not_authority,
    "key usage": _key_usage,
    "extended key usage": _extended_key_usage,
    "claim-signing usage": _claim_signing,
    "authority key identifier": _authority_key_id,
    "subject key identifier": _subject_key_id,
    "lifetime": _lifetime,
}
