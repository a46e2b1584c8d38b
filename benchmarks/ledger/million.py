"""Measures a log of a million entries and prints JSON: growing it, one grant's entries, proofs, and the full audit.

Arguments: entries in the log (default 1,000,000), folder to work in. A folder that holds such a log already is used as
it is, and one that was not finished is gone on with, so that the slow part is done once.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sayso import clock
from sayso.database import Database, connect, metadata
from sayso.ids import new_id
from sayso.ledger import Entry, Log, append_all

BATCH = 1000
GRANTS = 100


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def both(work: Callable[[], object]) -> tuple[float, float]:
    """Return seconds of wall time and of processor time."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def entry(number: int, grants: list[str]) -> Entry:
    facts = {
        "action": "synthesize",
        "licensee": f"Acme Audiobooks {number % 40}",
        "purpose": ("audiobook/mystery", "audiobook/history", "podcast", "game/quest")[number % 4],
        "project": f"project-{number % 400}",
        "text": "ab" * 32,
        "permit": "cd" * 32,
        "ceiling_ms": number,
    }
    return Entry("synthesis:clip:intended", clock.stamp(clock.now()), grants[number % GRANTS], facts)


def build(database: Database, log: Log, count: int, there: int) -> dict[str, float]:
    with database.read() as tx:
        known = tx.exec_driver_sql("SELECT grant_id FROM ledger_chains").scalars().all()
    grants = known or [new_id("grant") for _ in range(GRANTS)]
    appending = integrating = 0.0
    slices = []
    for start in range(there, count, 20 * BATCH):
        took = 0.0
        for place in range(start, min(start + 20 * BATCH, count), BATCH):
            batch = [entry(number, grants) for number in range(place, place + BATCH)]
            with database.write() as tx:
                took += seconds(lambda b=batch, t=tx: append_all(t, b))
                before = time.perf_counter()
            took += time.perf_counter() - before
        appending += took
        integrated = seconds(log.integrate)
        integrating += integrated
        slices.append((took + integrated) / (20 * BATCH))
    few = max(1, len(slices) // 5)
    return {
        "append_per_s": (count - there) / appending,
        "integrate_per_s": (count - there) / integrating,
        "us_per_entry_first_fifth": 1e6 * statistics.median(slices[:few]),
        "us_per_entry_last_fifth": 1e6 * statistics.median(slices[-few:]),
    }


def main(count: int, folder: Path) -> dict[str, float]:
    folder.mkdir(parents=True, exist_ok=True)
    database = connect(f"sqlite:///{folder / 'state.sqlite'}")
    metadata.create_all(database.engine)
    log = Log(database, folder / "ledger", key=bytes(range(32)), origin="sayso.local/bench")
    found: dict[str, float] = {"entries": count}
    there = log.integrate().size
    if there < count:
        found |= build(database, log, count, there)
    with database.read() as tx:
        grant = tx.exec_driver_sql("SELECT grant_id FROM ledger_chains ORDER BY 1 LIMIT 1").scalar()
    found["of_one_grant"] = len(log.query(grants=[grant]))
    for name, work in {
        "one_grant": lambda: log.query(grants=[grant]),
        "one_project": lambda: log.query(project="project-7"),
        "one_grant_with_proofs": lambda: log.answer(folder / "answer", grants=[grant]),
        "a_thousand_proofs": lambda: list(log.prove_all(range(0, count, count // 1000))),
    }.items():
        times = [both(work) for _ in range(9 if "proofs" not in name else 3)]
        found[f"{name}_ms"] = 1000 * statistics.median(wall for wall, _ in times)
        found[f"{name}_cpu_ms"] = 1000 * statistics.median(cpu for _, cpu in times)
    found["rss_before_audit_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    database.close()
    found |= audited(folder)
    found["load"] = os.getloadavg()[0]
    return {name: round(value, 3) for name, value in found.items()}


def audited(folder: Path) -> dict[str, float]:
    """Audit in a process of its own, so that its memory is measured alone."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return json.loads((folder / "audit.json").read_text())
    database = connect(f"sqlite:///{folder / 'state.sqlite'}")
    log = Log(database, folder / "ledger", key=bytes(range(32)), origin="sayso.local/bench")
    took, cpu = both(lambda: log.audit().require_clean())
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (folder / "audit.json").write_text(json.dumps({"audit_s": took, "audit_cpu_s": cpu, "audit_rss_mb": used}))
    os._exit(0)


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(json.dumps(main(size, Path(sys.argv[2] if len(sys.argv) > 2 else ".bench/million"))))
