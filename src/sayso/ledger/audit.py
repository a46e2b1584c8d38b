"""The audit: everything recomputed from the bundles, and held against tiles, checkpoint, rows and chains.

One pass over each shard in its own order, one over the rows grant by grant, and the succession of the shards. Memory is
bounded by one bundle, the right edge of the tree, and the findings, whatever the size of the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sayso.database import Database
from sayso.ledger import finding_store, store
from sayso.ledger.checks import check_row
from sayso.ledger.entry import Link
from sayso.ledger.errors import EntryInvalid, LedgerTampered, NoteInvalid
from sayso.ledger.merkle import EMPTY_ROOT, leaf_hash
from sayso.ledger.reading import Shards
from sayso.ledger.shard import Keys, Shard, check_shards
from sayso.ledger.shard_audit import Findings, ShardAuditor
from sayso.ledger.store import Stored, Transaction
from sayso.ledger.tiles import TileFolder


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found; no findings, all is well. ``size`` counts all shards, ``root`` is that of the newest."""

    findings: tuple[str, ...]
    size: int
    root: bytes

    def require_clean(self) -> None:
        """Return if nothing was found; otherwise raise `LedgerTampered` with every finding as a reason."""
        if self.findings:
            more = f" (and {len(self.findings) - 1} more)" if len(self.findings) > 1 else ""
            raise LedgerTampered(self.findings[0] + more, reasons=self.findings)


class Auditor:
    """One audit of one log. Nothing is changed, and nothing is locked while it runs."""

    def __init__(self, database: Database, folder: Path, *, unborn: Shard, keys: Keys, receipt_key: bytes) -> None:
        """Audit the log whose shards lie below ``folder``; ``unborn`` is the first one of a log without any."""
        self._database = database
        self._folder = folder
        self._unborn = unborn
        self._keys = keys
        self._receipt_key = receipt_key
        self._findings = Findings()

    def run(self) -> Audit:
        """Return all that is wrong, each finding naming the file, the row or the grant."""
        end, root = 0, EMPTY_ROOT
        with self._database.read() as tx:
            shards = self._shards(tx)
            for place, shard in enumerate(shards):
                tiles = TileFolder(self._folder / shard.name)
                auditor = ShardAuditor(self._database, tiles, shard, self._findings, receipt_key=self._receipt_key)
                size, root = auditor.run(tx, shards[place + 1] if place + 1 < len(shards) else None)
                end = shard.base + size
            self._audit_rows(tx, end)
        self._audit_succession()
        return Audit(tuple(self._findings.all), end, root)

    def _shards(self, tx: Transaction) -> list[Shard]:
        shards, sizes = store.read_shards(tx), store.read_sizes(tx)
        try:
            check_shards(shards, self._unborn.origin.rpartition("/")[0])
        except (LedgerTampered, NoteInvalid) as error:
            self._findings.add(error.message)
            return [shard for shard in shards[:1] if shard.origin in sizes]
        for origin in sorted({*sizes} - {shard.origin for shard in shards}):
            self._findings.add(
                f"ledger_published: there is no shard {origin}; a row was added, or one removed elsewhere"
            )
        if not shards and store.count_placed(tx):
            self._findings.add("ledger_shards: the rows are missing, and the log has entries; restore the database")
        return shards

    def _audit_succession(self) -> None:
        """Follow the keys from the first shard to the newest, as an outsider would."""
        try:
            shards = Shards(self._database, self._folder, unborn=self._unborn)
            shards[-1].shard.signer(self._keys)
            if shards[-1].note is not None:
                shards.succession().follow(shards[0].shard.verifier)
        except (LedgerTampered, NoteInvalid) as error:
            self._findings.add(error.message)

    def _audit_rows(self, tx: Transaction, size: int) -> None:
        """Replay the chains of all grants, and look at the rows that the pass over the log has not seen."""
        replay = ChainReplay()
        unseen, last = 0, size - 1
        for row, seq, head in finding_store.stream_by_grant(tx):
            if row.entry_index is None or not 0 <= row.entry_index < size:
                unseen += row.entry_index is not None
                last = max(last, -1 if row.entry_index is None else row.entry_index)
                self._audit_row(row)
            for finding in replay.take(row, (seq, head)):
                self._findings.add(finding)
        for finding in replay.finish():
            self._findings.add(finding)
        if last + 1 != size + unseen:
            self._findings.add(
                f"ledger_entries: {unseen} rows beyond the {size} published have places with gaps between"
            )
        for grant in finding_store.stream_empty_chains(tx):
            self._findings.add(f"ledger_chains row {grant}: has no entry; entries were removed or the row was altered")

    def _audit_row(self, row: store.Stored) -> None:
        try:
            check_row(row, receipt_key=self._receipt_key)
        except LedgerTampered as error:
            self._findings.add(error.message)


class ChainReplay:
    """Replays the grants' chains: takes rows grant by grant, and yields what does not follow from what came before.

    Numbers have no gaps, each entry names the one before, and they stand in this order in the log.
    """

    def __init__(self) -> None:
        """Start before the first grant."""
        self._begin(None)

    def _begin(self, grant: str | None) -> None:
        self._grant = grant
        self._seq = 0
        self._leaf = b""
        self._index: int | None = -1
        self._ends: tuple[int | None, bytes | None] = (0, b"")

    def take(self, row: Stored, ends: tuple[int | None, bytes | None]) -> Iterator[str]:
        """Yield findings for the next row; ``ends`` is where the grant's chain is remembered to end."""
        if row.grant_id != self._grant:
            yield from self.finish()
            self._begin(row.grant_id)
        self._ends = ends
        name = f"ledger_entries row {row.ticket}"
        try:
            link = Link.decode(row.data)
        except EntryInvalid as error:
            yield f"{name}: {error.message}"
            return
        if row.grant_id is None:
            return
        if row.seq != self._seq + 1:
            yield f"grant {row.grant_id}: entry {row.seq} follows entry {self._seq}; entries are missing or doubled"
        elif link.prev != self._leaf.hex():
            yield f"{name}: does not follow from entry {self._seq} of grant {row.grant_id}; one of them was altered"
        if row.entry_index is not None and (self._index is None or row.entry_index <= self._index):
            yield f"{name}: entry {row.seq} of grant {row.grant_id} stands in the log before the one it follows"
        self._seq, self._leaf, self._index = row.seq, leaf_hash(row.data), row.entry_index

    def finish(self) -> Iterator[str]:
        """Yield what is wrong with the end of the grant's chain."""
        if self._grant is not None and self._ends != (self._seq, self._leaf):
            yield (
                f"ledger_chains row {self._grant}: remembers {self._ends[0]} entries, the grant's chain ends"
                f" with entry {self._seq}; entries were removed or the row was altered"
            )
