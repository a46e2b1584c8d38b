"""A process of its own for the tests of minutes: run by path, told by arguments, tells by one line of JSON.

``writer.py die URL GRANT SIZE_MS MADE_MS`` reserves, notes and kills itself. ``writer.py write URL GRANTS SEED`` waits
for a line, then reserves a take under one of the grants (split by commas), settles and releases as fast as it can;
``unqueued`` does so without the lock that lets one writer in at a time, so that the row alone keeps the cap (PostgreSQL).
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from typing import Any

from sqlalchemy import Connection, select, text

from sayso.consent import minutes
from sayso.consent.errors import MinutesUsedUp
from sayso.consent.minutes import Lease
from sayso.consent.minutes.store import grant_minutes
from sayso.database import EVERYTHING, Database, connect, engine
from sayso.ids import GrantId, PermitId, RunId, new_id

ROUNDS = 12


def reserve(tx: Connection, grant_id: GrantId, size_ms: int) -> Lease:
    return minutes.reserve(tx, grant_id, PermitId(new_id("permit")), size_ms, run=RunId(new_id("run")))


def die(database: Database, grant_id: GrantId, size_ms: int, made_ms: int) -> None:
    with database.write(scope=EVERYTHING) as tx:
        held = reserve(tx, grant_id, size_ms)
        if made_ms:
            minutes.note_made(tx, held, made_ms)
    os.kill(os.getpid(), signal.SIGKILL)


def is_over(row: Any) -> bool:
    ms, takes = row.made_ms + row.reserved_ms, row.made_takes + row.reserved_takes
    return (row.max_ms is not None and ms > row.max_ms) or (row.max_takes is not None and takes > row.max_takes)


def write(database: Database, grants: list[GrantId], chance: random.Random) -> dict[str, int]:
    made = takes = refused = over = 0
    for _ in range(ROUNDS):
        size = chance.randint(1, 8_000)
        try:
            with database.write(scope=EVERYTHING) as tx:
                held = reserve(tx, chance.choice(grants), size)
        except MinutesUsedUp:
            refused += 1
            continue
        with database.read(scope=EVERYTHING) as tx:
            over += sum(map(is_over, tx.execute(select(grant_minutes))))
        with database.write(scope=EVERYTHING) as tx:
            if chance.random() < 0.3:
                minutes.release(tx, held)
            else:
                actual = chance.randint(0, size)
                minutes.settle(tx, held, actual)
                made += actual
                takes += 1
    return {"made": made, "takes": takes, "refused": refused, "over": over}


if __name__ == "__main__":
    act, url, grant, *numbers = sys.argv[1:]
    opened = connect(url)
    if act == "die":
        die(opened, GrantId(grant), *map(int, numbers))
    if act == "unqueued":
        engine.ALONE = text("SELECT 1")
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(write(opened, list(map(GrantId, grant.split(","))), random.Random(int(numbers[0])))))
