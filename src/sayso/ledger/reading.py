"""The shards of a log as they stand published: each is opened, and held against its key, when it is looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from sayso.database import Database
from sayso.ledger import store
from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.checks import check_published
from sayso.ledger.errors import EntryUnknown, LedgerTampered
from sayso.ledger.shard import Shard, check_shards
from sayso.ledger.succession import ShardRecord, Succession
from sayso.ledger.tiles import TileFolder
from sayso.ledger.tree import Tree


@dataclass(frozen=True, slots=True)
class PublishedShard:
    """One shard with its checkpoint, which its key has signed; ``note`` is None where nothing is published yet."""

    shard: Shard
    tiles: TileFolder
    note: str | None
    checkpoint: Checkpoint

    @property
    def end(self) -> int:
        """How many entries stand in it and in the shards before it."""
        return self.shard.base + self.checkpoint.size

    def tree(self) -> Tree:
        """Return its tree, the right edge checked against the signed root; raise `LedgerTampered`."""
        return Tree(self.tiles, self.checkpoint)


class Shards(Sequence[PublishedShard]):
    """The shards at one moment, oldest first; the last one grows. A shard that is only being opened is left out."""

    def __init__(self, database: Database, folder: Path, *, unborn: Shard) -> None:
        """Read the rows; ``unborn`` is the first shard as it would be opened now, and stands for a log without any.

        Raise `LedgerTampered` where the rows cannot be a log's.
        """
        self._database = database
        self._folder = folder
        with database.read() as tx:
            rows, sizes = store.read_shards(tx), store.read_sizes(tx)
        check_shards(rows, unborn.origin.rpartition("/")[0])
        if not rows and sizes:
            raise LedgerTampered("ledger_shards: the rows are missing, and the log has entries; restore the database")
        if len(rows) > 1 and not sizes.get(rows[-1].origin):
            rows.pop()
        self._rows = rows or [unborn]
        self._open: dict[int, PublishedShard] = {}

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> PublishedShard: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[PublishedShard]: ...
    def __getitem__(self, place: int | slice) -> PublishedShard | Sequence[PublishedShard]:
        if isinstance(place, slice):
            return [self._opened(each) for each in range(*place.indices(len(self)))]
        return self._opened(range(len(self))[place])

    def _opened(self, number: int) -> PublishedShard:
        found = self._open.get(number)
        if found is None:
            found = self._open[number] = self._read(self._rows[number])
            self._check_end(found)
        return found

    def _read(self, shard: Shard) -> PublishedShard:
        """Read the checkpoint; the database is asked first, since the file may only be ahead of it."""
        tiles = TileFolder(self._folder / shard.name)
        with self._database.read() as tx:
            known = store.read_published(tx, shard.origin)
        note = tiles.checkpoint()
        with self._database.read() as tx:
            placed = store.count_placed(tx) - shard.base
        return PublishedShard(shard, tiles, note, check_published(note, known, key=shard.verifier, placed=placed))

    def _check_end(self, found: PublishedShard) -> None:
        number = found.shard.number
        if number + 1 < len(self._rows) and found.end != self._rows[number + 1].base:
            raise LedgerTampered(
                f"{found.tiles.name('checkpoint')}: got one of {found.checkpoint.size} entries, the shard was closed"
                f" with {self._rows[number + 1].base - found.shard.base}; restore it"
            )

    @property
    def rows(self) -> Sequence[Shard]:
        """The shards without their checkpoints."""
        return self._rows

    @property
    def size(self) -> int:
        """How many entries are published in all shards together."""
        return self[-1].end

    def holding(self, index: int) -> PublishedShard:
        """Return the shard that entry ``index`` of the log stands in; raise `EntryUnknown` beyond the last."""
        size = self.size
        if not 0 <= index < size:
            raise EntryUnknown(f"got the entry {index}, expected one below {size}, the size of the published log")
        return self[bisect_right(self._rows, index, key=lambda shard: shard.base) - 1]

    def parts(self, start: int, end: int) -> Iterator[tuple[PublishedShard, int, int]]:
        """Yield each shard that holds some of the log's entries ``[start, end)``, with their places in it."""
        for each in self:
            first, last = max(start, each.shard.base), min(end, each.end)
            if first < last:
                yield each, first - each.shard.base, last - each.shard.base

    def succession(self) -> Succession:
        """Return the shards for somebody who holds the key of one of them, and nothing else."""
        last = len(self) - 1
        return Succession(
            tuple(
                ShardRecord.of(each.tree(), each.note or "", is_first=number == 0, is_last=number == last)
                for number, each in enumerate(self)
            )
        )
