"""Measures what an entry costs as the log grows, and prints JSON: appended and integrated at 10^4 to 10^7 entries.

A log of each size is set up from rows that SQLite makes by itself, with all their indexes, and from the right edge of a
tree: what the ledger reads when it grows. Its entries are placeholders, so nothing of it can be proven; those that are
appended then are real. Costs are of processor time and of wall time, per entry, the median of slices.
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
SLICES = 15
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


def measured(database: Database, log: Log, start: int) -> dict[str, float]:
    letters = "abcdefghij"
    grants = ["grt_" + "a" * 14 + letters[number // 10] + letters[number % 10] for number in range(GRANTS)]
    costs: dict[str, list[float]] = {}
    for place in range(start, start + SLICES * 4 * BATCH, 4 * BATCH):
        batches = [
            [entry(n, grants) for n in range(first, first + BATCH)] for first in range(place, place + 4 * BATCH, BATCH)
        ]
        marks = [clocks()]
        for batch in batches:
            with database.write() as tx:
                append_all(tx, batch)
        marks.append(clocks())
        log.integrate()
        marks.append(clocks())
        for name, before, after in (("append", *marks[:2]), ("integrate", *marks[1:]), ("both", marks[0], marks[2])):
            for kind, one, two in zip(("cpu", "wall"), before, after, strict=True):
                costs.setdefault(f"{name}_{kind}_us", []).append(1e6 * (two - one) / (4 * BATCH))
    return {name: round(statistics.median(found), 2) for name, found in costs.items()}


def main(sizes: list[int], where: Path) -> dict[str, object]:
    found: dict[str, dict[str, float]] = {}
    for wanted in sizes:
        size = -(-wanted // 256) * 256
        folder = where / str(wanted)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        begun = time.perf_counter()
        database, log = set_up(folder, size)
        built_s = round(time.perf_counter() - begun, 1)
        found[str(wanted)] = {"built_s": built_s, **measured(database, log, size)}
        database.close()
        shutil.rmtree(folder)
    first, last = found[str(sizes[0])], found[str(sizes[-1])]
    ratios = {name: round(last[name] / first[name], 3) for name in first if name.startswith("both")}
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
