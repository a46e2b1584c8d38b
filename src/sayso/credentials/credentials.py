"""What a file's credentials are worth: there, intact, trusted, three questions with three answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sayso.credentials.claim import ManifestFacts, facts_of, plain_text


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of one file.

    present : the file carries content credentials, be they damaged
    intact : the signature is that of the certificate in the file, and file and statements are as they were signed
    trusted : the signature is good and its certificate, in force, leads to one of the given anchors; with ``intact``
        False this tells who signed what the file once was
    signer, organisation : as the certificate names them; anyone may write any name into an untrusted one
    facts : what the credentials state
    problems : all that speaks against them, in sentences for people
    """

    present: bool
    intact: bool = False
    trusted: bool = False
    signer: str | None = None
    organisation: str | None = None
    facts: ManifestFacts = field(default_factory=ManifestFacts)
    problems: tuple[str, ...] = ()


# Codes of C2PA 2.2 section 15.2.2. These say that the signer is not one to be trusted (now), not that anything changed.
_ABOUT_TRUST: Final = ("signingCredential.", "timeStamp.", "claimSignature.outsideValidity")
_HARD_BINDINGS: Final = frozenset({"assertion.dataHash.match", "assertion.bmffHash.match", "assertion.boxesHash.match"})
_SIGNED: Final = "claimSignature.validated"
_ANCHORED: Final = "signingCredential.trusted"

_SENTENCES: Final = {
    "assertion.dataHash.mismatch": "the file was changed after it was signed",
    "assertion.bmffHash.mismatch": "the file was changed after it was signed",
    "assertion.boxesHash.mismatch": "the file was changed after it was signed",
    "assertion.hashedURI.mismatch": "a statement in the credentials was changed after they were signed",
    "assertion.missing": "a statement was taken out of the credentials after they were signed",
    "assertion.undeclared": "a statement was added to the credentials after they were signed",
    "claim.hardBindings.missing": "the credentials are not bound to the sound",
    "claimSignature.mismatch": "the signature does not fit: the credentials were changed, or the key is a wrong one",
    "claimSignature.missing": "the credentials are not signed",
    "claimSignature.outsideValidity": "the signing certificate was not in force at the time of the signature",
    "signingCredential.untrusted": "the signer is not on the list of trusted signers",
    "signingCredential.expired": "the signing certificate has expired, and no timestamp shows an older signature",
    "signingCredential.invalid": "the signing certificate is not one that may sign content credentials",
    "signingCredential.ocsp.revoked": "the signing certificate was revoked",
}

UNKNOWN_SIGNER: Final = frozenset(_SENTENCES[code] for code in _SENTENCES if code.startswith(_ABOUT_TRUST))
"""Problems that are about the signer, not about what was signed."""


def credentials_of(store: Any) -> Credentials:
    """Return the verdict on a manifest ``store`` as the c2pa reader gives it (JSON); whatever its shape, no error."""
    store = _dict(store)
    manifest = _dict(_dict(store.get("manifests")).get(str(store.get("active_manifest"))))
    signature = _dict(manifest.get("signature_info"))
    results = _dict(store.get("validation_results"))
    active = _dict(results.get("activeManifest"))
    passed = set(_codes(active, "success"))
    failed = list(_codes(active, "failure"))
    about_trust = [code for code in failed if code.startswith(_ABOUT_TRUST)]
    # Nothing is concluded from silence: what makes credentials intact or trusted has to be said.
    is_signed = _SIGNED in passed and not any(c.startswith("claimSignature.") for c in failed)
    return Credentials(
        present=True,
        intact=_SIGNED in passed and bool(_HARD_BINDINGS & passed) and len(about_trust) == len(failed),
        trusted=is_signed and _ANCHORED in passed and not about_trust,
        signer=plain_text(signature.get("common_name")),
        organisation=plain_text(signature.get("issuer")),
        facts=facts_of(manifest),
        problems=_problems(active) + _problems_before(results),
    )


def _problems(outcome: Mapping[str, Any]) -> tuple[str, ...]:
    codes = list(_codes(outcome, "failure"))
    if "signingCredential.expired" in codes:
        # An expired certificate is always reported as untrusted, too, which says less.
        codes = [code for code in codes if code != "signingCredential.untrusted"]
    return tuple(dict.fromkeys(_SENTENCES.get(code, f"the credentials break a rule: {code}") for code in codes))


def _problems_before(results: Mapping[str, Any]) -> tuple[str, ...]:
    deltas = results.get("ingredientDeltas")
    outcomes = [_dict(_dict(delta).get("validationDeltas")) for delta in deltas] if isinstance(deltas, list) else []
    sentences = (sentence for outcome in outcomes for sentence in _problems(outcome))
    return tuple(dict.fromkeys(f"in what the file was made from: {sentence}" for sentence in sentences))


def _codes(outcome: Mapping[str, Any], kind: str) -> Iterator[str]:
    entries = outcome.get(kind)
    for entry in entries if isinstance(entries, list) else []:
        yield plain_text(_dict(entry).get("code")) or "unnamed"


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
