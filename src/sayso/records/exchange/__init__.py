"""Grants as documents that others understand: consent records (ISO/IEC TS 27560) and policies (ODRL 2.2), in JSON-LD.

What is written reads back as the same grant. What cannot be taken over whole is refused with the field named.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum

from sayso.consent.grant import Grant
from sayso.consent.history_store import Signed
from sayso.consent.store import GrantEvent
from sayso.parsing import Json
from sayso.records.exchange import policy, record
from sayso.records.exchange.document import MAX_BYTES, parse
from sayso.records.exchange.errors import DocumentInvalid
from sayso.records.exchange.proof import check_proof, put_proof, take_proof

__all__ = ["MAX_BYTES", "DocumentFormat", "DocumentInvalid", "read_grant", "read_signed", "written"]


class DocumentFormat(StrEnum):
    """What a grant is written as."""

    RECORD = "27560"
    POLICY = "odrl"


def written(
    grant: Grant, form: DocumentFormat, *, events: Sequence[GrantEvent] = (), signed: Signed | None = None
) -> bytes:
    """Return the grant as a JSON-LD document in UTF-8; a record tells its history, ``events``, too.

    ``signed`` is the speaker's signature over the grant's document, which goes along as its proof.
    """
    document = record.record_of(grant, events) if form is DocumentFormat.RECORD else policy.policy_of(grant)
    if signed is not None:
        put_proof(document, signed)
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def read_signed(data: bytes) -> tuple[Grant, Signed | None]:
    """Return the grant that a document tells of, and the signature that it carries, which holds over that grant.

    Raise `DocumentInvalid` as `read_grant` does, and `SignatureRefused` for a signature over anything else.
    """
    document = parse(data)
    signed = take_proof(document)
    grant = _grant_of(document)
    if signed is not None:
        check_proof(grant, signed)
    return grant, signed


def read_grant(data: bytes) -> Grant:
    """Return the grant that a document tells of, whichever of the two it is; raise `DocumentInvalid`.

    Of at most `MAX_BYTES`. No context is ever fetched, and nothing is left out in silence; a signature is checked.
    """
    return read_signed(data)[0]


def _grant_of(document: Json) -> Grant:
    kind = document.get("@type")
    if kind == record.TYPE:
        return record.grant_of_record(document)
    if kind == policy.TYPE:
        return policy.grant_of_policy(document)
    raise DocumentInvalid(f"@type: got {str(kind)[:60]!r}, expected {record.TYPE} or {policy.TYPE}")
