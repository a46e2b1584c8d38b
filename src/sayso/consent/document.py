"""What a speaker signs, byte for byte, and the check that it is still that: grants, and declarations of changes.

Canonical JSON behind a line that names the format, signed with the speaker's own Ed25519 key (RFC 8032). The document
of a grant has its id, version, speaker and terms. The state is no part of it: it changes by acts of others too, and the
ledger tells of each (decisions/0009). A change of state that is the speaker's, or of their key, is declared and signed
by itself; its number says which it is in the history, so that an old one cannot be handed in again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sayso import canonical
from sayso.consent import fields
from sayso.consent.errors import GrantInvalid, SignatureRefused
from sayso.consent.grant import Grant
from sayso.consent.state import State
from sayso.errors import Invalid
from sayso.ids import GrantId, SpeakerId, parse_id
from sayso.parsing import parse_object

FORMAT: Final = "sayso grant v1"
STATE_FORMAT: Final = "sayso state v1"
KEY_FORMAT: Final = "sayso key v1"
MAX_DOCUMENT_BYTES: Final = 256 * 1024

_FORMATS: Final = frozenset({FORMAT, STATE_FORMAT, KEY_FORMAT})
_FIELDS: Final = frozenset({"format", "grant", "version", "speaker", "terms"})
_KEY: Final = re.compile(r"[0-9a-f]{64}")
_SIGNATURE: Final = re.compile(r"[0-9a-f]{128}")
_MAX_VERIFIED: Final = 4096


def document_of(grant: Grant) -> bytes:
    """Return the document of the grant."""
    return document(grant.grant_id, version=grant.version, speaker=grant.speaker, terms=grant.terms())


def document(grant_id: str, *, version: int, speaker: str, terms: Mapping[str, Any]) -> bytes:
    """Return the document of terms as they are kept, whatever fields later versions of Sayso add to a grant."""
    body = {"format": FORMAT, "grant": grant_id, "version": version, "speaker": speaker, "terms": dict(terms)}
    return canonical.encode(body)


def read_document(data: bytes) -> Grant:
    """Return the grant, given, that a document spells; raise `GrantInvalid` naming what is wrong."""
    if len(data) > MAX_DOCUMENT_BYTES:
        raise GrantInvalid(f"document: got {len(data):,} bytes, expected at most {MAX_DOCUMENT_BYTES:,}")
    body = canonical.decode(data)
    if not isinstance(body, dict) or set(body) != _FIELDS or body["format"] != FORMAT:
        raise GrantInvalid(f"document: got other fields than {', '.join(sorted(_FIELDS))}, or no {FORMAT}")
    if (
        not isinstance(body["terms"], dict)
        or not isinstance(body["grant"], str)
        or not isinstance(body["speaker"], str)
    ):
        raise GrantInvalid("document: got a field of another type, expected text, and an object of terms")
    grant = Grant.from_terms(
        body["terms"],
        grant_id=GrantId(parse_id("grant", body["grant"])),
        speaker=SpeakerId(parse_id("speaker", body["speaker"])),
        state=State.GIVEN,
        version=body["version"],
    )
    if document_of(grant) != data:
        raise GrantInvalid("document: got terms that are not in their one form; let Sayso write the document")
    return grant


def format_of(text: bytes) -> str:
    """Return what a document is: the name of its format; raise `GrantInvalid` for none that a speaker signs."""
    form = parse_object(text, most=MAX_DOCUMENT_BYTES, error=GrantInvalid).get("format")
    if form not in _FORMATS:
        raise GrantInvalid(f"format: got {str(form)[:40]!r}, expected one of {', '.join(sorted(_FORMATS))}")
    return str(form)


def sign(text: bytes, key: Ed25519PrivateKey) -> str:
    """Return the signature (hex) of a document of a known format; raise `GrantInvalid` for any other bytes."""
    return key.sign(_context(text) + text).hex()


def _context(text: bytes) -> bytes:
    """Return the line before what is signed, so that no signature over one thing is one over another."""
    return format_of(text).encode() + b"\n"


def check_signature(text: bytes, signature: str | None, public_key: str | None) -> None:
    """Return if ``signature`` is that of ``public_key`` over the document; otherwise raise `SignatureRefused`.

    What was verified is remembered by its bytes, so that a grant that is read again costs a comparison.
    """
    if public_key is None or not _KEY.fullmatch(public_key):
        raise SignatureRefused("signature: the speaker has no key to check it with")
    if signature is None or not _SIGNATURE.fullmatch(signature):
        raise SignatureRefused("signature: got none, expected 128 hex digits")
    try:
        _verify(text, signature, public_key)
    except (InvalidSignature, ValueError, Invalid):
        raise SignatureRefused("signature: it is not the speaker's over this document") from None


@lru_cache(maxsize=_MAX_VERIFIED)
def _verify(text: bytes, signature: str, public_key: str) -> None:
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
    key.verify(bytes.fromhex(signature), _context(text) + text)


def signed_file(text: bytes, signature: str) -> bytes:
    """Return a document with its signature, as it travels: canonical JSON and a newline."""
    return canonical.encode({"document": canonical.decode(text), "signature": signature}) + b"\n"


def read_signed_file(data: bytes) -> tuple[bytes, str]:
    """Return document and signature of a file that `signed_file` wrote; raise `GrantInvalid`."""
    body = parse_object(data, most=2 * MAX_DOCUMENT_BYTES, error=GrantInvalid, what="file")
    if set(body) != {"document", "signature"} or not isinstance(body["signature"], str):
        raise GrantInvalid("file: got other fields than document and signature, expected a signed document")
    return canonical.encode(body["document"]), body["signature"]


@dataclass(frozen=True, slots=True)
class StateChange:
    """``grant``, in its ``version``, becomes ``state``, as the event ``number`` of its history."""

    grant: str
    version: int
    number: int
    state: State

    def document(self) -> bytes:
        """Return what is signed."""
        return canonical.encode({"format": STATE_FORMAT, **asdict(self), "state": str(self.state)})


@dataclass(frozen=True, slots=True)
class KeyChange:
    """``new`` is the ``number``-th public key of ``speaker``; the one before it was ``old``, which signs this."""

    speaker: str
    number: int
    old: str
    new: str

    def document(self) -> bytes:
        """Return what is signed."""
        return canonical.encode({"format": KEY_FORMAT, **asdict(self)})


def read_state_change(data: bytes) -> StateChange:
    """Return the change that a declaration spells; raise `GrantInvalid` naming the field."""
    body = _body(data, {"format", "grant", "version", "number", "state"}, STATE_FORMAT)
    try:
        return StateChange(
            parse_id("grant", body["grant"]),
            fields.amount("version", body["version"], least=1),
            fields.amount("number", body["number"], least=2),
            State(body["state"]),
        )
    except Invalid as error:
        raise GrantInvalid(error.message) from None
    except (ValueError, TypeError, AttributeError):
        raise GrantInvalid(f"state: got {str(body['state'])[:40]!r}, expected one of {', '.join(State)}") from None


def read_key_change(data: bytes) -> KeyChange:
    """Return the change of key that a declaration spells; raise `GrantInvalid` naming the field."""
    body = _body(data, {"format", "speaker", "number", "old", "new"}, KEY_FORMAT)
    try:
        speaker = parse_id("speaker", body["speaker"])
        number = fields.amount("number", body["number"], least=2)
        return KeyChange(speaker, number, fields.digest("old", body["old"]), fields.digest("new", body["new"]))
    except (Invalid, TypeError, AttributeError) as error:
        raise GrantInvalid(f"declaration: {error}") from None


def _body(data: bytes, names: set[str], form: str) -> dict[str, Any]:
    body = canonical.decode(data) if len(data) <= MAX_DOCUMENT_BYTES else None
    if not isinstance(body, dict) or set(body) != names or body["format"] != form:
        raise GrantInvalid(f"document: got other fields than {', '.join(sorted(names))}, or no {form}")
    return body
