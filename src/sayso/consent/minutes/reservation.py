"""Reservations of minutes and takes: sound is reserved under a lease before it is made, and settled after.

A reservation belongs to a run, which holds it by a short lease and renews that while it lives. A run whose lease is
over is taken for dead: what it had noted as made stays charged to the grant, the rest is free again. Each change is
made under the lease's fence, so that a run which was given up, and wakes again, changes nothing. A licence cut from an
outer consent is charged to both, all or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Self

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
from sayso.consent.minutes.store import (
    add_reservation,
    charge,
    end_reservation,
    free,
    locked_reservations,
    minutes_of,
    minutes_row,
    replace_reservation,
    reservation_row,
    reservations_of,
    set_caps,
    take,
)
from sayso.consent.state import State
from sayso.database import Connection
from sayso.ids import GrantId, PermitId, RunId, SpeakerId

LEASE_S: Final = 60
"""How long a reservation is held without a renewal: a run that is silent for so long is taken for dead."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The hold of a run on one reservation.

    ``fence`` grows each time that another run takes the reservation over: whoever holds an older one cannot change it.
    ``until`` is a `clock.stamp`; all machines that share a database must agree on the time to within a few seconds.
    """

    permit: PermitId
    run: RunId
    fence: int
    until: str

    @classmethod
    def first(cls, permit: PermitId, run: RunId, at: datetime) -> Self:
        """Return the lease of a new reservation."""
        return cls(permit, run, 1, _lease_end(at))

    def renewed(self, at: datetime) -> Self:
        """Return this lease, counted from ``at``."""
        return replace(self, until=_lease_end(at))

    def taken_over(self, run: RunId, at: datetime) -> Self:
        """Return the lease of the run that goes on in place of this one."""
        return replace(self, run=run, fence=self.fence + 1, until=_lease_end(at))


def _lease_end(at: datetime) -> str:
    return stamp(at + timedelta(seconds=LEASE_S))


@dataclass(frozen=True, slots=True)
class GrantUsage:
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
    values: dict[str, str | int | None] = {
        "permit_id": permit_id,
        "grant_id": grant_id,
        "reserved_ms": ms,
        "made_ms": 0,
        "takes": takes,
        "outer_id": charged[1] if len(charged) > 1 else None,
    }
    add_reservation(tx, values | _lease_values(lease))
    return lease


def renew(tx: Connection, lease: Lease, *, at: datetime | None = None) -> Lease:
    """Return the lease, prolonged; raise `ReservationUnknown` or `LeaseOver` where the run was given up."""
    at = at or now()
    held_row(tx, lease, at)
    return _replace(tx, lease, lease.renewed(at))


def take_over(tx: Connection, lease: Lease, *, run: RunId, at: datetime | None = None) -> Lease:
    """Return the lease of ``run``, which goes on where another stopped; ``lease`` is worth nothing from now on.

    Raise `ReservationUnknown` or `LeaseOver` where there is nothing left to go on with.
    """
    at = at or now()
    held_row(tx, lease, at)
    return _replace(tx, lease, lease.taken_over(run, at))


def note_made(tx: Connection, lease: Lease, made_ms: int, *, at: datetime | None = None) -> Lease:
    """Note that so much was made so far, which stays charged if the run dies now; return the lease, prolonged.

    Raise `ReservationUnknown`, `LeaseOver`, or `ReservationExceeded` if it is more than was reserved or less than was
    noted before.
    """
    at = at or now()
    _check_within("made", made_ms, held_row(tx, lease, at))
    return _replace(tx, lease, lease.renewed(at), made_ms=made_ms)


def settle(tx: Connection, lease: Lease, actual_ms: int, *, at: datetime | None = None) -> None:
    """Charge ``actual_ms`` and the takes to the grant and free the rest of what was reserved.

    Raise `ReservationUnknown`, `LeaseOver`, or `ReservationExceeded` if it is more than was reserved or less than was
    noted.
    """
    held = held_row(tx, lease, at or now())
    _check_within("settle", actual_ms, held)
    conclude(tx, held, charged_ms=actual_ms, charged_takes=held.takes)


def release(tx: Connection, lease: Lease) -> bool:
    """Free what was reserved and not noted as made; a take with sound in it counts.

    Return False where the lease holds nothing any more: what it held was settled, taken back or taken over.
    """
    held = reservation_row(tx, lease.permit)
    if held is None or not _is_under(held, lease):
        return False
    _lose(tx, held)
    return True


def reclaim(tx: Connection, grant_id: GrantId | None = None, *, at: datetime | None = None) -> int:
    """Take back what runs hold whose lease is over, of one grant or of all; return how many there were."""
    at_text = stamp(at or now())
    lost = [held for held in locked_reservations(tx, grant_id) if _is_lost(held, at_text)]
    for held in lost:
        _lose(tx, held)
    return len(lost)


def usage(tx: Connection, speaker: SpeakerId, *, at: datetime | None = None) -> GrantUsage:
    """Return what is made or reserved under each grant of the speaker. What is lost does not count."""
    rows = minutes_of(tx, speaker)
    found = GrantUsage(
        {GrantId(row.grant_id): row.made_ms + row.reserved_ms for row in rows},
        {GrantId(row.grant_id): row.made_takes + row.reserved_takes for row in rows},
    )
    busy = [row.grant_id for row in rows if row.reserved_ms or row.reserved_takes]
    if not busy:
        return found
    at_text = stamp(at or now())
    for held in reservations_of(tx, busy):
        if _is_lost(held, at_text):
            for grant_id in _charged_by(held):
                found.ms[grant_id] -= held.reserved_ms - held.made_ms
                found.takes[grant_id] -= 0 if held.made_ms else held.takes
    return found


def used_ms(tx: Connection, speaker: SpeakerId, *, at: datetime | None = None) -> dict[GrantId, int]:
    """Return what is made or reserved under each grant of the speaker, in milliseconds. What is lost does not count."""
    return usage(tx, speaker, at=at).ms


def cap_minutes(
    tx: Connection, grant_id: GrantId, *, max_ms: int | None, max_takes: int | None, outer: GrantId | None
) -> None:
    """Set new caps; where more is used up already, to what is used: nothing more can be reserved then."""
    row = minutes_row(tx, grant_id)
    if row is None:
        raise GrantUnknown(f"got {grant_id}, expected a grant that is here and not erased")
    caps = {
        "max_ms": None if max_ms is None else max(max_ms, row.made_ms + row.reserved_ms),
        "max_takes": None if max_takes is None else max(max_takes, row.made_takes + row.reserved_takes),
        "outer_id": outer,
    }
    set_caps(tx, grant_id, caps)


def _charged(tx: Connection, grant_id: GrantId) -> list[GrantId]:
    row = minutes_row(tx, grant_id)
    return [grant_id] if row is None or row.outer_id is None else [grant_id, GrantId(row.outer_id)]


def _charged_by(held: Any) -> list[GrantId]:
    return [GrantId(each) for each in (held.grant_id, held.outer_id) if each is not None]


def _take_all(tx: Connection, charged: Sequence[GrantId], ms: int, takes: int) -> GrantId | None:
    """Return None if all had enough and were charged, otherwise the one that had not, with none charged."""
    for place, each in enumerate(charged):
        if not take(tx, each, ms, takes):
            for done in charged[:place]:
                free(tx, done, ms, takes)
            return each
    return None


def _refusal(tx: Connection, grant_id: GrantId, ms: int, takes: int) -> MinutesUsedUp | GrantUnknown:
    row = minutes_row(tx, grant_id)
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


def held_row(tx: Connection, lease: Lease, at: datetime) -> Any:
    """Return the row of a reservation that the lease holds; raise `ReservationUnknown` or `LeaseOver`."""
    held = reservation_row(tx, lease.permit)
    if held is None:
        raise ReservationUnknown(
            f"got {lease.permit}, expected a permit with minutes reserved; they may be settled already"
        )
    if not _is_under(held, lease):
        raise LeaseOver(f"got fence {lease.fence} of {lease.run}, the reservation is held under {held.fence}")
    if _is_lost(held, stamp(at)):
        raise LeaseOver(f"the lease of {lease.run} ended at {held.lease_until} and was not renewed; start again")
    return held


def _is_under(held: Any, lease: Lease) -> bool:
    return (held.run_id, held.fence) == (lease.run, lease.fence)


def _replace(tx: Connection, old: Lease, new: Lease, **more: int) -> Lease:
    """Let ``new`` stand in place of ``old``; raise `LeaseOver` where another transaction changed it since."""
    if not replace_reservation(tx, old.permit, old.run, old.fence, {**_lease_values(new), **more}):
        raise LeaseOver(f"the reservation of {old.permit} was taken over or ended meanwhile")
    return new


def _lease_values(lease: Lease) -> dict[str, str | int]:
    return {"run_id": lease.run, "fence": lease.fence, "lease_until": lease.until}


def _check_within(name: str, ms: int, held: Any) -> None:
    if not held.made_ms <= ms <= held.reserved_ms:
        raise ReservationExceeded(f"{name}: got {ms} ms, expected {held.made_ms} to {held.reserved_ms} ms, as reserved")


def _lose(tx: Connection, held: Any) -> None:
    conclude(tx, held, charged_ms=held.made_ms, charged_takes=held.takes if held.made_ms else 0)


def conclude(tx: Connection, held: Any, *, charged_ms: int, charged_takes: int) -> None:
    """End a reservation at its charge; raise `ReservationUnknown` where another transaction has ended it."""
    if not end_reservation(tx, held):  # another transaction ended it since it was read
        raise ReservationUnknown(f"got {held.permit_id}, whose minutes were settled meanwhile")
    for each in _charged_by(held):  # the licence first, as `reserve` does: two who wait for each other wait for ever
        charge(tx, each, held, made_ms=charged_ms, made_takes=charged_takes)


def _is_lost(held: Any, at_text: str) -> bool:
    return bool(held.lease_until <= at_text)
