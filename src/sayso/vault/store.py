"""The key store: a database of its own, so that its backups can be short-lived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Column, Connection, LargeBinary, String, Table, bindparam, delete, func, insert, select, update

from sayso.database import Prepared
from sayso.database.metadata import keys_metadata
from sayso.ids import ID_LENGTH, SpeakerId
from sayso.vault.keys import DestroyedKey

subject_keys = Table(
    "subject_keys",
    keys_metadata,
    Column("key_id", String(32), primary_key=True),
    Column("speaker_id", String(ID_LENGTH), nullable=False, unique=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", String(24), nullable=False),
)

destroyed_keys = Table(
    "destroyed_keys",
    keys_metadata,
    Column("key_id", String(32), primary_key=True),
    Column("destroyed_at", String(24), nullable=False),
)

operator_secrets = Table(
    "operator_secrets",
    keys_metadata,
    Column("name", String(64), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", String(24), nullable=False),
)

certificates = Table(
    "certificates",
    keys_metadata,
    Column("name", String(64), primary_key=True),
    Column("pem", LargeBinary, nullable=False),
    Column("created_at", String(24), nullable=False),
)


class KeyRow(NamedTuple):
    """One wrapped subject key."""

    key_id: str
    speaker_id: str
    wrapped: bytes


def insert_key(tx: Connection, row: KeyRow, *, created_at: str) -> None:
    """Keep a new subject key."""
    tx.execute(insert(subject_keys).values(**row._asdict(), created_at=created_at))


def key_of(tx: Connection, speaker: SpeakerId) -> KeyRow | None:
    """Return the key of a speaker."""
    return _one(tx, subject_keys.c.speaker_id == speaker)


def keys_by_id(tx: Connection, key_ids: Sequence[str]) -> dict[str, KeyRow]:
    """Return those of the keys that are there."""
    query = select(*_KEY_COLUMNS).where(subject_keys.c.key_id.in_(key_ids))
    return {row.key_id: KeyRow(*row) for row in tx.execute(query)}


def keys_by_speaker(tx: Connection, speakers: Sequence[SpeakerId]) -> dict[str, KeyRow]:
    """Return the keys of those of the speakers that have one."""
    if len(speakers) == 1:
        return {row.speaker_id: KeyRow(*row) for row in _KEY_OF.rows(tx, of_speaker=speakers[0])}
    query = select(*_KEY_COLUMNS).where(subject_keys.c.speaker_id.in_(speakers))
    return {row.speaker_id: KeyRow(*row) for row in tx.execute(query)}


def subjects(tx: Connection) -> list[SpeakerId]:
    """Return every speaker who has a key, in order."""
    query = select(subject_keys.c.speaker_id).order_by(subject_keys.c.speaker_id)
    return [SpeakerId(speaker) for speaker in tx.execute(query).scalars()]


def destroy_key(tx: Connection, row: KeyRow, *, destroyed_at: str) -> DestroyedKey:
    """Overwrite the wrapped key where it stands, delete its row, and remember that this id was destroyed."""
    here = subject_keys.c.key_id == row.key_id
    tx.execute(update(subject_keys).where(here).values(wrapped=bytes(len(row.wrapped))))
    tx.execute(delete(subject_keys).where(here))
    tx.execute(insert(destroyed_keys).values(key_id=row.key_id, destroyed_at=destroyed_at))
    return DestroyedKey(row.key_id, destroyed_at)


def destroyed(tx: Connection, key_ids: Sequence[str]) -> list[DestroyedKey]:
    """Return those of the ids whose key was destroyed here."""
    query = select(destroyed_keys).where(destroyed_keys.c.key_id.in_(key_ids)).order_by(destroyed_keys.c.key_id)
    return [DestroyedKey(*row) for row in tx.execute(query)]


def num_destroyed(tx: Connection) -> int:
    """Return how many keys were destroyed here."""
    return int(_DESTROYED.row(tx).number)


def note_destroyed(tx: Connection, key_id: str, *, destroyed_at: str) -> DestroyedKey:
    """Remember that the key of this id, which is not here, was destroyed."""
    tx.execute(insert(destroyed_keys).values(key_id=key_id, destroyed_at=destroyed_at))
    return DestroyedKey(key_id, destroyed_at)


def insert_secret(tx: Connection, name: str, wrapped: bytes, *, created_at: str) -> None:
    """Keep a new operator secret."""
    tx.execute(insert(operator_secrets).values(name=name, wrapped=wrapped, created_at=created_at))


def secret(tx: Connection, name: str) -> bytes | None:
    """Return the wrapped operator secret."""
    return tx.execute(select(operator_secrets.c.wrapped).where(operator_secrets.c.name == name)).scalar()


def all_secrets(tx: Connection) -> list[tuple[str, bytes]]:
    """Return name and wrapped value of every operator secret."""
    return [(row.name, row.wrapped) for row in tx.execute(select(operator_secrets.c.name, operator_secrets.c.wrapped))]


def all_keys(tx: Connection) -> list[KeyRow]:
    """Return every subject key."""
    return [KeyRow(*row) for row in tx.execute(select(*_KEY_COLUMNS))]


def rewrap(tx: Connection, keys: Mapping[str, bytes], secrets: Mapping[str, bytes]) -> None:
    """Put newly wrapped values in the place of the old: of subject keys by id, of operator secrets by name."""
    for table, name, values in ((subject_keys, "key_id", keys), (operator_secrets, "name", secrets)):
        if values:
            query = update(table).where(table.c[name] == bindparam("of")).values(wrapped=bindparam("by"))
            tx.execute(query, [{"of": of, "by": by} for of, by in values.items()])


def any_secret(tx: Connection) -> tuple[str, bytes] | None:
    """Return one operator secret, to try the key-encryption key on."""
    row = tx.execute(select(operator_secrets.c.name, operator_secrets.c.wrapped).limit(1)).first()
    return None if row is None else (row.name, row.wrapped)


def any_key(tx: Connection) -> KeyRow | None:
    """Return one subject key, to try the key-encryption key on."""
    row = tx.execute(select(*_KEY_COLUMNS).limit(1)).first()
    return None if row is None else KeyRow(*row)


def insert_certificate(tx: Connection, name: str, pem: bytes, *, created_at: str) -> None:
    """Keep a certificate."""
    tx.execute(insert(certificates).values(name=name, pem=pem, created_at=created_at))


def replace_secret(tx: Connection, name: str, wrapped: bytes, *, created_at: str) -> None:
    """Keep an operator secret in place of what had its name."""
    delete_secret(tx, name)
    insert_secret(tx, name, wrapped, created_at=created_at)


def delete_secret(tx: Connection, name: str) -> None:
    """Overwrite an operator secret where it stands, and delete its row."""
    here = operator_secrets.c.name == name
    tx.execute(update(operator_secrets).where(here).values(wrapped=b""))
    tx.execute(delete(operator_secrets).where(here))


def delete_certificate(tx: Connection, name: str) -> None:
    """Delete a certificate, if there is one of this name."""
    tx.execute(delete(certificates).where(certificates.c.name == name))


def certificate(tx: Connection, name: str) -> bytes | None:
    """Return a certificate as PEM."""
    return tx.execute(select(certificates.c.pem).where(certificates.c.name == name)).scalar()


_KEY_COLUMNS = (subject_keys.c.key_id, subject_keys.c.speaker_id, subject_keys.c.wrapped)

_KEY_OF: Final = Prepared(select(*_KEY_COLUMNS).where(subject_keys.c.speaker_id == bindparam("of_speaker")))
_DESTROYED: Final = Prepared(select(func.count().label("number")).select_from(destroyed_keys))


def _one(tx: Connection, condition: object) -> KeyRow | None:
    row = tx.execute(select(*_KEY_COLUMNS).where(condition)).first()  # type: ignore[arg-type]
    return None if row is None else KeyRow(*row)
