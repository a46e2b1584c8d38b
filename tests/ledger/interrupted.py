"""Appends and integrates in a process of its own, which kills itself at the n-th effect on the disk.

Arguments: folder, n (0: never). Effects are counted just before and just after each commit, each sync, each renaming
and each removal, so that n runs over every point at which a machine could stop.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

from sqlalchemy import event

from sayso.database import connect, metadata
from sayso.ledger import Log, append, append_all
from tests.ledger.conftest import KEY, ORIGIN, at_first, entry

STEPS = (3, 4, 250, 300)
SINGLE = 2
TURN = 2
"""The step before which the year turns, and with it the shard."""


class Fuse:
    """Kills this process when it has been lit ``left`` times."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.lit = 0

    def burn(self, *_: object) -> None:
        self.lit += 1
        if self.lit == self.left:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: object, name: str) -> None:
        real = getattr(owner, name)

        def wrapped(*args: object, **options: object) -> object:
            self.burn()
            result = real(*args, **options)
            self.burn()
            return result

        setattr(owner, name, wrapped)


def work(folder: Path, fuse: Fuse) -> None:
    """Bring the log to its full length, starting from whatever is there."""
    database = connect(f"sqlite:///{folder / 'state.sqlite'}")
    metadata.create_all(database.engine)
    event.listen(database.engine, "commit", fuse.burn)
    year = [2026]
    log = Log(database, folder / "ledger", key=KEY, origin=ORIGIN, now=lambda: at_first().replace(year=year[0]))
    with database.read() as tx:
        year[0] += count(tx) > sum(STEPS[:TURN])
    log.integrate()
    done = 0
    for number, step in enumerate(STEPS):
        year[0] = 2027 if number >= TURN else 2026
        with database.read() as tx:
            there = count(tx)
        if there < done + step:
            with database.write() as tx:
                append_all(tx, [entry(number) for number in range(done, done + step)])
        done += step
        log.integrate()
    for number in range(done, done + SINGLE):
        with database.read() as tx:
            there = count(tx)
        if there <= number:
            with database.write() as tx:
                append(tx, entry(number))
        log.integrate()
    database.close()


def count(tx: object) -> int:
    from sqlalchemy import func, select

    from sayso.ledger.store import entries

    ours = ~entries.c.type.startswith("ledger:shard")
    return tx.execute(select(func.count()).select_from(entries).where(ours)).scalar_one()


if __name__ == "__main__":
    fuse = Fuse(int(sys.argv[2]))
    fuse.around(os, "fsync")
    fuse.around(os, "replace")
    fuse.around(os, "rename")
    fuse.around(Path, "replace")
    fuse.around(Path, "unlink")
    fuse.around(shutil, "rmtree")
    work(Path(sys.argv[1]), fuse)
    sys.stdout.write(f"{fuse.lit}\n")
