"""The index is written again from the entries, whoever is killed while doing it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sayso.database import Database
from sayso.ledger import Log
from sayso.ledger.errors import LedgerTampered

Grow = Callable[..., list[int]]
SIZE = 60
BATCH = 8
SPOILED = (
    "UPDATE ledger_entries SET licensee = 'else', purpose = 'x/y', at = '2001-01-01', type = 'a:b' WHERE ticket % 3 = 0"
)
COLUMNS = "SELECT ticket, grant_id, seq, type, at, licensee, purpose, project, clip, subject FROM ledger_entries"

KILLED = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sayso.database import connect
from sayso.ledger import Log, finding
from tests.ledger.conftest import KEY, ORIGIN, at_first

finding.REINDEXED = {batch}
folder, left = Path(sys.argv[1]), int(sys.argv[2])
database = connect(f"sqlite:///{{folder / 'state.sqlite'}}")

def burn(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

log = Log(database, folder / "ledger", key=KEY, origin=ORIGIN, now=at_first)
event.listen(database.engine, "commit", burn)
print(log.reindex())
"""


def reindexed(folder: Path, *, kill_at: int) -> subprocess.CompletedProcess[str]:
    """Run it in a process of its own, which is killed just before the commit of this number; 0 lets it end."""
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, sys.path)])
    }
    command = [sys.executable, "-c", KILLED.format(batch=BATCH), str(folder), str(kill_at)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_killed_in_the_middle_and_run_again_it_ends_in_the_same_index(
    log: Log, grow: Grow, database: Database, tmp_path: Path
) -> None:
    grow(SIZE)
    with database.read() as tx:
        right = tx.exec_driver_sql(COLUMNS).fetchall()
    with database.write() as tx:
        spoiled = tx.exec_driver_sql(SPOILED).rowcount
    with pytest.raises(LedgerTampered):
        log.query(licensee="else")
    done = []
    for kill_at in (3, 2):
        assert reindexed(tmp_path, kill_at=kill_at).returncode == -signal.SIGKILL
        with database.read() as tx:
            now = tx.exec_driver_sql(COLUMNS).fetchall()
        done.append(sum(one == other for one, other in zip(now, right, strict=True)))
    assert SIZE - spoiled < done[0] == done[1] < SIZE  # what was committed stays; what was not is as it was
    finished = reindexed(tmp_path, kill_at=0)
    assert finished.returncode == 0, finished.stderr
    assert int(finished.stdout) == SIZE - done[-1]
    with database.read() as tx:
        assert tx.exec_driver_sql(COLUMNS).fetchall() == right
    assert log.reindex() == 0
    assert log.audit().findings == ()


def test_an_entry_that_was_altered_is_not_written_over(log: Log, grow: Grow, database: Database) -> None:
    grow(SIZE)
    with database.write() as tx:
        tx.exec_driver_sql("UPDATE ledger_entries SET data = zeroblob(9), licensee = 'else' WHERE ticket = 5")
    with pytest.raises(LedgerTampered, match="row 5"):
        log.reindex()
