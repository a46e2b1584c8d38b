"""The state of consent: the queries of grants, and beside them those of speakers and of the history.

What may become of a grant, and by whose act, is in `sayso.consent.changes`; a query asks nobody.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Integer, Row, String, Table, Text, insert, select, update

from sayso import canonical
from sayso.consent.errors import GrantUnknown
from sayso.consent.grant import Grant
from sayso.consent.history_store import (
    GrantEvent,
    GrantVersion,
    Signed,
    events_of,
    events_of_all,
    grant_events,
    grant_versions,
    origin_of,
    versions_of,
)
from sayso.consent.speaker_store import (
    How,
    Speaker,
    SpeakerKeyRow,
    add_speaker,
    bump_epoch,
    epoch_of,
    get_speaker,
    keys_of,
    list_speakers,
    note_death,
    speakers,
)
from sayso.consent.state import State
from sayso.consent.unreadable import UnreadableGrant
from sayso.database import metadata, within
from sayso.errors import Invalid
from sayso.ids import ID_LENGTH, GrantId, SpeakerId

__all__ = [
    "GrantEvent",
    "GrantVersion",
    "How",
    "Speaker",
    "SpeakerKeyRow",
    "add_grant",
    "add_speaker",
    "bump_epoch",
    "bury",
    "epoch_of",
    "get_grant",
    "get_speaker",
    "grant_events",
    "grant_of",
    "grant_row",
    "grant_versions",
    "grants",
    "grants_of",
    "history",
    "keys_of",
    "list_grants",
    "list_speakers",
    "note_death",
    "origin_of",
    "replace_grant",
    "rows_of",
    "set_signature",
    "set_state",
    "speakers",
    "versions",
]

grants = Table(
    "grants",
    metadata,
    Column("grant_id", String(ID_LENGTH), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("speaker_id", String(ID_LENGTH), index=True),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("licensee", String(200), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("terms", Text, nullable=False),
    Column("signature", String(128)),
    Column("signed_by", String(64)),
)
"""``terms`` is the canonical JSON of `Grant.terms`: a new dimension needs no new column. A tombstone has no speaker.

``signature`` is the speaker's over the document that id, version, speaker and terms make, by the key ``signed_by``.
"""


def add_grant(tx: Connection, grant: Grant, signed: Signed | None, *, organisation: str) -> None:
    """Add the row of a new grant of the speaker of an organisation."""
    tx.execute(insert(grants).values(organisation_id=organisation, **grant_row(grant, signed)))


def replace_grant(tx: Connection, old: Grant, new: Grant, signed: Signed | None) -> bool:
    """Put the next version of a grant in place of ``old``; return whether it still stood there."""
    of_grant = grants.c.grant_id == old.grant_id
    as_it_was = (grants.c.version == old.version, grants.c.state == str(old.state))
    row = grant_row(new, signed)
    return tx.execute(update(grants).where(within(tx, grants), of_grant, *as_it_was).values(row)).rowcount == 1


def set_state(tx: Connection, old: Grant, state: State) -> bool:
    """Set the state of a grant; return whether it was still that of ``old``."""
    this = (grants.c.grant_id == old.grant_id, grants.c.state == old.stored_state)
    return tx.execute(update(grants).where(within(tx, grants), *this).values(state=str(state))).rowcount == 1


def set_signature(tx: Connection, grant: Grant, signed: Signed | None) -> None:
    """Set the signature under a version of a grant."""
    this = (grants.c.grant_id == grant.grant_id) & (grants.c.version == grant.version)
    values = {"signature": signed and signed.signature, "signed_by": signed and signed.by}
    tx.execute(update(grants).where(within(tx, grants), this).values(values))


def bury(tx: Connection, tombstone: Grant) -> None:
    """Leave of a grant what its tombstone says."""
    this = grants.c.grant_id == tombstone.grant_id
    tx.execute(update(grants).where(within(tx, grants), this).values(grant_row(tombstone, None)))


def grant_row(grant: Grant, signed: Signed | None) -> dict[str, Any]:
    """Return the columns of a grant."""
    return {
        "grant_id": grant.grant_id,
        "version": grant.version,
        "speaker_id": grant.speaker or None,
        "licensee": grant.licensee,
        "state": str(grant.state),
        "terms": canonical.encode(grant.terms()).decode(),
        "signature": signed.signature if signed else None,
        "signed_by": signed.by if signed else None,
    }


def grant_of(row: Any) -> Grant:
    """Return the grant of a row of the table `grants`; raise `GrantInvalid` naming a field that is malformed."""
    return Grant.from_terms(
        canonical.decode(row.terms.encode()),
        grant_id=row.grant_id,
        speaker=SpeakerId(row.speaker_id or ""),
        state=State(row.state),
        version=row.version,
    )


def get_grant(tx: Connection, grant_id: GrantId) -> Grant:
    """Return the grant, or what stays of one that is erased; raise `GrantUnknown`.

    A row that cannot be read is an `UnreadableGrant`, here and in every list: it can be shown, ended and erased.
    """
    row = tx.execute(select(grants).where(within(tx, grants), grants.c.grant_id == grant_id)).one_or_none()
    if row is None:
        raise GrantUnknown(f"got {grant_id}, expected the id of a grant that is here")
    return _readable(row)


def grants_of(tx: Connection, speaker: SpeakerId) -> list[Grant]:
    """Return every grant of the speaker, in order of their ids."""
    return _grants(tx, grants.c.speaker_id == speaker)


def list_grants(tx: Connection, *, licensee: str | None = None) -> list[Grant]:
    """Return every grant here, or every one to a licensee, tombstones included."""
    return _grants(tx, grants.c.licensee == licensee) if licensee is not None else _grants(tx)


def rows_of(tx: Connection, speaker: SpeakerId) -> tuple[list[Row[Any]], dict[GrantId, list[GrantEvent]]]:
    """Return the rows of the speaker's grants, in order of their ids, and the events of each grant."""
    of_speaker = (within(tx, grants), grants.c.speaker_id == speaker)
    rows = tx.execute(select(grants).where(*of_speaker).order_by(grants.c.grant_id)).all()
    return list(rows), events_of_all(tx, select(grants.c.grant_id).where(*of_speaker))


def history(tx: Connection, grant_id: GrantId) -> list[GrantEvent]:
    """Return every change of the grant, oldest first; raise `GrantUnknown`."""
    get_grant(tx, grant_id)
    return events_of(tx, grant_id)


def versions(tx: Connection, grant_id: GrantId) -> list[GrantVersion]:
    """Return every version of the grant, oldest first; raise `GrantUnknown`. A tombstone has none."""
    return versions_of(tx, grant_id, get_grant(tx, grant_id).speaker)


def _grants(tx: Connection, *where: Any) -> list[Grant]:
    query = select(grants).where(within(tx, grants), *where).order_by(grants.c.grant_id)
    return [_readable(row) for row in tx.execute(query)]


def _readable(row: Any) -> Grant:
    try:
        return grant_of(row)
    except (Invalid, ValueError, TypeError, AttributeError) as error:
        problem = error.message if isinstance(error, Invalid) else "its row is damaged"
        return UnreadableGrant.of(row, problem)
