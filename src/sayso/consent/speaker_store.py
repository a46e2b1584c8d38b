"""The speakers: their epoch, the version of their state, and the public key with which they sign grants."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from sayso.clock import now, parse_stamp, stamp
from sayso.consent import fields
from sayso.consent.errors import SpeakerUnknown
from sayso.database import PreparedWithin, everything, metadata, organisation_of, within
from sayso.database.words import word
from sayso.ids import ID_LENGTH, SpeakerId

speakers = Table(
    "speakers",
    metadata,
    Column("speaker_id", String(ID_LENGTH), primary_key=True),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("epoch", Integer, nullable=False),
    Column("state_version", BigInteger, nullable=False),
    Column("name_sealed", LargeBinary),
    Column("created_at", String(24), nullable=False),
    Column("house", Boolean, nullable=False),
    Column("public_key", String(64)),
    Column("key_sealed", LargeBinary),
    Column("died_at", String(24)),
)

speaker_keys = Table(
    "speaker_keys",
    metadata,
    Column("speaker_id", String(ID_LENGTH), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("public_key", String(64), nullable=False),
    Column("how", String(16), nullable=False),
    Column("endorsement", String(128)),
    Column("reason_sealed", LargeBinary),
    Column("at", String(24), nullable=False),
)
"""Every key that a speaker had. ``endorsement`` is the signature of the key before over the declaration of this one."""

_VERSION_BITS: Final = 62


class How(StrEnum):
    """How a key became a speaker's: the first, endorsed by the one before, or entered by the operator."""

    REGISTERED = "registered"
    ROTATED = "rotated"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class SpeakerKeyRow:
    """One key of a speaker. ``reason_sealed`` says, under seal, why the operator entered it."""

    number: int
    public_key: str
    how: How
    endorsement: str | None
    at: datetime
    reason_sealed: bytes | None = None


@dataclass(frozen=True, slots=True)
class Speaker:
    """One speaker as kept here. The name is sealed with the speaker's key; the house speaks with engines' voices.

    ``public_key`` (64 hex digits) is that of the key which signs their grants; ``key_sealed`` is the private one where
    they let Sayso keep it.
    """

    speaker_id: SpeakerId
    epoch: int
    name_sealed: bytes | None
    created_at: datetime
    house: bool
    organisation: str
    public_key: str | None = None
    key_sealed: bytes | None = None
    died_at: datetime | None = None


def add_speaker(
    tx: Connection,
    speaker: SpeakerId,
    *,
    name_sealed: bytes | None = None,
    house: bool = False,
    at: datetime | None = None,
    organisation: str | None = None,
) -> None:
    """Enter a new speaker of ``organisation``, by default the one that acts, at epoch 1, who permits nothing yet."""
    row = {"speaker_id": speaker, "name_sealed": name_sealed, "house": house, "created_at": stamp(at or now())}
    row["organisation_id"] = organisation or organisation_of(tx)
    tx.execute(insert(speakers).values(epoch=1, state_version=_new_version(), **row))


def get_speaker(tx: Connection, speaker: SpeakerId) -> Speaker:
    """Return the speaker; raise `SpeakerUnknown`."""
    return _speaker(speaker_row(tx, speaker))


def list_speakers(tx: Connection) -> list[Speaker]:
    """Return every speaker, oldest first."""
    query = select(speakers).where(within(tx, speakers)).order_by(speakers.c.created_at, speakers.c.speaker_id)
    return [_speaker(row) for row in tx.execute(query)]


def epoch_of(tx: Connection, speaker: SpeakerId) -> int | None:
    """Return the speaker's epoch, whoever asks; None for one who is unknown or erased."""
    with everything(tx):
        row = _EPOCH.row(tx, of_speaker=speaker)
    return None if row is None else int(row.epoch)


def bump_epoch(tx: Connection, speaker: SpeakerId) -> int:
    """End every permit of the speaker that was made before; return the new epoch. Raise `SpeakerUnknown`."""
    touch(tx, speaker, ends_permits=True)
    return int(speaker_row(tx, speaker).epoch)


