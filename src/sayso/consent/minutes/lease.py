"""A lease: which run holds a reservation, under which fence, and until when. Plain values, for any process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from sayso.clock import stamp
from sayso.ids import PermitId, RunId

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
        return cls(permit, run, 1, _end(at))

    def renewed(self, at: datetime) -> Self:
        """Return this lease, counted from ``at``."""
        return replace(self, until=_end(at))

    def taken_over(self, run: RunId, at: datetime) -> Self:
        """Return the lease of the run that goes on in place of this one."""
        return replace(self, run=run, fence=self.fence + 1, until=_end(at))


def _end(at: datetime) -> str:
    return stamp(at + timedelta(seconds=LEASE_S))
