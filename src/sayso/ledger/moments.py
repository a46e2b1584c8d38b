"""Time in the ledger: entries follow each other, so a moment well before the newest entry means a clock turned back.

Permits are refused then, since an ended grant would be valid again. Whoever has found that the newest entry is the
wrong one, after a clock that was ahead, logs that the present clock is right; moments are held against later entries
from there on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sayso.clock import parse_stamp, stamp
from sayso.ledger import store
from sayso.ledger.acts import ClockAccepted
from sayso.ledger.errors import ClockTurnedBack
from sayso.ledger.store import Transaction

TOLERANCE: Final = timedelta(minutes=2)
"""How far the clocks of machines that share a ledger may be apart."""


def check_moment(tx: Transaction, moment: datetime) -> None:
    """Return if ``moment`` does not lie before the newest entry; raise `ClockTurnedBack` beyond `TOLERANCE`."""
    newest = store.latest_time(tx)
    if newest is not None and moment < parse_stamp(newest) - TOLERANCE:
        raise ClockTurnedBack(
            f"clock: got {stamp(moment)}, expected a time after the ledger's newest entry, {newest}; set the clock"
        )


def accept_clock(tx: Transaction, moment: datetime) -> int:
    """Log that ``moment`` is the time although later entries stand in the ledger; return the entry's ticket."""
    newest = store.latest_time(tx) or stamp(moment)
    ticket = store.append(tx, ClockAccepted(newest=newest).entry(stamp(moment)))
    store.add_correction(tx, ticket)
    return ticket


class Moments:
    """Takes the entries of a log in order, and finds those that were made under a clock turned back."""

    def __init__(self) -> None:
        """Start before the first entry."""
        self._newest: datetime | None = None

    def take(self, row: store.Stored) -> str | None:
        """Return a finding if ``row`` lies before an entry that stands before it, beyond `TOLERANCE`."""
        moment = parse_stamp(row.at)
        before, self._newest = self._newest, moment if self._newest is None else max(moment, self._newest)
        if row.type in ClockAccepted.TYPES:
            self._newest = moment
            return None
        if before is None or moment >= before - TOLERANCE:
            return None
        return f"ledger_entries row {row.ticket}: of {row.at}, after one of {stamp(before)}; the clock was turned back"
