"""Reservations of minutes and takes. The cap is kept by one conditional UPDATE, and by a CHECK of the table behind it.

A reservation belongs to a run, which holds it by a short lease and renews that while it lives. A run whose lease is
over is taken for dead: what it had noted as made stays charged to the grant, the rest is free again. Each change is
made under the lease's fence, so that a run which was given up, and wakes again, changes nothing. A licence cut from an
outer consent is charged to both, all or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Integer,
    Row,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from sayso.clock import now, stamp
from sayso.consent import fields
from sayso.consent.errors import (
    GrantUnknown,
    LeaseOver,
    MinutesUsedUp,
    ReservationExceeded,
    ReservationUnknown,
    TakesUsedUp,
)
from sayso.consent.minutes.lease import Lease
from sayso.consent.state import State
from sayso.database import metadata
from sayso.ids import ID_LENGTH, GrantId, PermitId, RunId, SpeakerId

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


@dataclass(frozen=True, slots=True)
class Usage:
    """What is made or reserved under each grant of a speaker: milliseconds, and takes."""

    ms: dict[GrantId, int]
    takes: dict[GrantId, int]


def reserve(
    tx: Connection,
    grant_id: GrantId,
    permit_id: PermitId,
    ms: int,
    *,
    run: RunId,
    takes: int = 1,
    at: datetime | None = None,
) -> Lease:
    """Set ``ms`` of sound and ``takes`` aside for the permit and lease them to ``run``.

    Never over the cap of the grant or of its outer consent, whoever else reserves: raise `MinutesUsedUp`
    (`TakesUsedUp`). Raise `GrantUnknown` for a grant that is not here. Where there is not enough, what dead runs held
    is taken back first.
    """
    at = at or now()
    fields.amount("reserve", ms, least=0)
    fields.amount("takes", takes, least=0)
    charged = _charged(tx, grant_id)
    short = _take_all(tx, charged, ms, takes)
    if short is not None and reclaim(tx, short, at=at):
        short = _take_all(tx, charged, ms, takes)
    if short is not None:
        raise _refusal(tx, short, ms, takes)
    lease = Lease.first(permit_id, run, at)
    values = {
        "permit_id": permit_id,
        "grant_id": grant_id,
        "reserved_ms": ms,
        "made_ms": 0,
        "takes": takes,
        "outer_id": charged[1] if len(charged) > 1 else None,
    }
    tx.execute(insert(reservations).values(**values, **_lease_values(lease)))
    return lease


def renew(tx: Connection, lease: Lease, *, at: datetime | None = None) -> Lease:
    """Return the lease, prolonged; raise `ReservationUnknown` or `LeaseOver` where the run was given up."""
    at = at or now()
    _held(tx, lease, at)
    return _replace(tx, lease, lease.renewed(at))


def take_over(tx: Connection, lease: Lease, *, run: RunId, at: datetime | None = None) -> Lease:
    """Return the lease of ``run``, which goes on where another stopped; ``lease`` is worth nothing from now on.

    Raise `ReservationUnknown` or `LeaseOver` where there is nothing left to go on with.
    """
    at = at or now()
    _held(tx, lease, at)
    return _replace(tx, lease, lease.taken_over(run, at))


def note_made(tx: Connection, lease: Lease, made_ms: int, *, at: datetime | None = None) -> Lease:
    """Note that so much was made so far, which stays charged if the run dies now; return the lease, prolonged.

    Raise `ReservationUnknown`, `LeaseOver`, or `ReservationExceeded` if it is more than was reserved or less than was
    noted before.
    """
    at = at or now()
    _check_within("made", made_ms, _held(tx, lease, at))
    return _replace(tx, lease, lease.renewed(at), made_ms=made_ms)


def settle(tx: Connection, lease: Lease, actual_ms: int, *, at: datetime | None = None) -> None:
    """Charge ``actual_ms`` and the takes to the grant and free the rest of what was reserved.

    Raise `ReservationUnknown`, `LeaseOver`, or `ReservationExceeded` if it is more than was reserved or less than was
    noted.
    """
    held = _held(tx, lease, at or now())
    _check_within("settle", actual_ms, held)
    _end(tx, held, charged_ms=actual_ms, charged_takes=held.takes)


def release(tx: Connection, lease: Lease) -> bool:
    """Free what was reserved and not noted as made; a take with sound in it counts.

    Return False where the lease holds nothing any more: what it held was settled, taken back or taken over.
    """
    held = _reservation(tx, lease.permit)
    if held is None or not _is_under(held, lease):
        return False
    _lose(tx, held)
    return True


def reclaim(tx: Connection, grant_id: GrantId | None = None, *, at: datetime | None = None) -> int:
    """Take back what runs hold whose lease is over, of one grant or of all; return how many there were."""
    query = select(reservations)
    if grant_id is not None:
        query = query.where((reservations.c.grant_id == grant_id) | (reservations.c.outer_id == grant_id))
    at_text = stamp(at or now())
    # Where writers run side by side, what another one is just ending is left to that one.
    rows = tx.execute(query.order_by(reservations.c.permit_id).with_for_update(skip_locked=True)).all()
    lost = [held for held in rows if _is_lost(held, at_text)]
    for held in lost:
        _lose(tx, held)
    return len(lost)


def usage(tx: Connection, speaker: SpeakerId, *, at: datetime | None = None) -> Usage:
    """Return what is made or reserved under each grant of the speaker. What is lost does not count."""
    rows = tx.execute(select(grant_minutes).where(grant_minutes.c.speaker_id == speaker)).all()
    found = Usage(
        {GrantId(row.grant_id): row.made_ms + row.reserved_ms for row in rows},
        {GrantId(row.grant_id): row.made_takes + row.reserved_takes for row in rows},
    )
    busy = [row.grant_id for row in rows if row.reserved_ms or row.reserved_takes]
    if not busy:
        return found
    at_text = stamp(at or now())
    for held in tx.execute(select(reservations).where(reservations.c.grant_id.in_(busy))):
        if _is_lost(held, at_text):
            for grant_id in _charged_by(held):
                found.ms[grant_id] -= held.reserved_ms - held.made_ms
                found.takes[grant_id] -= 0 if held.made_ms else held.takes
    return found


def used_ms(tx: Connection, speaker: SpeakerId, *, at: datetime | None = None) -> dict[GrantId, int]:
    """Return what is made or reserved under each grant of the speaker, in milliseconds. What is lost does not count."""
    return usage(tx, speaker, at=at).ms


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


def cap_minutes(
    tx: Connection, grant_id: GrantId, *, max_ms: int | None, max_takes: int | None, outer: GrantId | None
) -> None:
    """Set new caps; where more is used up already, to what is used: nothing more can be reserved then."""
    row = _minutes(tx, grant_id)
    if row is None:
        raise GrantUnknown(f"got {grant_id}, expected a grant that is here and not erased")
    caps = {
        "max_ms": None if max_ms is None else max(max_ms, row.made_ms + row.reserved_ms),
        "max_takes": None if max_takes is None else max(max_takes, row.made_takes + row.reserved_takes),
        "outer_id": outer,
    }
    tx.execute(update(grant_minutes).where(grant_minutes.c.grant_id == grant_id).values(caps))


def follow_state(tx: Connection, grant_id: GrantId, state: State) -> None:
    """Let the minutes know the grant's new state; only those of a given grant can be reserved."""
    tx.execute(update(grant_minutes).where(grant_minutes.c.grant_id == grant_id).values(state=str(state)))


