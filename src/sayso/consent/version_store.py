"""Every version that a grant had, the present one too, so that an old decision can be understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Integer, String, Table, Text, delete, insert, select, update

from sayso import canonical
from sayso.clock import parse_stamp, stamp
from sayso.consent.document import document
from sayso.consent.event_store import Signed
from sayso.consent.state import Party
from sayso.database import metadata, within
from sayso.ids import ID_LENGTH, GrantId, SpeakerId

grant_versions = Table(
    "grant_versions",
    metadata,
    Column("grant_id", String(ID_LENGTH), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("terms", Text, nullable=False),
    Column("signature", String(128)),
    Column("signed_by", String(64)),
    Column("who", String(16), nullable=False),
    Column("at", String(24), nullable=False),
)


@dataclass(frozen=True, slots=True)
class GrantVersion:
    """One version of a grant: its document as it was signed, by which key, by whose act, when."""

    version: int
    document: bytes
    signature: str | None
    who: Party
    at: datetime
    signed_by: str | None = None


def add_version(tx: Connection, row: Mapping[str, Any], *, who: Party, at: datetime) -> None:
    """Keep the version of a grant that ``row`` of the table of grants holds."""
    kept = {name: row[name] for name in ("grant_id", "version", "terms", "signature", "signed_by")}
    tx.execute(insert(grant_versions).values(who=str(who), at=stamp(at), **kept))


def versions_of(tx: Connection, grant_id: GrantId, speaker: SpeakerId) -> list[GrantVersion]:
    """Return every version of the speaker's grant, oldest first."""
    query = select(grant_versions).where(within(tx, grant_versions), grant_versions.c.grant_id == grant_id)
    return [
        GrantVersion(
            row.version,
            document(grant_id, version=row.version, speaker=speaker, terms=canonical.decode(row.terms.encode())),
            row.signature,
            Party(row.who),
            parse_stamp(row.at),
            row.signed_by,
        )
        for row in tx.execute(query.order_by(grant_versions.c.version))
    ]


def sign_version(tx: Connection, grant_id: GrantId, version: int, signed: Signed | None) -> None:
    """Put a signature under a version that was asked for."""
    c = grant_versions.c
    this = (within(tx, grant_versions), c.grant_id == grant_id, c.version == version)
    values = {"signature": signed and signed.signature, "signed_by": signed and signed.by}
    tx.execute(update(grant_versions).where(*this).values(values))


def forget_versions(tx: Connection, grant_id: GrantId) -> None:
    """Delete the versions of a grant that is erased."""
    of_grant = grant_versions.c.grant_id == grant_id
    tx.execute(delete(grant_versions).where(within(tx, grant_versions), of_grant))
