"""Kill it in the middle and run it again: the same tree, and nothing that does not verify."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sayso.database import connect
from sayso.ledger import Log, verify_proof
from sayso.ledger.store import count_placed

from .conftest import KEY, ORIGIN, at_first
from .interrupted import SINGLE, STEPS

SIZE = sum(STEPS) + SINGLE + 2  # and the two entries of the turn
ROOT = Path(__file__).parents[2]


def run(folder: Path, kill_at: int = 0) -> subprocess.CompletedProcess[str]:
    folder.mkdir(exist_ok=True)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    command = [sys.executable, "-m", "tests.ledger.interrupted", str(folder), str(kill_at)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, int]:
    """Return the root of a run that nobody kills, and how many points it can be killed at."""
    folder = tmp_path_factory.mktemp("undisturbed")
    finished = run(folder)
    assert finished.returncode == 0, finished.stderr
    return check(folder), int(finished.stdout)


def check(folder: Path) -> bytes:
    """Return the root of a finished log after everything about it has been verified."""
    database = connect(f"sqlite:///{folder / 'state.sqlite'}")
    log = Log(database, folder / "ledger", key=KEY, origin=ORIGIN, now=at_first)
    audit = log.audit()
    assert audit.findings == ()
    assert audit.size == SIZE
    for index in (0, 255, 256, SIZE - 1):
        verify_proof(log.prove(index), log.entry(index), log.shards().holding(index).shard.vkey)
    assert [shard.name for shard in log.shards().rows] == ["2026", "2027"]
    database.close()
    return audit.root


def check_between(folder: Path) -> None:
    """Whatever stands after the kill verifies by itself, before anything is repaired."""
    database = connect(f"sqlite:///{folder / 'state.sqlite'}")
    log = Log(database, folder / "ledger", key=KEY, origin=ORIGIN, now=at_first)
    with database.read() as tx:
        has_tables = tx.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE name = 'ledger_published'").scalar()
        placed = count_placed(tx) if has_tables else 0
    if has_tables:
        audit = log.audit()
        assert audit.findings == ()
        assert audit.size <= placed
        if audit.size:
            newest = log.shards()[-1].end - 1
            verify_proof(log.prove(newest), log.entry(newest), log.vkey)
    database.close()


def killed_at(folder: Path, point: int) -> bytes:
    assert run(folder, point).returncode == -signal.SIGKILL
    check_between(folder)
    assert run(folder).returncode == 0
    return check(folder)


def test_killed_at_some_points_it_ends_in_the_same_tree(undisturbed: tuple[bytes, int], tmp_path: Path) -> None:
    root, points = undisturbed
    assert points > 60
    for point in range(11, points + 1, max(1, points // 4)):
        assert killed_at(tmp_path / str(point), point) == root, point


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killed_at_every_point_it_ends_in_the_same_tree(undisturbed: tuple[bytes, int], tmp_path: Path) -> None:
    root, points = undisturbed
    for point in range(1, points + 1):
        assert killed_at(tmp_path / str(point), point) == root, point


def test_killed_again_and_again_it_ends_in_the_same_tree(undisturbed: tuple[bytes, int], tmp_path: Path) -> None:
    """Each run gets a little further than the one before, and is killed at the next chance."""
    root, points = undisturbed
    for point in range(20, points, max(1, points // 3)):
        run(tmp_path / "log", point)
        check_between(tmp_path / "log")
    assert run(tmp_path / "log").returncode == 0
    assert check(tmp_path / "log") == root
