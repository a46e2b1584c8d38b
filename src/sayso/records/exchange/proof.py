"""The speaker's signature inside an exported document: over the grant's own document, which the reader makes again.

The signature is not over the JSON-LD, which has many spellings, but over the one form of the grant that it tells of
(`sayso.consent.document`): a reader takes the grant out, writes its document, and checks.
"""

from __future__ import annotations

from typing import Final

from sayso.consent.document import FORMAT, check_signature, document_of
from sayso.consent.grant import Grant
from sayso.consent.history_store import Signed
from sayso.parsing import Json
from sayso.records.exchange.document import take
from sayso.records.exchange.errors import DocumentInvalid

_PROOF: Final = "sayso:proof"
_TYPE: Final = "sayso:GrantSignature"
_FIELDS: Final = {"@type", "sayso:format", "sayso:publicKey", "sayso:signature"}


def put_proof(document: Json, signed: Signed) -> None:
    """Write the signature into a document."""
    document[_PROOF] = {
        "@type": _TYPE,
        "sayso:format": FORMAT,
        "sayso:publicKey": signed.by,
        "sayso:signature": signed.signature,
    }


def take_proof(document: Json) -> Signed | None:
    """Take the signature out of a document, None where there is none; raise `DocumentInvalid` naming the field."""
    got = take(document, (_PROOF,))
    if got is None:
        return None
    if not isinstance(got, dict) or set(got) != _FIELDS or got["@type"] != _TYPE or got["sayso:format"] != FORMAT:
        raise DocumentInvalid(f"{_PROOF}: got other fields, expected {', '.join(sorted(_FIELDS))} of {FORMAT}")
    for name in ("sayso:publicKey", "sayso:signature"):
        if not isinstance(got[name], str):
            raise DocumentInvalid(f"{_PROOF}.{name}: got {str(got[name])[:40]!r}, expected hex digits")
    return Signed(got["sayso:signature"], got["sayso:publicKey"])


def check_proof(grant: Grant, signed: Signed) -> None:
    """Return if the signature is over this grant, by the key that is named; otherwise raise `SignatureRefused`.

    Whose key that is the document cannot prove: whoever reads it compares the key with one that they know.
    """
    check_signature(document_of(grant), signed.signature, signed.by)
