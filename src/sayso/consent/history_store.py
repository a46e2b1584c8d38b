"""The history of grants: every change of state, signed where the speaker made it, and every version of the terms.

Both are kept so that an old decision can be understood.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Integer, String, Table, Text, delete, insert, select, update

from sayso import canonical
from sayso.clock import parse_stamp, stamp
from sayso.consent.document import document
from sayso.consent.state import GrantOrigin, Party, State
from sayso.database import metadata, within
from sayso.database.words import word
from sayso.ids import ID_LENGTH, GrantId, SpeakerId

grant_events = Table(
    "grant_events",
    metadata,
    Column("grant_id", String(ID_LENGTH), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("who", String(16), nullable=False),
    Column("at", String(24), nullable=False),
    Column("version", Integer, nullable=False),
    Column("signature", String(128)),
    Column("signed_by", String(64)),
)
"""``signature`` is over the declaration of the change (see `sayso.consent.document`), by the key ``signed_by``."""

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
    Column("origin", String(16), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature (128 hex digits) and the public key (64 hex digits) that it is to be checked with."""

    signature: str
    by: str


@dataclass(frozen=True, slots=True)
class GrantEvent:
    """One change of a grant: what it became, by whose act, when; of which version, and signed where it must be."""

    grant_id: GrantId
    number: int
    state: State
    who: Party
    at: datetime
    version: int = 1
    signed: Signed | None = None


def add_event(tx: Connection, event: GrantEvent) -> None:
    """Enter the next event of a grant; `next_number` tells its number."""
    values = {
        "grant_id": event.grant_id,
        "number": event.number,
        "state": str(event.state),
        "who": str(event.who),
        "at": stamp(event.at),
        "version": event.version,
        "signature": event.signed.signature if event.signed else None,
        "signed_by": event.signed.by if event.signed else None,
    }
    tx.execute(insert(grant_events).values(values))


def next_number(tx: Connection, grant_id: GrantId) -> int:
    """Return the number of the grant's next event: 1 of a new grant."""
    of_grant = select(grant_events.c.number).where(within(tx, grant_events), grant_events.c.grant_id == grant_id)
    last = tx.execute(of_grant.order_by(grant_events.c.number.desc()).limit(1)).scalar_one_or_none()
    return (last or 0) + 1


def events_of(tx: Connection, grant_id: GrantId) -> list[GrantEvent]:
    """Return every event of a grant, oldest first."""
    of_grant = select(grant_events).where(within(tx, grant_events), grant_events.c.grant_id == grant_id)
    return [_event(row) for row in tx.execute(of_grant.order_by(grant_events.c.number))]


def events_of_all(tx: Connection, grant_ids: Any) -> dict[GrantId, list[GrantEvent]]:
    """Return the events of several grants, which a query names, by grant."""
    found: dict[GrantId, list[GrantEvent]] = defaultdict(list)
    wanted = select(grant_events).where(within(tx, grant_events), grant_events.c.grant_id.in_(grant_ids))
    for row in tx.execute(wanted.order_by(grant_events.c.number)):
        found[GrantId(row.grant_id)].append(_event(row))
    return found


def forget_events(tx: Connection, grant_id: GrantId) -> None:
    """Delete the history of a grant that is erased."""
    tx.execute(delete(grant_events).where(within(tx, grant_events), grant_events.c.grant_id == grant_id))


def _event(row: Any) -> GrantEvent:
    signed = Signed(row.signature, row.signed_by or "") if row.signature else None
    return GrantEvent(
        row.grant_id,
        row.number,
        word(State, row.state, row=f"grant_events row {row.grant_id}"),
        word(Party, row.who, row=f"grant_events row {row.grant_id}"),
        parse_stamp(row.at),
        row.version,
        signed,
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


def add_version(tx: Connection, row: Mapping[str, Any], *, who: Party, at: datetime, origin: GrantOrigin) -> None:
    """Keep the version of a grant that ``row`` of the table of grants holds."""
    kept = {name: row[name] for name in ("grant_id", "version", "terms", "signature", "signed_by")}
    tx.execute(insert(grant_versions).values(who=str(who), at=stamp(at), origin=str(origin), **kept))


def versions_of(tx: Connection, grant_id: GrantId, speaker: SpeakerId) -> list[GrantVersion]:
    """Return every version of the speaker's grant, oldest first."""
    query = select(grant_versions).where(within(tx, grant_versions), grant_versions.c.grant_id == grant_id)
    return [
        GrantVersion(
            row.version,
            document(grant_id, version=row.version, speaker=speaker, terms=canonical.decode(row.terms.encode())),
            row.signature,
            word(Party, row.who, row=f"grant_versions row {grant_id}"),
            parse_stamp(row.at),
            row.signed_by,
        )
        for row in tx.execute(query.order_by(grant_versions.c.version))
    ]


def origin_of(tx: Connection, grant_id: GrantId, version: int) -> GrantOrigin | None:
    """Return how the terms of a version came in; None of a grant that was erased."""
    c = grant_versions.c
    this = (within(tx, grant_versions), c.grant_id == grant_id, c.version == version)
    found = tx.execute(select(grant_versions.c.origin).where(*this)).scalar_one_or_none()
    return None if found is None else word(GrantOrigin, found, row=f"grant_versions row {grant_id}")


def sign_version(
    tx: Connection, grant_id: GrantId, version: int, signed: Signed | None, *, origin: GrantOrigin
) -> None:
    """Put a signature under a version that was asked for, as the speaker gave it."""
    c = grant_versions.c
    this = (within(tx, grant_versions), c.grant_id == grant_id, c.version == version)
    values = {
        "signature": signed and signed.signature,
        "signed_by": signed and signed.by,
        "origin": str(origin),
    }
    tx.execute(update(grant_versions).where(*this).values(values))


def forget_versions(tx: Connection, grant_id: GrantId) -> None:
    """Delete the versions of a grant that is erased."""
    of_grant = grant_versions.c.grant_id == grant_id
    tx.execute(delete(grant_versions).where(within(tx, grant_versions), of_grant))
