"""Growing one shard: its bundles and tiles are written, then its checkpoint is signed and published.

Each step is durable before the next one starts, and repeats to the same bytes::

    1  places are given, in ticket order             (`place`; from here on the order is fixed)
    2  bundles and tiles are written                 (a function of the order alone)
    3  the checkpoint is signed and replaces the old (the log has grown for its readers)
    4  the database remembers what was published     (compare and swap)

A process killed between any two leaves a log that verifies, and the next run ends in the same tree. Nothing is signed
before the old tree has been checked against its own root: nobody builds on what was altered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sayso.database import Database
from sayso.ledger import store
from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.checks import check_published, receipt_of
from sayso.ledger.errors import LedgerTampered, ProofFailed
from sayso.ledger.merkle import consistency_ranges, leaf_hash, root_of, verify_consistency
from sayso.ledger.note import SignerKey
from sayso.ledger.standing import check_ahead
from sayso.ledger.store import Transaction
from sayso.ledger.tiles import WIDTH, Tile, TileFolder, bundle, edge_tiles
from sayso.ledger.tree import Tree, fold_edge, read_edge

BATCH: Final = 4096
"""Entries placed in one transaction: the database's write lock is held for about 15 ms."""


def place(tx: Transaction, *, receipt_key: bytes, limit: int = BATCH) -> int:
    """Give at most ``limit`` waiting entries the next places of the log, in ticket order; return how many."""
    start = store.count_placed(tx)
    places = []
    for index, (ticket, leaf, data) in enumerate(store.read_pending(tx, limit), start):
        if leaf_hash(data) != leaf:
            raise LedgerTampered(f"ledger_entries row {ticket}: the queued entry was altered; restore it")
        receipt = receipt_of(receipt_key, ticket=ticket, index=index, data=data)
        places.append({"at_ticket": ticket, "entry_index": index, "receipt": receipt})
    if places:
        store.place(tx, places)
    return len(places)


class Grower:
    """Writes the files of one shard, whose lock the caller holds."""

    def __init__(self, database: Database, tiles: TileFolder, signer: SignerKey, *, base: int) -> None:
        """Serve the shard whose origin is the signer's name and which begins with the log's entry ``base``."""
        self._database = database
        self._tiles = tiles
        self._signer = signer
        self._base = base

    @property
    def _origin(self) -> str:
        return self._signer.verifier.name

    def grow(self, end: int | None = None) -> Checkpoint:
        """Publish all that has a place, up to the log's entry ``end``, and return the checkpoint that covers it."""
        known = self._known(end)
        with self._database.read() as tx:
            placed = (store.count_placed(tx) if end is None else end) - self._base
        return self._grow(known, placed) if placed > known.size or self._tiles.checkpoint() is None else known

    def _known(self, end: int | None) -> Checkpoint:
        """Return what was published last, after a check that the checkpoint on disk does not contradict it."""
        first = Checkpoint.empty(self._origin)
        with self._database.write(self._origin) as tx:
            known = store.lock_published(tx, self._origin)
            if known is None and self._tiles.checkpoint() is None:
                store.start_published(tx, first)
                return first
            placed = (store.count_placed(tx) if end is None else end) - self._base
        found = check_published(self._tiles.checkpoint(), known, key=self._signer.verifier, placed=placed)
        if known is not None and found != known:
            self._catch_up(known, found)
        return found

    def _catch_up(self, known: Checkpoint, found: Checkpoint) -> None:
        """Let the database remember a checkpoint that was published by a process killed before it could say so."""
        with self._database.read() as tx:
            check_ahead(tx, self._tiles, known, found, base=self._base)
        proof = Tree(self._tiles, found).hashes(consistency_ranges(known.size, found.size))
        try:
            if known != Checkpoint.empty(known.origin):
                verify_consistency(
                    old_size=known.size, old_root=known.root, size=found.size, root=found.root, proof=proof
                )
        except ProofFailed:
            raise LedgerTampered(
                f"ledger_published: {known.size} entries never had the root that stands there; the row was altered"
            ) from None
        self._remember(known, found)

    def _remember(self, known: Checkpoint, found: Checkpoint) -> None:
        with self._database.write(self._origin) as tx:
            if not store.move_published(tx, known, found):
                raise LedgerTampered(f"ledger_published: the row of {self._origin} changed while it was integrated")

    def _grow(self, known: Checkpoint, size: int) -> Checkpoint:
        edge = read_edge(self._tiles, known)
        leaves = self._write_bundles(known.size, size, next(iter(edge.values()), []))
        grown = Checkpoint(self._origin, size, self._write_tiles(edge, leaves, known.size, size))
        self._tiles.write_checkpoint(grown.signed([self._signer]))
        self._remember(known, grown)
        return grown

    def _write_bundles(self, old: int, size: int, kept: Sequence[bytes]) -> list[bytes]:
        """Write the bundles that hold the entries ``[old, size)`` and return their leaf hashes.

        ``kept`` are the hashes of the partial tile at the old edge, where the old size leaves one: entries from
        before are bundled again with new ones, and must still be those that were signed.
        """
        leaves: list[bytes] = []
        for number in range(old // WIDTH, -(-size // WIDTH)):
            start, end = number * WIDTH, min((number + 1) * WIDTH, size)
            with self._database.read() as tx:
                rows = store.read_placed(tx, self._base + start, self._base + end)
            hashes = [leaf_hash(row.data) for row in rows]
            for index, (row, leaf) in enumerate(zip(rows, hashes, strict=True), start):
                if (
                    row.entry_index != self._base + index
                    or row.leaf != leaf
                    or (index < old and leaf != kept[index - start])
                ):
                    raise LedgerTampered(f"ledger_entries row {row.ticket}: entry {index} was altered; restore it")
            if len(rows) != end - start:
                raise LedgerTampered(f"ledger_entries: the row of entry {start + len(rows)} is missing; restore it")
            self._tiles.write_entries(bundle(number, end - start), [row.data for row in rows])
            if end - start == WIDTH:
                self._tiles.drop_partials(-1, number)
            leaves += hashes[max(0, old - start) :]
        return leaves

    def _write_tiles(self, edge: dict[Tile, list[bytes]], leaves: list[bytes], old: int, size: int) -> bytes:
        """Write the hash tiles that change between the sizes, level by level, and return the new root."""
        rows: list[list[bytes]] = []
        level = 0
        fresh = leaves
        while fresh:
            done = old >> (8 * level)
            row = edge.get(Tile(level, done // WIDTH, done % WIDTH), []) + fresh if done % WIDTH else fresh
            fresh = []
            for number, place in enumerate(range(0, len(row), WIDTH), done // WIDTH):
                hashes = row[place : place + WIDTH]
                self._tiles.write_hashes(Tile(level, number, len(hashes)), hashes)
                if len(hashes) == WIDTH:
                    fresh.append(root_of(hashes))
                    self._tiles.drop_partials(level, number)
                else:
                    rows.append(hashes)
            level += 1
        untouched = [edge[tile] for tile in edge_tiles(size) if tile.level >= level]
        return fold_edge([*rows, *untouched])
