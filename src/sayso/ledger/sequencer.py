"""The sequencer: gives queued entries their place, has the shard grown, and turns to the next shard when it is time.

A turn is three steps, each of which is durable before the next and is gone on with where it was cut short::

    1  what waits is placed, then the closing entry, and the next shard is remembered   (one transaction)
    2  the old shard grows to its closing entry, and is signed for the last time
    3  the next shard's first entry is placed, which commits to that checkpoint         (one transaction)

What was appended while a shard was the current one stands in it; its key is the one that signs it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sayso.clock import Clock, stamp
from sayso.database import Database
from sayso.disk import locked
from sayso.ledger import store
from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.checks import receipt_of
from sayso.ledger.entry import Entry
from sayso.ledger.errors import LedgerTampered
from sayso.ledger.growing import BATCH, Grower, place
from sayso.ledger.shard import Keys, Shard, check_shards, closing, opening
from sayso.ledger.store import Transaction
from sayso.ledger.tiles import TileFolder

LOCK: Final = ".sequencer.lock"


class Sequencer:
    """The one writer of a log's files; a lock keeps a second one out, in this process and in others."""

    def __init__(
        self, database: Database, folder: Path, *, origin: str, keys: Keys, now: Clock, receipt_key: bytes
    ) -> None:
        """Serve the log ``origin``, each shard in a folder of its own below ``folder``."""
        self._database = database
        self._folder = folder
        self._origin = origin
        self._keys = keys
        self._now = now
        self._receipt_key = receipt_key

    def run(self, *, rotate: bool = False) -> Checkpoint:
        """Integrate everything queued and return the checkpoint that covers it; safe to call at any time.

        The shard is closed and the next one opened where its year is over, or to ``rotate`` to the next key.
        """
        with locked(self._folder / LOCK):
            shard = self._standing()
            found = self._integrate(shard)
            if rotate or self._now().year > shard.year:
                shard = self._turn(shard, shard.key + rotate)
                found = self._integrate(shard)
            return found

    def _integrate(self, shard: Shard) -> Checkpoint:
        grower = self._grower(shard)
        while True:
            with self._database.write(self._origin) as tx:
                placed = place(tx, receipt_key=self._receipt_key)
            found = grower.grow()
            if placed < BATCH:
                return found

    def _grower(self, shard: Shard) -> Grower:
        tiles = TileFolder(self._folder / shard.name)
        return Grower(self._database, tiles, shard.signer(self._keys), base=shard.base)

    def _standing(self) -> Shard:
        """Return the shard that entries go to now: the first one made, a turn that was cut short gone on with."""
        with self._database.write(self._origin) as tx:
            shards = store.read_shards(tx)
            check_shards(shards, self._origin)
            if not shards:
                return self._begin(tx)
            last = shards[-1]
            is_opened = not last.number or store.count_placed(tx) > last.base
        if not is_opened:
            self._open(shards[-2], last)
        return last

    def _begin(self, tx: Transaction) -> Shard:
        if store.count_placed(tx) or store.read_sizes(tx):
            raise LedgerTampered("ledger_shards: the rows are missing, and the log has entries; restore the database")
        shard = Shard.first(self._origin, self._now().year, self._keys)
        store.add_shard(tx, shard)
        return shard

    def _turn(self, shard: Shard, key: int) -> Shard:
        now = self._now()
        with self._database.write(self._origin) as tx:
            while place(tx, receipt_key=self._receipt_key) == BATCH:
                pass
            size = store.count_placed(tx) + 1 - shard.base
            after = Shard.after(shard, size=size, year=now.year, key=key, keys=self._keys)
            self._put(tx, closing(shard, after, stamp(now)), shard.base + size - 1)
            store.add_shard(tx, after)
        self._open(shard, after)
        return after

    def _open(self, shard: Shard, after: Shard) -> None:
        """Grow ``shard`` to its end, and give ``after`` its first entry."""
        final = self._grower(shard).grow(after.base)
        with self._database.write(self._origin) as tx:
            self._put(tx, opening(shard, final, stamp(self._now())), after.base)

    def _put(self, tx: Transaction, entry: Entry, index: int) -> None:
        """Append ``entry`` and give it its place at once, before all that waits."""
        row = store.read_ticket(tx, store.append(tx, entry))
        receipt = receipt_of(self._receipt_key, ticket=row.ticket, index=index, data=row.data)
        store.place(tx, [{"at_ticket": row.ticket, "entry_index": index, "receipt": receipt}])