def forget_minutes(tx: Connection, speaker: SpeakerId) -> None:
    """Delete the counts and reservations of an erased speaker."""
    of_speaker = select(grant_minutes.c.grant_id).where(grant_minutes.c.speaker_id == speaker)
    tx.execute(delete(reservations).where(reservations.c.grant_id.in_(of_speaker)))
    tx.execute(delete(grant_minutes).where(grant_minutes.c.speaker_id == speaker))


def _charged(tx: Connection, grant_id: GrantId) -> list[GrantId]:
    row = _minutes(tx, grant_id)
    return [grant_id] if row is None or row.outer_id is None else [grant_id, GrantId(row.outer_id)]


def _charged_by(held: Row[Any]) -> list[GrantId]:
    return [GrantId(each) for each in (held.grant_id, held.outer_id) if each is not None]


def _take_all(tx: Connection, charged: Sequence[GrantId], ms: int, takes: int) -> GrantId | None:
    """Return None if all had enough and were charged, otherwise the one that had not, with none charged."""
    for place, each in enumerate(charged):
        if not _take(tx, each, ms, takes):
            for done in charged[:place]:
                _free(tx, done, ms, takes)
            return each
    return None


def _take(tx: Connection, grant_id: GrantId, ms: int, takes: int) -> bool:
    row = grant_minutes.c
    taken = tx.execute(
        update(grant_minutes)
        .where(row.grant_id == grant_id, row.state == str(State.GIVEN))
        .where(row.max_ms.is_(None) | (row.made_ms + row.reserved_ms + ms <= row.max_ms))
        .where(row.max_takes.is_(None) | (row.made_takes + row.reserved_takes + takes <= row.max_takes))
        .values(reserved_ms=row.reserved_ms + ms, reserved_takes=row.reserved_takes + takes)
    )
    return taken.rowcount == 1


