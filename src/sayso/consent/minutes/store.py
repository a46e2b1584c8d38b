"""The queries of minutes: what is made and reserved under each grant, and under which lease.

The cap is kept by one conditional UPDATE (`take`), and by a CHECK of the table behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from sayso.consent.state import State
from sayso.database import Prepared, metadata
from sayso.ids import ID_LENGTH, GrantId, PermitId, SpeakerId

grant_minutes = Table(
    "grant_minutes",
    metadata,
    Column("grant_id", String(ID_LENGTH), primary_key=True),
    Column("speaker_id", String(ID_LENGTH), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("max_ms", BigInteger),
    Column("made_ms", BigInteger, nullable=False),
    Column("reserved_ms", BigInteger, nullable=False),
    Column("max_takes", BigInteger),
    Column("made_takes", BigInteger, nullable=False),
    Column("reserved_takes", BigInteger, nullable=False),
    Column("outer_id", String(ID_LENGTH)),
    CheckConstraint("made_ms >= 0 AND reserved_ms >= 0", name="amounts"),
    CheckConstraint("max_ms IS NULL OR made_ms + reserved_ms <= max_ms", name="cap"),
    CheckConstraint("made_takes >= 0 AND reserved_takes >= 0", name="take_amounts"),
    CheckConstraint("max_takes IS NULL OR made_takes + reserved_takes <= max_takes", name="take_cap"),
)
"""One row a grant. ``state`` follows that of the grant, so that one UPDATE looks at both.

``outer_id`` is the outer consent of a licence, to which everything is charged as well.
"""

reservations = Table(
    "reservations",
    metadata,
    Column("permit_id", String(ID_LENGTH), primary_key=True),
    Column("grant_id", String(ID_LENGTH), nullable=False, index=True),
    Column("reserved_ms", BigInteger, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("takes", BigInteger, nullable=False),
    Column("outer_id", String(ID_LENGTH), index=True),
    Column("run_id", String(ID_LENGTH), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", String(24), nullable=False),
    CheckConstraint("made_ms >= 0 AND made_ms <= reserved_ms", name="made"),
)


# Made once: to put a statement together takes longer than to run it, and an utterance runs all of these.
_OF_GRANT: Final = grant_minutes.c.grant_id == bindparam("of_grant")
_MINUTES: Final = Prepared(select(grant_minutes).where(_OF_GRANT))
_MINUTES_OF: Final = Prepared(select(grant_minutes).where(grant_minutes.c.speaker_id == bindparam("of_speaker")))
_MS: Final = bindparam("ms", type_=BigInteger)
_TAKES: Final = bindparam("takes", type_=BigInteger)
_TAKE: Final = Prepared(
    update(grant_minutes)
    .where(_OF_GRANT, grant_minutes.c.state == str(State.GIVEN))
    .where(
        grant_minutes.c.max_ms.is_(None)
        | (grant_minutes.c.made_ms + grant_minutes.c.reserved_ms + _MS <= grant_minutes.c.max_ms)
    )
    .where(
        grant_minutes.c.max_takes.is_(None)
        | (grant_minutes.c.made_takes + grant_minutes.c.reserved_takes + _TAKES <= grant_minutes.c.max_takes)
    )
    .values(
        reserved_ms=grant_minutes.c.reserved_ms + _MS,
        reserved_takes=grant_minutes.c.reserved_takes + _TAKES,
    )
)
_CHARGE: Final = Prepared(
    update(grant_minutes)
    .where(_OF_GRANT)
    .values(
        made_ms=grant_minutes.c.made_ms + _MS,
        made_takes=grant_minutes.c.made_takes + _TAKES,
        reserved_ms=grant_minutes.c.reserved_ms - bindparam("freed_ms", type_=BigInteger),
        reserved_takes=grant_minutes.c.reserved_takes - bindparam("freed_takes", type_=BigInteger),
    )
)
_RESERVE: Final = Prepared(insert(reservations))
_RESERVED: Final = Prepared(select(reservations).where(reservations.c.permit_id == bindparam("of_permit")))
_END: Final = Prepared(
    delete(reservations).where(
        reservations.c.permit_id == bindparam("of_permit"), reservations.c.fence == bindparam("held_fence")
    )
)


def open_minutes(
    tx: Connection,
    grant_id: GrantId,
    speaker: SpeakerId,
    *,
    state: State,
    max_ms: int | None,
    max_takes: int | None = None,
    outer: GrantId | None = None,
) -> None:
    """Begin to count the minutes and takes of a new grant; those of a licence count for its ``outer`` consent too."""
    row = {"grant_id": grant_id, "speaker_id": speaker, "state": str(state), "max_ms": max_ms, "max_takes": max_takes}
    none = {"made_ms": 0, "reserved_ms": 0, "made_takes": 0, "reserved_takes": 0}
    tx.execute(insert(grant_minutes).values(outer_id=outer, **row, **none))


def set_caps(tx: Connection, grant_id: GrantId, caps: Mapping[str, int | str | None]) -> None:
    """Set caps and outer consent of a grant."""
    tx.execute(update(grant_minutes).where(grant_minutes.c.grant_id == grant_id).values(**caps))


def follow_state(tx: Connection, grant_id: GrantId, state: State) -> None:
    """Let the minutes know the grant's new state; only those of a given grant can be reserved."""
    tx.execute(update(grant_minutes).where(grant_minutes.c.grant_id == grant_id).values(state=str(state)))


