"""Measures what an entry costs as the log grows, and prints JSON: appended and integrated at 10^4 to 10^7 entries.

A log of each size is set up from rows that SQLite makes by itself, with all their indexes, and from the right edge of a
tree: what the ledger reads when it grows. Its entries are placeholders, so nothing of it can be proven; those that are
appended then are real. The sizes take turns, a slice each. Costs are of processor time and of wall time, per entry, the
median of slices; how the largest compares with the smallest is the median over slices of their ratio.
Arguments: the sizes (default 10000 100000 1000000 10000000); the folder is --in FOLDER (default: a temporary one).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.ledger.million import BATCH, GRANTS, entry

from sayso.clock import now, parse_stamp, stamp
from sayso.database import Database, connect, metadata
from sayso.ledger import Log, append_all
from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.shard import Shard
from sayso.ledger.store import add_shard
from sayso.ledger.tiles import TileFolder, edge_tiles
from sayso.ledger.tree import fold_edge

KEY = bytes(range(32))
ORIGIN = "sayso.local/bench"
SLICES = 25
LETTERS = "abcdefghij"
GRANT_IDS = ["grt_" + "a" * 14 + LETTERS[number // 10] + LETTERS[number % 10] for number in range(GRANTS)]
AT = parse_stamp("2026-11-22")

ROWS = """
WITH RECURSIVE number(n) AS (VALUES(0) UNION ALL SELECT n + 1 FROM number WHERE n + 1 < {size})
INSERT INTO ledger_entries
    (ticket, entry_index, grant_id, seq, type, at, leaf, receipt, data, licensee, purpose, project)
SELECT n + 1, n,
    'grt_aaaaaaaaaaaaaa' || substr('abcdefghij', n % 100 / 10 + 1, 1) || substr('abcdefghij', n % 10 + 1, 1),
    n / 100 + 1,
    'synthesis:clip:intended',
    strftime('%Y-%m-%dT%H:%M:%fZ', '2026-01-01', '+' || n || ' seconds'), zeroblob(32), zeroblob(32), zeroblob(420),
    'Acme Audiobooks ' || (n % 40),
    CASE n % 4 WHEN 0 THEN 'audiobook/mystery' WHEN 1 THEN 'audiobook/history'
        WHEN 2 THEN 'podcast' ELSE 'game/quest' END,
    'project-' || (n % 400)
FROM number
"""
CHAINS = """
INSERT INTO ledger_chains SELECT grant_id, max(seq), zeroblob(32) FROM ledger_entries GROUP BY grant_id
"""


def set_up(folder: Path, size: int) -> tuple[Database, Log]:
    """Return a log of ``size`` entries under 100 grants, a multiple of 256, so that no bundle is begun."""
    database = connect(f"sqlite:///{folder / 'state.sqlite'}")
    metadata.create_all(database.engine)
    shard = Shard.first(ORIGIN, AT.year, lambda _: KEY)
    tiles = TileFolder(folder / "ledger" / shard.name)
    edge = {tile: [os.urandom(32) for _ in range(tile.width)] for tile in edge_tiles(size)}
    for tile, hashes in edge.items():
        tiles.write_hashes(tile, hashes)
    checkpoint = Checkpoint(shard.origin, size, fold_edge(edge.values()))
    tiles.write_checkpoint(checkpoint.signed([shard.signer(lambda _: KEY)]))
    database.close()
    fill(folder / "state.sqlite", size)
    database = connect(f"sqlite:///{folder / 'state.sqlite'}")
    with database.write() as tx:
        add_shard(tx, shard)
        values = (checkpoint.origin, checkpoint.size, checkpoint.root)
        tx.exec_driver_sql("INSERT INTO ledger_published VALUES (?, ?, ?)", values)
    return database, Log(database, folder / "ledger", key=KEY, origin=ORIGIN, now=lambda: AT)


def fill(path: Path, size: int) -> None:
    """Make the rows, without the journal and the syncs that a log which nobody needs can do without."""
    raw = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=DELETE", "journal_mode=OFF", "synchronous=OFF", "cache_size=-262144"):
        raw.execute(f"PRAGMA {pragma}")
    raw.execute(ROWS.format(size=size))
    raw.execute(CHAINS)
    raw.close()


def clocks() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


class Growing:
    """A log of one size, to which slices of real entries are added."""

    def __init__(self, folder: Path, wanted: int) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._next = -(-wanted // 256) * 256
        begun = time.perf_counter()
        self._database, self._log = set_up(folder, self._next)
        self.built_s = round(time.perf_counter() - begun, 1)
        self.costs: dict[str, list[float]] = {}

    def add_slice(self) -> None:
        """Append and integrate four batches, and keep what each entry cost, in microseconds."""
        batches = [
            [entry(n, GRANT_IDS) for n in range(first, first + BATCH)]
            for first in range(self._next, self._next + 4 * BATCH, BATCH)
        ]
        self._next += 4 * BATCH
        marks = [clocks()]
        for batch in batches:
            with self._database.write() as tx:
                append_all(tx, batch)
        marks.append(clocks())
        self._log.integrate()
        marks.append(clocks())
        for name, before, after in (("append", *marks[:2]), ("integrate", *marks[1:]), ("both", marks[0], marks[2])):
            for kind, one, two in zip(("cpu", "wall"), before, after, strict=True):
                self.costs.setdefault(f"{name}_{kind}_us", []).append(1e6 * (two - one) / (4 * BATCH))

    def close(self) -> None:
        self._database.close()

    def figures(self) -> dict[str, float]:
        return {"built_s": self.built_s, **{name: round(statistics.median(one), 2) for name, one in self.costs.items()}}


def ratio(last: Growing, first: Growing, name: str) -> float:
    """Return the median over slices, each beside its fellow: what slows the machine down slows both."""
    pairs = zip(last.costs[name], first.costs[name], strict=True)
    return round(statistics.median(one / other for one, other in pairs), 3)


def main(sizes: list[int], where: Path) -> dict[str, object]:
    logs = {wanted: Growing(where / str(wanted), wanted) for wanted in sizes}
    for _ in range(SLICES):
        for log in logs.values():
            log.add_slice()
    for wanted, log in logs.items():
        log.close()
        shutil.rmtree(where / str(wanted))
    first, last = logs[sizes[0]], logs[sizes[-1]]
    ratios = {name: ratio(last, first, name) for name in first.costs}
    found = {str(wanted): log.figures() for wanted, log in logs.items()}
    return {"sizes": found, "last_to_first": ratios, "at": stamp(now()), "load": os.getloadavg()[0]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000, 1_000_000, 10_000_000])
    parser.add_argument("--in", dest="where", type=Path)
    given = parser.parse_args()
    if given.where is not None:
        print(json.dumps(main(given.sizes, given.where)))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            print(json.dumps(main(given.sizes, Path(temporary))))
