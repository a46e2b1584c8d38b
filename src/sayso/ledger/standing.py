"""Whether the files and the rows of a shard are of one time: one restored without the other is found."""

from __future__ import annotations

from pathlib import Path

from sayso.ledger import store
from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.checks import check_published
from sayso.ledger.errors import LedgerRolledBack, LedgerTampered
from sayso.ledger.merkle import leaf_hash
from sayso.ledger.shard import Shard
from sayso.ledger.tiles import TileFolder
from sayso.ledger.tree import Tree


def check_standing(tx: store.Transaction, shard: Shard, folder: Path) -> None:
    """Return if what lies below ``folder`` of ``shard``, the one that grows, is what the rows say.

    Raise `LedgerRolledBack` where the files are behind the rows, or ahead of them with
    entries that are not theirs.
    """
    tiles = TileFolder(folder / shard.name)
    known, note = store.read_published(tx, shard.origin), tiles.checkpoint()
    if known is None and note is None:
        return
    placed = store.count_placed(tx) - shard.base
    try:
        found = check_published(note, known, key=shard.verifier, placed=placed)
        if found != known:
            check_ahead(tx, tiles, known or Checkpoint.empty(shard.origin), found, base=shard.base)
    except LedgerTampered as error:
        raise LedgerRolledBack(
            f"the state and the folder of the ledger are of different times: {error.message}"
        ) from None


def check_ahead(tx: store.Transaction, tiles: TileFolder, known: Checkpoint, found: Checkpoint, *, base: int) -> None:
    """Return if the entries by which the files are ahead of what was published last are those of the rows."""
    logged = Tree(tiles, found).entries(known.size, found.size)
    rows = {row.entry_index: row.data for row in store.read_placed(tx, base + known.size, base + found.size)}
    for index, entry in enumerate(logged, base + known.size):
        row = rows.get(index)
        if row is None or leaf_hash(row) != leaf_hash(entry):
            raise LedgerTampered(f"ledger_entries: entry {index} is not the one that was published")