def _free(tx: Connection, grant_id: GrantId, ms: int, takes: int) -> None:
    row = grant_minutes.c
    values = {"reserved_ms": row.reserved_ms - ms, "reserved_takes": row.reserved_takes - takes}
    tx.execute(update(grant_minutes).where(row.grant_id == grant_id).values(values))


def _minutes(tx: Connection, grant_id: GrantId) -> Row[Any] | None:
    return tx.execute(select(grant_minutes).where(grant_minutes.c.grant_id == grant_id)).one_or_none()


def _refusal(tx: Connection, grant_id: GrantId, ms: int, takes: int) -> MinutesUsedUp | GrantUnknown:
    row = _minutes(tx, grant_id)
    if row is None:
        return GrantUnknown(f"got {grant_id}, expected a grant that is here and not erased")
    if row.state != State.GIVEN:
        reason = f"{grant_id}: state: got {row.state}, allowed: {State.GIVEN} (the speaker can change this)"
        return MinutesUsedUp(reason, reasons=[reason])
    left_takes = None if row.max_takes is None else row.max_takes - row.made_takes - row.reserved_takes
    if left_takes is not None and takes > left_takes:
        reason = f"{grant_id}: takes: got {takes}, allowed: {left_takes} that are left (the speaker can change this)"
        return TakesUsedUp(reason, reasons=[reason])
    left_ms = row.max_ms - row.made_ms - row.reserved_ms
    reason = f"{grant_id}: minutes: got {ms} ms, allowed: {left_ms} ms that are left (the speaker can change this)"
    return MinutesUsedUp(reason, reasons=[reason])


def _reservation(tx: Connection, permit_id: PermitId) -> Row[Any] | None:
    return tx.execute(select(reservations).where(reservations.c.permit_id == permit_id)).one_or_none()


def _held(tx: Connection, lease: Lease, at: datetime) -> Row[Any]:
    held = _reservation(tx, lease.permit)
    if held is None:
        raise ReservationUnknown(
            f"got {lease.permit}, expected a permit with minutes reserved; they may be settled already"
        )
    if not _is_under(held, lease):
        raise LeaseOver(f"got fence {lease.fence} of {lease.run}, the reservation is held under {held.fence}")
    if _is_lost(held, stamp(at)):
        raise LeaseOver(f"the lease of {lease.run} ended at {held.lease_until} and was not renewed; start again")
    return held


def _is_under(held: Row[Any], lease: Lease) -> bool:
    return (held.run_id, held.fence) == (lease.run, lease.fence)


def _replace(tx: Connection, old: Lease, new: Lease, **more: int) -> Lease:
    """Let ``new`` stand in place of ``old``; raise `LeaseOver` where another transaction changed it since."""
    row = reservations.c
    under = (row.permit_id == old.permit, row.run_id == old.run, row.fence == old.fence)
    values = _lease_values(new)
    if tx.execute(update(reservations).where(*under).values(**values, **more)).rowcount != 1:
        raise LeaseOver(f"the reservation of {old.permit} was taken over or ended meanwhile")
    return new


def _lease_values(lease: Lease) -> dict[str, str | int]:
    return {"run_id": lease.run, "fence": lease.fence, "lease_until": lease.until}


def _check_within(name: str, ms: int, held: Row[Any]) -> None:
    if not held.made_ms <= ms <= held.reserved_ms:
        raise ReservationExceeded(f"{name}: got {ms} ms, expected {held.made_ms} to {held.reserved_ms} ms, as reserved")


def _lose(tx: Connection, held: Row[Any]) -> None:
    _end(tx, held, charged_ms=held.made_ms, charged_takes=held.takes if held.made_ms else 0)


def _end(tx: Connection, held: Row[Any], *, charged_ms: int, charged_takes: int) -> None:
    row = reservations.c
    same = (row.permit_id == held.permit_id, row.fence == held.fence)
    ended = tx.execute(delete(reservations).where(*same))
    if ended.rowcount != 1:  # another transaction ended it since it was read
        raise ReservationUnknown(f"got {held.permit_id}, whose minutes were settled meanwhile")
    _charge(tx, held, charged_ms, charged_takes)


def _charge(tx: Connection, held: Row[Any], charged_ms: int, charged_takes: int) -> None:
    row = grant_minutes.c
    made = {"made_ms": row.made_ms + charged_ms, "made_takes": row.made_takes + charged_takes}
    freed = {
        "reserved_ms": row.reserved_ms - held.reserved_ms,
        "reserved_takes": row.reserved_takes - held.takes,
    }
    for each in _charged_by(held):  # the licence first, as `reserve` does: two who wait for each other wait for ever
        tx.execute(update(grant_minutes).where(row.grant_id == each).values(made | freed))


def _is_lost(held: Row[Any], at_text: str) -> bool:
    return bool(held.lease_until <= at_text)
