"""Reading hashes out of tiles, each checked against the signed root before it is used.

The partial tiles at the right edge of the log fold into the root; every full tile folds into one hash of the tile
above it. So a changed byte in any tile that is read is found, and the tile that was changed is named.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.errors import EntryUnknown, LedgerTampered
from sayso.ledger.merkle import Range, leaf_hash, range_hash, root_of
from sayso.ledger.tiles import LEVEL_BITS, WIDTH, Tile, TileFolder, bundle, edge_tiles, width_of

KEPT_LEAF_TILES: Final = 64
"""Full tiles of leaf hashes held at once, 40 kB each."""


class Tree:
    """The tree of one checkpoint, over the tiles of a folder. What was read is kept, but for the lowest tiles."""

    def __init__(self, tiles: TileFolder, checkpoint: Checkpoint) -> None:
        """Read the right edge; raise `LedgerTampered` naming the tile that does not fit ``checkpoint``."""
        self.checkpoint = checkpoint
        self._tiles = tiles
        self._pyramids: dict[tuple[int, int], list[list[bytes]]] = {}
        self._kept: deque[int] = deque()
        self._wide: dict[Range, bytes] = {}
        self._bundle: tuple[int, list[bytes]] = (-1, [])
        self.edge = read_edge(tiles, checkpoint)
        for tile, hashes in self.edge.items():
            self._pyramids[tile.level, tile.number] = _pyramid(hashes)

    def complete(self, level: int, index: int) -> bytes:
        """Return the hash of the leaves ``[index << level, (index + 1) << level)``, which the tree holds whole."""
        row, height = divmod(level, LEVEL_BITS)
        number, place = divmod(index << height, WIDTH)
        return self._pyramid(row, number)[height][place >> height]

    def _pyramid(self, level: int, number: int) -> list[list[bytes]]:
        found = self._pyramids.get((level, number))
        if found is None:
            tile = Tile(level, number)
            found = _pyramid(self._tiles.hashes(tile))
            above = self._pyramid(level + 1, number // WIDTH)[0][number % WIDTH]
            if found[LEVEL_BITS][0] != above:
                raise LedgerTampered(f"{self._tiles.name(tile)}: does not fit the signed root; the tile was altered")
            self._pyramids[level, number] = found
            if level == 0:
                self._keep(number)
        return found

    def _keep(self, number: int) -> None:
        """Keep few of the lowest tiles: whoever goes through a long log would hold all of it otherwise."""
        self._kept.append(number)
        if len(self._kept) > KEPT_LEAF_TILES:
            del self._pyramids[0, self._kept.popleft()]

    def leaf(self, index: int) -> bytes:
        """Return the leaf hash of entry ``index``."""
        return self.complete(0, index)

    def hashes(self, ranges: Sequence[Range]) -> list[bytes]:
        """Return the hashes that a proof planned as ``ranges`` consists of."""
        return [self._hash(leaves) for leaves in ranges]

    def _hash(self, leaves: Range) -> bytes:
        """Return the hash over ``leaves``; those over whole tiles, which many proofs share, are made once."""
        if leaves[1] - leaves[0] < WIDTH:
            return range_hash(leaves, self.complete)
        found = self._wide.get(leaves)
        if found is None:
            found = self._wide[leaves] = range_hash(leaves, self.complete)
        return found

    def entry(self, index: int) -> bytes:
        """Return entry ``index`` out of its bundle; raise `EntryUnknown` beyond the end, or `LedgerTampered`."""
        if not 0 <= index < self.checkpoint.size:
            raise EntryUnknown(
                f"got the entry {index}, expected one below {self.checkpoint.size}, the size of the published log"
            )
        return next(self.entries(index, index + 1))

    def entries(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the entries ``[start, end)``, which the tree has, each checked; a bundle at a time is held."""
        for number in range(start // WIDTH, -(-end // WIDTH)):
            tile = bundle(number, width_of(-1, number, self.checkpoint.size))
            if self._bundle[0] != number:
                self._bundle = number, self._tiles.entries(tile)
            bundled = self._bundle[1]
            for index in range(max(start, number * WIDTH), min(end, (number + 1) * WIDTH)):
                data = bundled[index - number * WIDTH]
                if leaf_hash(data) != self.leaf(index):
                    raise LedgerTampered(
                        f"{self._tiles.name(tile)}: entry {index} is not the one that was logged; it was altered"
                    )
                yield data


def read_edge(tiles: TileFolder, checkpoint: Checkpoint) -> dict[Tile, list[bytes]]:
    """Return the partial tiles of the log at ``checkpoint``, from the leaves up, checked against its root."""
    edge = {tile: tiles.hashes(tile) for tile in edge_tiles(checkpoint.size)}
    if fold_edge(edge.values()) != checkpoint.root:
        raise LedgerTampered(_blame(tiles, edge, checkpoint))
    return edge


def fold_edge(rows: Iterable[Sequence[bytes]]) -> bytes:
    """Return the root over the partial tiles of a log, given from the leaves up."""
    carried: list[bytes] = []
    for hashes in rows:
        carried = [root_of([*hashes, *carried])]
    return root_of(carried)


def _pyramid(hashes: list[bytes]) -> list[list[bytes]]:
    """Return the rows of complete hashes over ``hashes``, from themselves up to at most one."""
    sha256 = hashlib.sha256  # `node_hash` written out: this is where the time of many proofs goes
    rows = [hashes]
    for _ in range(LEVEL_BITS):
        below = rows[-1]
        rows.append([sha256(b"\x01" + below[i] + below[i + 1]).digest() for i in range(0, len(below) - 1, 2)])
    return rows


def _blame(tiles: TileFolder, edge: dict[Tile, list[bytes]], checkpoint: Checkpoint) -> str:
    """Say which tile of the right edge does not follow from what lies below it."""
    for tile, hashes in edge.items():
        try:
            follows = hashes == _from_below(tiles, tile)
        except LedgerTampered as error:
            return error.message
        if not follows:
            return (
                f"{tiles.name(tile)}: does not follow from what it covers; the tile or what lies below it was altered"
            )
    return f"the tiles fit each other and not the signed root of {checkpoint.size} entries; the log was rewritten"


def _from_below(tiles: TileFolder, tile: Tile) -> list[bytes]:
    if tile.level == 0:
        return [leaf_hash(entry) for entry in tiles.entries(bundle(tile.number, tile.width))]
    first = tile.number * WIDTH
    return [root_of(tiles.hashes(Tile(tile.level - 1, first + place))) for place in range(tile.width)]
