"""Appends and integrates until all its entries are in; several run at once. Arguments: folder, number, count."""

from __future__ import annotations

import sys
from pathlib import Path

from sayso.database import connect
from sayso.ledger import Log, append, append_all
from tests.ledger.conftest import KEY, ORIGIN, at_first, entry

if __name__ == "__main__":
    folder, number, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    database = connect(f"sqlite:///{folder / 'state.sqlite'}")
    log = Log(database, folder / "ledger", key=KEY, origin=ORIGIN, now=at_first)
    sys.stdin.readline()
    for place in range(count):
        with database.write() as tx:
            if place % 3:
                tickets = [append(tx, entry(place))]
            else:
                tickets = append_all(tx, [entry(number + place + more) for more in range(20)])
        size = log.integrate().size
        for ticket in tickets:
            index = log.index_of(ticket)
            if index >= size:
                sys.exit(f"ticket {ticket} at {index} is not under the checkpoint of {size}")
        log.prove(index)
    database.close()
