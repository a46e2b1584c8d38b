"""Time in the ledger: entries follow each other, so a moment well before the newest entry means a clock turned back.

Permits are refused then, since an ended grant would be valid again. Whoever has found that the newest entry is the
wrong one, after a clock that was ahead, logs that the present clock is right; moments are held against later entries
from there on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sayso.clock import parse_stamp, stamp
from sayso.ledger import store
from sayso.ledger.account_acts import ClockAccepted
from sayso.ledger.errors import ClockTurnedBack
from sayso.ledger.store import Transaction

TOLERANCE: Final = timedelta(minutes=2)
"""How far the clocks of machines that share a ledger may be apart."""


def check_moment(tx: Transaction, moment: datetime) -> None:
    """Return if ``moment`` does not lie before the newest entry; raise `ClockTurnedBack` beyond `TOLERANCE`."""
    newest = store.latest_time(tx, ClockAccepted.TYPES[0])
    if newest is not None and moment < parse_stamp(newest) - TOLERANCE:
        raise ClockTurnedBack(
            f"clock: got {stamp(moment)}, expected a time after the ledger's newest entry, {newest}; set the clock"
        )


def accept_clock(tx: Transaction, moment: datetime) -> int:
    """Log that ``moment`` is the time although later entries stand in the ledger; return the entry's ticket."""
    newest = store.latest_time(tx, ClockAccepted.TYPES[0]) or stamp(moment)
    ticket = store.append(tx, ClockAccepted(newest=newest).entry(stamp(moment)))
    store.add_correction(tx, ticket)
    return ticket


def turned_back(tx: Transaction) -> Iterator[str]:
    """Yield a finding for each entry that lies before one that stands before it, beyond `TOLERANCE`.

    Corrections of the clock count where an entry tells of them; rows without one, and entries without a row, are found.
    """
    accepted = set()
    newest = parse_stamp("1970-01-01")
    for ticket, type_, at in store.stream_times(tx):
        moment = parse_stamp(at)
        is_corrected = type_ in ClockAccepted.TYPES
        accepted |= {ticket} if is_corrected else set()
        if moment < newest - TOLERANCE and not is_corrected:
            yield f"ledger_entries row {ticket}: of {at}, after one of {stamp(newest)}; the clock was turned back"
        newest = moment if is_corrected else max(moment, newest)
    for ticket in sorted(accepted ^ store.read_corrections(tx)):
        yield f"ledger_clock_corrections row {ticket}: it is not what the ledger says of the clock"