def add_key(tx: Connection, speaker: SpeakerId, key: SpeakerKeyRow, *, sealed: bytes | None) -> None:
    """Add the speaker's next key, with the sealed private one if Sayso keeps it."""
    fields.digest("public_key", key.public_key)
    values = {"number": key.number, "public_key": key.public_key, "how": str(key.how), "endorsement": key.endorsement}
    more = {"reason_sealed": key.reason_sealed, "at": stamp(key.at)}
    tx.execute(insert(speaker_keys).values(speaker_id=speaker, **values, **more))
    row = {"public_key": key.public_key, "key_sealed": sealed, "state_version": _new_version()}
    tx.execute(update(speakers).where(within(tx, speakers), speakers.c.speaker_id == speaker).values(row))


def forget_private_key(tx: Connection, speaker: SpeakerId) -> None:
    """Forget the private key that Sayso kept for the speaker."""
    tx.execute(update(speakers).where(within(tx, speakers), speakers.c.speaker_id == speaker).values(key_sealed=None))


def keys_of(tx: Connection, speaker: SpeakerId) -> list[SpeakerKeyRow]:
    """Return every key that the speaker had, the first one first."""
    query = select(speaker_keys).where(within(tx, speaker_keys), speaker_keys.c.speaker_id == speaker)
    return [
        SpeakerKeyRow(
            row.number,
            row.public_key,
            word(How, row.how, row=f"speaker_keys row {speaker}"),
            row.endorsement,
            parse_stamp(row.at),
            row.reason_sealed,
        )
        for row in tx.execute(query.order_by(speaker_keys.c.number))
    ]


def forget_speaker(tx: Connection, speaker: SpeakerId) -> None:
    """Delete the speaker and their keys."""
    for table in (speaker_keys, speakers):
        tx.execute(delete(table).where(within(tx, table), table.c.speaker_id == speaker))


def note_death(tx: Connection, speaker: SpeakerId, *, at: datetime | None = None) -> None:
    """Note that the speaker has died: from now on only grants that are for that time too permit anything."""
    speaker_row(tx, speaker)
    tx.execute(
        update(speakers)
        .where(within(tx, speakers), speakers.c.speaker_id == speaker)
        .values(died_at=stamp(at or now()))
    )
    touch(tx, speaker, ends_permits=True)


def touch(tx: Connection, speaker: SpeakerId, *, ends_permits: bool) -> None:
    """Draw a new version of the speaker's state, and a new epoch where permits are to end.

    Whoever could change a grant does this to its speaker, of whatever organisation that is.
    """
    step = 1 if ends_permits else 0
    values = {"epoch": speakers.c.epoch + step, "state_version": _new_version()}
    with everything(tx):
        tx.execute(update(speakers).where(within(tx, speakers), speakers.c.speaker_id == speaker).values(values))


def speaker_row(tx: Connection, speaker: SpeakerId) -> Any:
    """Return the speaker's row; raise `SpeakerUnknown`."""
    row = _SPEAKER.row(tx, of_speaker=speaker)
    if row is None:
        raise SpeakerUnknown(f"got {speaker}, expected the id of a speaker who is here and not erased")
    return row


def _speaker_seen(tx: Connection) -> Select[Any]:
    return select(speakers).where(within(tx, speakers), speakers.c.speaker_id == bindparam("of_speaker"))


def _epoch_seen(tx: Connection) -> Select[Any]:
    return select(speakers.c.epoch).where(within(tx, speakers), speakers.c.speaker_id == bindparam("of_speaker"))


_SPEAKER: Final = PreparedWithin(_speaker_seen)
_EPOCH: Final = PreparedWithin(_epoch_seen)


def organisation_of_speaker(tx: Connection, speaker: SpeakerId) -> str:
    """Return the speaker's organisation, whoever asks; raise `SpeakerUnknown`."""
    with everything(tx):
        return str(speaker_row(tx, speaker).organisation_id)


def _new_version() -> int:
    return secrets.randbits(_VERSION_BITS)


def _speaker(row: Any) -> Speaker:
    return Speaker(
        row.speaker_id,
        row.epoch,
        row.name_sealed,
        parse_stamp(row.created_at),
        bool(row.house),
        row.organisation_id,
        row.public_key,
        row.key_sealed,
        None if row.died_at is None else parse_stamp(row.died_at),
    )
