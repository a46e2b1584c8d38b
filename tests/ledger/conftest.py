"""Logs to test with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from sayso.clock import parse_stamp
from sayso.database import Database, connect, metadata
from sayso.ledger import Entry, Log, append_all

AT = "2026-11-22T20:36:00.123Z"
KEY = bytes(range(32))
ORIGIN = "sayso.test/log"
SHARD = f"{ORIGIN}/2026"
GRANTS = [f"grt_{letter * 16}" for letter in "abcdefg"]


def entry(number: int, *, grants: int = len(GRANTS)) -> Entry:
    """Every eighth entry is under no grant."""
    grant = None if number % 8 == 7 else GRANTS[number % grants]
    return Entry("speech:clip:intent", AT, grant, {"licensee": "Acme", "number": number, "live": number % 2 == 0})


def at_first() -> datetime:
    """Return the moment at which logs are opened."""
    return parse_stamp(AT)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    found = connect(f"sqlite:///{tmp_path / 'state.sqlite'}")
    metadata.create_all(found.engine)
    yield found
    found.close()


@pytest.fixture
def log(database: Database, tmp_path: Path) -> Log:
    return Log(database, tmp_path / "ledger", key=KEY, origin=ORIGIN, now=at_first)


@pytest.fixture
def grow(database: Database, log: Log) -> Callable[..., list[int]]:
    """Append ``count`` entries and, unless told otherwise, integrate them."""
    grown = 0

    def more(count: int, *, integrate: bool = True) -> list[int]:
        nonlocal grown
        with database.write() as tx:
            tickets = append_all(tx, [entry(grown + place) for place in range(count)])
        grown += count
        if integrate:
            log.integrate()
        return tickets

    return more
