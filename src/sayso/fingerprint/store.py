"""The table of fingerprints: one a clip, sealed with the speaker's key, numbered as they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, String, Table, delete, func, insert, select

from sayso.database import Prepared, metadata, within
from sayso.ids import ID_LENGTH, ClipId, SpeakerId

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("clip_id", String(ID_LENGTH), nullable=False, unique=True),
    Column("speaker_id", String(ID_LENGTH), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

_PAGE: Final = 2_000


class FingerprintRow(NamedTuple):
    """One fingerprint as kept."""

    number: int
    clip_id: ClipId
    speaker_id: SpeakerId
    sealed: bytes


_ADD: Final = Prepared(insert(fingerprints))


def insert_fingerprint(tx: Connection, clip: ClipId, *, speaker: SpeakerId, sealed: bytes) -> None:
    """Keep the fingerprint of a clip."""
    _ADD.add(tx, {"clip_id": clip, "speaker_id": speaker, "sealed": sealed})


def of_clip(tx: Connection, clip: ClipId) -> FingerprintRow | None:
    """Return the fingerprint of a clip, None if there is none (any more)."""
    row = tx.execute(select(fingerprints).where(within(tx, fingerprints), fingerprints.c.clip_id == clip)).one_or_none()
    return None if row is None else FingerprintRow(*row)


def census(tx: Connection) -> tuple[int, int]:
    """Return how many fingerprints there are, and the highest number among them (0 for none)."""
    query = select(func.count(), func.max(fingerprints.c.number)).where(within(tx, fingerprints))
    count, last = tx.execute(query).one()
    return int(count), int(last or 0)


def numbers(tx: Connection) -> list[int]:
    """Return the numbers of all fingerprints, in order."""
    query = select(fingerprints.c.number).where(within(tx, fingerprints)).order_by(fingerprints.c.number)
    return list(tx.execute(query).scalars())


def rows(tx: Connection, wanted: Sequence[int]) -> Iterator[FingerprintRow]:
    """Yield the fingerprints of these numbers that are there."""
    for start in range(0, len(wanted), _PAGE):
        page = list(wanted[start : start + _PAGE])
        query = select(fingerprints).where(within(tx, fingerprints), fingerprints.c.number.in_(page))
        yield from (FingerprintRow(*row) for row in tx.execute(query))


def of_speaker(tx: Connection, speaker: SpeakerId) -> list[FingerprintRow]:
    """Return every fingerprint of the speaker's clips, in the order of their numbers."""
    query = select(fingerprints).where(within(tx, fingerprints), fingerprints.c.speaker_id == speaker)
    return [FingerprintRow(*row) for row in tx.execute(query.order_by(fingerprints.c.number))]


def forget(tx: Connection, speaker: SpeakerId) -> int:
    """Delete every fingerprint of the speaker's clips; return how many there were."""
    of_speaker = fingerprints.c.speaker_id == speaker
    return tx.execute(delete(fingerprints).where(within(tx, fingerprints), of_speaker)).rowcount
