"""The audit of one shard: bundles, tiles and rows are held against each other, their root against the checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sayso.database import Database
from sayso.ledger import store
from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.checks import check_published, check_row
from sayso.ledger.errors import LedgerTampered
from sayso.ledger.merkle import EMPTY_ROOT, HASH_SIZE, leaf_hash, root_of
from sayso.ledger.shard import Shard
from sayso.ledger.store import Transaction
from sayso.ledger.tiles import CHECKPOINT, WIDTH, Tile, TileFolder, bundle, encode_bundle, split_hashes, width_of
from sayso.ledger.tree import fold_edge

MAX_FINDINGS: Final = 1000
"""Findings kept; a log with more than that is not repaired line by line."""


class Findings:
    """What was found so far."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.all: list[str] = []

    def add(self, finding: str) -> None:
        """Keep ``finding``, unless it was found already or there are too many."""
        if len(self.all) < MAX_FINDINGS and finding not in self.all:
            self.all.append(finding)


class ShardAuditor:
    """Audits one shard, bundle by bundle."""

    def __init__(
        self, database: Database, tiles: TileFolder, shard: Shard, findings: Findings, *, receipt_key: bytes
    ) -> None:
        """Audit ``shard``, whose files are ``tiles``."""
        self._database = database
        self._tiles = tiles
        self._shard = shard
        self._findings = findings
        self._receipt_key = receipt_key
        self._row: list[list[bytes]] = [[]]
        self._count: list[int] = [0]

    def run(self, tx: Transaction, after: Shard | None) -> tuple[int, bytes]:
        """Return size and root as recomputed; ``after`` is the shard that follows, if one does."""
        known, published = self._published()
        self._audit_entries(tx, published.size, known)
        self._audit_edge()
        root = self._fold([])
        if root != published.root:
            self._found(
                f"{self._tiles.name(CHECKPOINT)}: its root is not that of the {published.size} entries;"
                " the log was rewritten"
            )
        if (
            after is not None
            and store.read_published(tx, after.origin)
            and published.size != after.base - self._shard.base
        ):
            self._found(
                f"ledger_shards row {after.number}: begins after {after.base - self._shard.base} entries of"
                f" {self._shard.origin}, which was closed with {published.size}"
            )
        return published.size, root

    def _found(self, finding: str) -> None:
        self._findings.add(finding)

    def _published(self) -> tuple[Checkpoint | None, Checkpoint]:
        """Return what the database remembers and what the checkpoint says; the former where the latter is unusable."""
        origin = self._shard.origin
        with self._database.read() as tx:
            known = store.read_published(tx, origin)
        try:
            note = self._tiles.checkpoint()
            with self._database.read() as tx:
                placed = store.count_placed(tx) - self._shard.base
            return known, check_published(note, known, key=self._shard.verifier, placed=placed)
        except LedgerTampered as error:
            self._found(error.message)
            return known, known or Checkpoint.empty(origin)

    def _audit_entries(self, tx: Transaction, size: int, known: Checkpoint | None) -> None:
        old = Checkpoint.empty(self._shard.origin) if known is None else known
        old_root = EMPTY_ROOT
        for number in range(-(-size // WIDTH)):
            leaves = self._audit_bundle(tx, number, width_of(-1, number, size))
            if number * WIDTH < old.size <= number * WIDTH + len(leaves):
                old_root = self._fold(leaves[: old.size - number * WIDTH])
            self._add(0, leaves)
        if old.size <= size and old_root != old.root:
            self._found(f"ledger_published: its root is not that of the first {old.size} entries; the row was altered")

    def _audit_bundle(self, tx: Transaction, number: int, width: int) -> list[bytes]:
        """Hold a bundle, its tile and its rows against each other; return the leaf hashes that most agree on."""
        name = self._tiles.name(bundle(number, width))
        tile = Tile(0, number, width)
        rows = self._placed_leaves(tx, self._shard.base + number * WIDTH, width)
        bundled = self._bundled_leaves(number, width)
        tiled = self._tile_hashes(tile)
        if bundled == tiled == rows:
            return bundled
        leaves = []
        for place, seen in enumerate(zip(bundled, tiled, rows, strict=True)):
            index = self._shard.base + number * WIDTH + place
            truth = next((each for each in seen if each and seen.count(each) > 1), next(filter(None, seen), b""))
            for where, each in zip((name, self._tiles.name(tile), "ledger_entries"), seen, strict=True):
                if each and each != truth:
                    self._found(f"{where}: entry {index} is not the one that was logged; it was altered")
            leaves.append(truth)
        return leaves

    def _bundled_leaves(self, number: int, width: int) -> list[bytes]:
        try:
            entries = self._tiles.entries(bundle(number, width))
        except LedgerTampered as error:
            self._found(error.message)
            return [b""] * width
        for partial in self._tiles.partials(-1, number):
            self._audit_partial_bundle(partial, entries)
        return [leaf_hash(entry) for entry in entries]

    def _audit_partial_bundle(self, partial: Tile, entries: Sequence[bytes]) -> None:
        data = self._tiles.read(partial)
        if data is None:
            return
        whole = encode_bundle(entries[: partial.width])
        # One that is ahead of the checkpoint was left by a process killed in the middle: what it goes on with is not
        # published, and is written again before it is.
        same = data == whole if partial.width <= len(entries) else data.startswith(whole)
        if not same:
            self._found(
                f"{self._tiles.name(partial)}: does not agree with the entries of the log; the bundle was altered"
            )

    def _placed_leaves(self, tx: Transaction, start: int, width: int) -> list[bytes]:
        leaves = [b""] * width
        for row in store.read_placed(tx, start, start + width):
            if row.entry_index is not None:
                leaves[row.entry_index - start] = leaf_hash(row.data)
                self._audit_row(row)
        for place, leaf in enumerate(leaves):
            if not leaf:
                self._found(f"ledger_entries: the row of entry {start + place} is missing; restore the database")
        return leaves

    def _audit_row(self, row: store.Stored) -> None:
        try:
            check_row(row, receipt_key=self._receipt_key)
        except LedgerTampered as error:
            self._found(error.message)

    def _tile_hashes(self, tile: Tile) -> list[bytes]:
        try:
            return self._tiles.hashes(tile)
        except LedgerTampered as error:
            self._found(error.message)
            return [b""] * tile.width

    def _add(self, level: int, hashes: Sequence[bytes]) -> None:
        """Add hashes to the right end of a level, and to the levels above what becomes full there."""
        if level == len(self._row):
            self._row.append([])
            self._count.append(0)
        row = self._row[level]
        row += hashes
        if len(row) < WIDTH:
            return
        self._audit_tile(Tile(level, self._count[level]), row)
        self._row[level] = []
        self._count[level] += 1
        self._add(level + 1, [root_of(row)])

    def _audit_edge(self) -> None:
        for level, (row, number) in enumerate(zip(self._row, self._count, strict=True)):
            if row:
                self._audit_tile(Tile(level, number, len(row)), row)

    def _audit_tile(self, tile: Tile, hashes: Sequence[bytes]) -> None:
        if tile.level > 0 and (found := self._tile_hashes(tile)) != list(hashes) and any(found):
            place = next(i for i, (got, expected) in enumerate(zip(found, hashes, strict=True)) if got != expected)
            self._found(
                f"{self._tiles.name(tile)}: hash {place} does not follow from what it covers; the tile was altered"
            )
        for partial in self._tiles.partials(tile.level, tile.number):
            data = self._tiles.read(partial)
            width = min(partial.width, len(hashes))
            if data is not None and (
                split_hashes(data)[:width] != list(hashes[:width]) or len(data) != HASH_SIZE * partial.width
            ):
                self._found(
                    f"{self._tiles.name(partial)}: does not agree with the entries of the log; the tile was altered"
                )

    def _fold(self, leaves: Sequence[bytes]) -> bytes:
        """Return the root over all that was added, and ``leaves`` after it where the lowest level is empty."""
        rows = [list(leaves) or self._row[0], *self._row[1:]]
        return fold_edge([row for row in rows if row])