def forget_minutes(tx: Connection, speaker: SpeakerId) -> None:
    """Delete the counts and reservations of an erased speaker."""
    of_speaker = select(grant_minutes.c.grant_id).where(grant_minutes.c.speaker_id == speaker)
    tx.execute(delete(reservations).where(reservations.c.grant_id.in_(of_speaker)))
    tx.execute(delete(grant_minutes).where(grant_minutes.c.speaker_id == speaker))


def minutes_row(tx: Connection, grant_id: GrantId) -> Any | None:
    """Return the counts of a grant; None for one that is not here or erased."""
    return _MINUTES.row(tx, of_grant=grant_id)


def minutes_of(tx: Connection, speaker: SpeakerId) -> list[Any]:
    """Return the counts of every grant of the speaker."""
    return list(_MINUTES_OF.rows(tx, of_speaker=speaker))


def take(tx: Connection, grant_id: GrantId, ms: int, takes: int) -> bool:
    """Set sound and takes aside under a given grant that has room for them; return whether it had."""
    return _TAKE.change(tx, of_grant=grant_id, ms=ms, takes=takes) == 1


def free(tx: Connection, grant_id: GrantId, ms: int, takes: int) -> None:
    """Give back what was set aside under a grant."""
    row = grant_minutes.c
    values = {"reserved_ms": row.reserved_ms - ms, "reserved_takes": row.reserved_takes - takes}
    tx.execute(update(grant_minutes).where(row.grant_id == grant_id).values(values))


def charge(tx: Connection, grant_id: GrantId, held: Any, *, made_ms: int, made_takes: int) -> None:
    """Charge what was made to a grant, and free all that a reservation (a row) held of it."""
    freed = {"freed_ms": held.reserved_ms, "freed_takes": held.takes}
    _CHARGE.change(tx, of_grant=grant_id, ms=made_ms, takes=made_takes, **freed)


def add_reservation(tx: Connection, values: Mapping[str, Any]) -> None:
    """Add a reservation."""
    _RESERVE.add(tx, values)


def reservation_row(tx: Connection, permit_id: PermitId) -> Any | None:
    """Return what is reserved under a permit."""
    return _RESERVED.row(tx, of_permit=permit_id)


def reservations_of(tx: Connection, grant_ids: Collection[str]) -> list[Any]:
    """Return what is reserved under these grants."""
    return list(tx.execute(select(reservations).where(reservations.c.grant_id.in_(grant_ids))))


def locked_reservations(tx: Connection, grant_id: GrantId | None) -> list[Any]:
    """Return what is reserved under a grant or its licences, or all there is, and lock it.

    Where writers run side by side, what another one is just ending is left to that one.
    """
    query = select(reservations)
    if grant_id is not None:
        query = query.where((reservations.c.grant_id == grant_id) | (reservations.c.outer_id == grant_id))
    return list(tx.execute(query.order_by(reservations.c.permit_id).with_for_update(skip_locked=True)).all())


def replace_reservation(tx: Connection, permit: PermitId, run: str, fence: int, values: Mapping[str, Any]) -> bool:
    """Change a reservation that ``run`` holds under ``fence``; return whether it still did."""
    row = reservations.c
    under = (row.permit_id == permit, row.run_id == run, row.fence == fence)
    return tx.execute(update(reservations).where(*under).values(**values)).rowcount == 1


def end_reservation(tx: Connection, held: Any) -> bool:
    """Delete a reservation; return whether it was still as it was read."""
    return _END.change(tx, of_permit=held.permit_id, held_fence=held.fence) == 1
