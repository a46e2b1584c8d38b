"""Speakers' keys over the years: replaced, lost and recovered, handed over. Every step stands in the ledger.

What a key has signed stays signed when another follows it: each grant names the key under its signature.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sayso.accounts.rights import Right
from sayso.clock import now
from sayso.consent import changes, fields
from sayso.consent import store as consents
from sayso.consent.document import (
    KEY_FORMAT,
    KeyChange,
    check_signature,
    format_of,
    read_key_change,
    read_signed_file,
    sign,
)
from sayso.consent.errors import SpeakerKey, SpeakerKeyMissing
from sayso.consent.keys import private_key, public_key, public_key_of, sealed_pem
from sayso.consent.state import Party
from sayso.consent.store import How, SpeakerKeyRow
from sayso.database import Connection
from sayso.disk import check_target, write_document
from sayso.ids import SpeakerId, parse_id
from sayso.vault.domains import Domain
from sayso.workflows.consent.signing import KEY_FIELD, fresh_key, key_of, tell_key
from sayso.workflows.installation.session import Session

REASON_FIELD: Final = "reason of a recovered key"
_MAX_REASON: Final = 500
_PRIVATE: Final = 0o600


def rotate(session: Session, speaker: str, new: str | None = None) -> str:
    """Replace the key that Sayso keeps, signed by it, and destroy the old one; return the new public key.

    ``new`` is the public key of a private one that the speaker keeps from now on; without it Sayso makes and keeps
    one. Raise `SpeakerKey` where the speaker keeps their own key: then they sign a draft. Logged.
    """
    session.require(Right.KEY)
    known = SpeakerId(parse_id("speaker", speaker))
    with session.act(known) as tx:
        _registered(tx, known)
        key, sealed = (None, None) if new is not None else fresh_key(session, known)
        public = public_key(new or "") if key is None else public_key_of(key)
        change = _next(tx, known, public)
        _replaced(session, tx, change, sign(change.document(), key_of(session, tx, known)), sealed=sealed)
    session.forget_deleted()
    return public


def draft_rotation(session: Session, speaker: str, new: str) -> bytes:
    """Return the declaration of a new key, for the speaker to sign with their old one; nothing is changed."""
    with session.read() as tx:
        return _next(tx, SpeakerId(parse_id("speaker", speaker)), public_key(new)).document()


def enter_rotation(session: Session, signed_file: bytes) -> str:
    """Enter a new key as the old one signed it; return the new public key.

    Raise `GrantInvalid` naming what is malformed, `SignatureRefused`, or `SpeakerKey` for one that is not the next.
    """
    session.require(Right.KEY)
    text, signature = read_signed_file(signed_file)
    change = read_key_change(text)
    with session.act(change.speaker) as tx:
        if change != _next(tx, SpeakerId(change.speaker), change.new):
            raise SpeakerKey("the declaration does not follow from the present key; draft it again")
        _replaced(session, tx, change, signature, sealed=None)
    return change.new


def is_rotation(signed_file: bytes) -> bool:
    """Return whether a signed file declares a new key; raise as `read_signed_file` does."""
    return format_of(read_signed_file(signed_file)[0]) == KEY_FORMAT


def recover(session: Session, speaker: str, new: str, reason: str) -> str:
    """Enter a new key in place of one that the speaker lost, by the operator, and return it; logged as recovered.

    Nobody signs it, so the ledger says by whom it was and holds a commitment to the reason, which is kept under seal.
    Every grant that the speaker gave stands; whoever looks sees that later ones rest on the operator's word.
    """
    session.require(Right.RECOVERY)
    known = SpeakerId(parse_id("speaker", speaker))
    reason = fields.name("reason", reason, longest=_MAX_REASON)
    with session.act(known) as tx:
        change = _next(tx, known, public_key(new))
        sealed = session.vault.seal_field(reason.encode(), known, field=REASON_FIELD)
        row = SpeakerKeyRow(change.number, change.new, How.RECOVERED, None, now(), sealed)
        changes.replace_key(tx, known, row)
        why = session.vault.commit(known, reason.encode(), domain=Domain.REASON)
        tell_key(session, tx, known, str(How.RECOVERED), who=Party.OPERATOR, change=change, reason=why)
    session.forget_deleted()
    return change.new


def hand_over(session: Session, speaker: str, output: Path, passphrase: bytes) -> str:
    """Write the key that Sayso keeps to ``output``, sealed with the passphrase, then destroy Sayso's copy.

    Return the public key, which stays the speaker's. Both steps are logged. Killed in between, Sayso still has its
    copy, and handing over again is safe. Raise `SpeakerKey` where Sayso keeps none, and `TargetTaken`: a key is not
    written over anything.
    """
    session.require(Right.KEY)
    known = SpeakerId(parse_id("speaker", speaker))
    check_target(output)
    with session.act(known) as tx:
        found = _registered(tx, known)
        if found.key_sealed is None:
            raise SpeakerKey(f"{speaker} keeps their own key already; Sayso has no copy")
        key = private_key(session.vault.open_field(found.key_sealed, known, field=KEY_FIELD))
        write_document(output, sealed_pem(key, passphrase).decode(), mode=_PRIVATE)
        tell_key(session, tx, known, "exported", who=Party.SPEAKER)
    with session.act(known) as tx:
        changes.drop_private_key(tx, known)
        tell_key(session, tx, known, "handed-over", who=Party.SPEAKER)
    session.forget_deleted()
    return public_key_of(key)


def _registered(tx: Connection, speaker: SpeakerId) -> consents.Speaker:
    found = consents.get_speaker(tx, speaker)
    if found.public_key is None:
        raise SpeakerKeyMissing(f"{speaker} has no key yet, expected one")
    return found


def _next(tx: Connection, speaker: SpeakerId, new: str) -> KeyChange:
    old = _registered(tx, speaker).public_key
    return KeyChange(speaker, len(consents.keys_of(tx, speaker)) + 1, old or "", new)


def _replaced(session: Session, tx: Connection, change: KeyChange, signature: str, *, sealed: bytes | None) -> None:
    speaker = SpeakerId(change.speaker)
    check_signature(change.document(), signature, change.old)
    row = SpeakerKeyRow(change.number, change.new, How.ROTATED, signature, now())
    changes.replace_key(tx, speaker, row, sealed=sealed)
    tell_key(session, tx, speaker, str(How.ROTATED), who=Party.SPEAKER, change=change)
