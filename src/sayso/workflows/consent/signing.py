"""Speakers' keys: a grant is signed by its speaker, with a key that they keep or let Sayso keep."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.consent import changes
from sayso.consent import store as consents
from sayso.consent.document import KeyChange, sign, signed_file
from sayso.consent.errors import SpeakerKey
from sayso.consent.keys import SigningKey, private_key, public_key, public_key_of
from sayso.consent.state import Party
from sayso.database import Connection
from sayso.ids import SpeakerId, parse_id
from sayso.ledger.acts import SpeakerKeyChanged
from sayso.vault.domains import Domain
from sayso.workflows.installation.rows import enter
from sayso.workflows.installation.session import Session

KEY_FIELD: Final = "speaker key"
KEY_CONTEXT: Final = "consent:speaker:key"
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class SpeakerKeyShown:
    """A speaker's public key, None before there is one, and who keeps the private one: ``speaker`` or ``sayso``."""

    speaker: SpeakerId
    public_key: str | None
    kept_by: str | None


def tell_key(
    session: Session,
    tx: Connection,
    speaker: SpeakerId,
    how: str,
    *,
    who: Party,
    change: KeyChange | None = None,
    reason: str | None = None,
) -> None:
    """Log what became of the speaker's key, as ``consent:speaker:key``, without the key itself and without a name."""
    found = consents.get_speaker(tx, speaker)
    changed = SpeakerKeyChanged(
        subject=session.vault.pseudonym(speaker, KEY_CONTEXT),
        key=key_commitment(session, speaker, found.public_key or ""),
        kept_by="speaker" if found.key_sealed is None else "sayso",
        how=how,
        who=who,
        number=None if change is None else change.number,
        previous=None if change is None else key_commitment(session, speaker, change.old),
        reason=reason,
    )
    enter(session, tx, changed, stamp(now()), speaker=speaker)


def key_commitment(session: Session, speaker: SpeakerId, public: str) -> str:
    """Return the commitment by which the ledger knows a public key of the speaker."""
    return session.vault.commit(speaker, public.encode(), domain=Domain.KEY)


def key_of(session: Session, tx: Connection, speaker: SpeakerId) -> SigningKey:
    """Return the key that Sayso keeps for the speaker, made where there is none.

    Raise `SpeakerKey` where the speaker keeps the key: then they sign a draft themselves.
    """
    found = consents.get_speaker(tx, speaker)
    if found.public_key is None:
        return _made(session, tx, speaker)
    if found.key_sealed is None:
        raise SpeakerKey(f"{speaker} keeps their own key, and nobody signs in their place")
    return private_key(session.vault.open_field(found.key_sealed, speaker, field=KEY_FIELD))


def register(session: Session, speaker: str, key: str) -> str:
    """Enter the public key of a speaker who keeps the private one; return it. Raise `KeyInvalid`, `SpeakerKey`."""
    session.require(Right.KEY)
    known, public = SpeakerId(parse_id("speaker", speaker)), public_key(key)
    with session.act(known) as tx:
        _entered(session, tx, known, public, sealed=None)
    return public


def key_shown(session: Session, speaker: str) -> SpeakerKeyShown:
    """Return the speaker's public key and who keeps the private one."""
    with session.read() as tx:
        found = consents.get_speaker(tx, SpeakerId(parse_id("speaker", speaker)))
    keeper = "speaker" if found.key_sealed is None else "sayso"
    return SpeakerKeyShown(found.speaker_id, found.public_key, None if found.public_key is None else keeper)


def signed(document: bytes, key: bytes, passphrase: bytes | None = None) -> bytes:
    """Return the signed file of a document, with a key of the speaker's own; needs no installation."""
    text = document.strip()
    return signed_file(text, sign(text, private_key(key, passphrase)))


def fresh_key(session: Session, speaker: SpeakerId) -> tuple[SigningKey, bytes]:
    """Return a new key, and the same sealed for Sayso to keep."""
    secret = secrets.token_bytes(_KEY_BYTES)
    return private_key(secret), session.vault.seal_field(secret, speaker, field=KEY_FIELD)


def _made(session: Session, tx: Connection, speaker: SpeakerId) -> SigningKey:
    key, sealed = fresh_key(session, speaker)
    _entered(session, tx, speaker, public_key_of(key), sealed=sealed)
    return key


def _entered(session: Session, tx: Connection, speaker: SpeakerId, public: str, *, sealed: bytes | None) -> None:
    changes.set_key(tx, speaker, public, sealed=sealed)
    who = Party.OPERATOR if consents.get_speaker(tx, speaker).house else Party.SPEAKER
    tell_key(session, tx, speaker, str(consents.How.REGISTERED), who=who)
