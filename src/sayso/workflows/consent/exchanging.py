"""Consent on paper: writing grants for others to read, taking theirs in, and receipts for the speaker."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sayso.clock import now
from sayso.consent import State
from sayso.consent import store as consents
from sayso.consent.errors import SignatureRefused
from sayso.consent.grant import Grant
from sayso.consent.history_store import Signed
from sayso.disk import write_document
from sayso.errors import Conflict, Invalid, NotFound
from sayso.ids import GrantId, SpeakerId, new_id, parse_id
from sayso.records.exchange import MAX_BYTES, DocumentFormat, read_signed, written
from sayso.records.receipts import Commands, Receipt, ReceiptFacts, receipt
from sayso.workflows.consent import granting
from sayso.workflows.consent.speakers import name_of
from sayso.workflows.installation.session import Session


class RecordNotGiven(Conflict):
    """The document tells of consent that does not stand; a new grant needs the speaker's new consent."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A grant that was taken in: its new id here, the one in the document, and the key that had signed that."""

    grant: GrantId
    source: GrantId
    signed_by: str | None = None


def export(session: Session, grant_id: str, form: str, output: Path) -> None:
    """Write the grant to ``output`` as `exported` returns it."""
    write_document(output, exported(session, grant_id, form).decode())


def exported(session: Session, grant_id: str, form: str) -> bytes:
    """Return the grant as a consent record (27560) or a policy (odrl), JSON-LD. Raise `GrantUnknown`, `Invalid`."""
    if form not in set(DocumentFormat):
        raise Invalid(f"format: got {form[:40]!r}, expected one of {', '.join(DocumentFormat)}")
    shown = granting.shown(session, grant_id)
    shown.grant.require_readable()
    with session.read() as tx:
        found = [each for each in consents.versions(tx, shown.grant.grant_id) if each.version == shown.grant.version]
    signatures = [Signed(each.signature, each.signed_by) for each in found if each.signature and each.signed_by]
    signed = signatures[0] if signatures else None
    return written(shown.grant, DocumentFormat(form), events=shown.events, signed=signed)


def take_in(session: Session, file: Path, speaker: str) -> Taken:
    """Enter what the document in ``file`` grants, as `take_in_document` does; raise `NotFound`."""
    return take_in_document(session, _read(file), speaker)


def take_in_document(session: Session, document: bytes, speaker: str) -> Taken:
    """Enter what the document grants as a new grant of ``speaker``, who gives it now; log it.

    A signature in it must hold over what it says, and be by a key of the speaker where it names them: raise
    `SignatureRefused`. One without a signature is taken by the speaker's word alone, which they give here. Raise
    `DocumentInvalid` naming what cannot be taken over, `RecordNotGiven` for consent that does not stand, and
    `SpeakerUnknown`; nothing is changed then.
    """
    owner = SpeakerId(parse_id("speaker", speaker))
    found, signed = read_signed(document)
    if signed is not None and found.speaker == owner:
        _check_known(session, owner, signed.by)
    state = found.state_at(now())
    if state is not State.GIVEN:
        raise RecordNotGiven(f"state: got a grant that is {state}, expected one that is given")
    entered = granting.enter_grant(session, _anew(found, owner))
    return Taken(entered, found.grant_id, None if signed is None else signed.by)


def receipt_of(session: Session, grant_id: str, commands: Commands) -> Receipt:
    """Return the speaker's receipt of the grant, which names ``commands``. Raise `GrantUnknown`."""
    shown = granting.shown(session, grant_id)
    shown.grant.require_readable()
    speaker = shown.grant.speaker
    name = name_of(session, speaker) if speaker else ""
    return receipt(shown.grant, ReceiptFacts(at=now(), used_ms=shown.used_ms, speaker_name=name, commands=commands))


def _check_known(session: Session, speaker: SpeakerId, public: str) -> None:
    """Raise `SignatureRefused` unless the key is, or was, that of a speaker whose keys are known here."""
    with session.read() as tx:
        known = [key.public_key for key in consents.keys_of(tx, speaker)]
    if known and public not in known:
        raise SignatureRefused("sayso:proof: got a signature by a key that is not this speaker's")


def _anew(found: Grant, owner: SpeakerId) -> Grant:
    return replace(found, grant_id=GrantId(new_id("grant")), speaker=owner, version=1)


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as source:
            return source.read(MAX_BYTES + 1)
    except OSError as error:
        raise NotFound(f"the file {file} cannot be read: {error.strerror}") from None
