"""The log: append-only, signed, proven entry by entry; `Log` is the door of this room.

Entries are queued by `append` in the caller's transaction; `Log.integrate` gives them their place. All that is read
back is checked against the signed root first.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict, Unpack

from sayso import clock
from sayso.clock import Clock, stamp
from sayso.database import Database
from sayso.disk import locked
from sayso.ledger import store
from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.checks import check_row
from sayso.ledger.errors import EntryPending, EntryUnknown, LedgerTampered, LogKeyMissing
from sayso.ledger.finding import Entries, EntryFinder
from sayso.ledger.finding_store import EntryFilter
from sayso.ledger.merkle import consistency_ranges, inclusion_ranges
from sayso.ledger.note import Note, SignerKey
from sayso.ledger.proof import Proof
from sayso.ledger.reading import PublishedShard, Shards
from sayso.ledger.sequencer import LOCK, Sequencer
from sayso.ledger.shard import Keys, Shard
from sayso.ledger.standing import check_standing
from sayso.ledger.succession import Succession
from sayso.ledger.tree import Tree

if TYPE_CHECKING:  # most commands append and integrate, and audit, export or ask witnesses nothing
    from sayso.ledger.audit import Audit
    from sayso.ledger.cosigning import Cosigned, WitnessAddress

TOGETHER: Final = 256
"""Entries whose rows are read in one transaction where many are proven."""


class Log:
    """One transparency log: its queue and index in a database, the tiles of its shards in a folder, its keys."""

    def __init__(
        self,
        database: Database,
        tiles: Path,
        *,
        key: bytes,
        origin: str,
        later: Callable[[int], bytes] | None = None,
        now: Clock = clock.now,
    ) -> None:
        """Open the log ``origin`` (a URL without its scheme, no spaces), whose shards are ``origin/2026`` and so on.

        ``key`` is a 32-byte Ed25519 seed, the first; ``later`` gives the seeds after it, from number 1 on.
        """
        self._database = database
        self._folder = tiles
        self._origin = origin
        self._keys: Keys = lambda number: key if number == 0 else _later(later, number)
        self._now = now
        self._receipt_key = hmac.digest(key, b"sayso ledger receipt v1", "sha256")
        self._finder = EntryFinder(database, receipt_key=self._receipt_key)

    @property
    def origin(self) -> str:
        """The name of the log, with which those of its shards begin."""
        return self._origin

    @property
    def vkey(self) -> str:
        """The public key of the shard that grows, all that an outsider needs: it leads to all others, as they to it."""
        return self._shards()[-1].shard.vkey

    @property
    def first_vkey(self) -> str:
        """The public key of the first shard."""
        return self._shards()[0].shard.vkey

    @property
    def signer(self) -> SignerKey:
        """The key of the shard that entries go to now, for notes that the operator signs in the log's name.

        Read inside the transaction that appends the note's own entry, it signs the shard that the entry will stand in.
        """
        with self._database.read() as tx:
            shards = store.read_shards(tx)
        return (shards[-1] if shards else self._unborn()).signer(self._keys)

    def vkey_of(self, note: str) -> str:
        """Return the public key of the shard that signed ``note``, of the newest where none says to have."""
        names = {signature.name for signature in Note.parse(note).signatures}
        shards = self._shards().rows
        return next((shard.vkey for shard in shards if shard.origin in names), shards[-1].vkey)

    def integrate(self) -> Checkpoint:
        """Give every queued entry its place and return the checkpoint that covers it, signed and published.

        Safe to call at any time and from many processes; killed anywhere and called again it ends in the same tree.
        The first call of a year closes the shard of the year before and opens the next. Raise `LedgerTampered`,
        changing nothing, if what is there does not fit the signed root.
        """
        return self._sequencer().run()

    def is_current(self) -> bool:
        """Return whether every queued entry has its place and is published; costs one read, and changes nothing."""
        with self._database.read() as tx:
            shards, sizes = store.read_shards(tx), store.read_sizes(tx)
            published = shards[-1].base + sizes.get(shards[-1].origin, 0) if shards else 0
            return not store.any_pending(tx) and published == store.count_placed(tx)

    def check_files(self, tx: store.Transaction) -> None:
        """Return if the log's files and the rows that ``tx`` sees are of one time; otherwise raise `LedgerTampered`.

        The files of the shard that grows hold what the database published last, or more, as a process leaves it that
        was killed in between: then the entries they hold more are the rows' own. Costs a signature and three queries.
        """
        shards, sizes = store.read_shards(tx), store.read_sizes(tx)
        while len(shards) > 1 and shards[-1].origin not in sizes:
            shards.pop()
        check_standing(tx, (shards or [self._unborn()])[-1], self._folder)

    def rotate(self) -> Checkpoint:
        """Close the shard and open the next one, which the next key signs; return that one's checkpoint.

        The old key announces the new one in its last entry, and signs nothing afterwards: it may be destroyed, but for
        the first, under which the rows' receipts are made.
        """
        return self._sequencer().run(rotate=True)

    def _sequencer(self) -> Sequencer:
        return Sequencer(
            self._database,
            self._folder,
            origin=self._origin,
            keys=self._keys,
            now=self._now,
            receipt_key=self._receipt_key,
        )

    def shards(self) -> Shards:
        """Return the shards as they are published, oldest first, each verified when it is looked at."""
        return self._shards()

    def succession(self) -> Succession:
        """Return the proof of how the shards and their keys follow each other; see `succession`."""
        return self._shards().succession()

    def checkpoint(self) -> str | None:
        """Return the published checkpoint, a signed note, verified; None before the first `integrate`."""
        return self._shards()[-1].note

    def cosign(self, witnesses: Sequence[WitnessAddress]) -> Cosigned:
        """Ask those of ``witnesses`` who have not cosigned the published checkpoint, and publish what they answer.

        A witness that does not answer is named in what is returned. Raise `LogForked` where one has seen another
        history, or a longer one, than this: then nothing changes, and somebody must explain it.
        """
        shards = self._shards()
        if len(shards) > 1:
            _cosign(shards[-2], witnesses, self._folder)
        return _cosign(shards[-1], witnesses, self._folder)

    def witnessed(self, witnesses: Sequence[WitnessAddress]) -> Cosigned:
        """Ask all of ``witnesses`` about the published checkpoint, those too who have cosigned it before.

        So a home that was restored whole is found: its checkpoint carries old cosignatures. Nothing is written. Raise
        as `cosign` does.
        """
        from sayso.ledger.cosigning import witnessed  # noqa: PLC0415 - loads an HTTP client

        return witnessed(self._shards()[-1], witnesses)

    def index_of(self, ticket: int) -> int:
        """Return the place of the entry that `append` gave ``ticket`` for.

        Raise `EntryUnknown`, `EntryPending` before it is integrated, `LedgerTampered` if the row was altered.
        """
        with self._database.read() as tx:
            row = store.read_ticket(tx, ticket)
        check_row(row, receipt_key=self._receipt_key)
        if row.entry_index is None:
            raise EntryPending(f"entry with ticket {ticket} waits for its place; integrate the log first")
        return row.entry_index

    def entry(self, index: int) -> bytes:
        """Return entry ``index`` as logged, checked against the signed root; raise `EntryUnknown`, `LedgerTampered`."""
        found = self._shards().holding(index)
        return found.tree().entry(index - found.shard.base)

    def prove(self, index: int, *, with_entry: bool = False) -> str:
        """Return the proof (c2sp.org/tlog-proof) that entry ``index`` stands in its published shard.

        The proof has the entry's place in the shard, and verifies with the shard's key. ``with_entry`` puts the entry
        itself into the proof's ``extra`` line, so that one file is all there is to hand over. Raise `EntryUnknown`, or
        `LedgerTampered` naming the tile, bundle or row that was altered.
        """
        return next(self.prove_all([index], with_entry=with_entry))

    def prove_all(self, indexes: Iterable[int], *, with_entry: bool = False) -> Iterator[str]:
        """Yield a proof for each of ``indexes``, all of a shard under one checkpoint; tiles are read once."""
        shards = self._shards()
        trees: dict[int, Tree] = {}
        waiting = iter(indexes)
        while some := list(islice(waiting, TOGETHER)):
            rows = self._placed(some, shards)
            for index in some:
                found = shards.holding(index)
                tree = trees.get(found.shard.number) or trees.setdefault(found.shard.number, found.tree())
                place = index - found.shard.base
                entry = tree.entry(place)
                _check_placed(rows.get(index), index, entry, receipt_key=self._receipt_key)
                path = tree.hashes(inclusion_ranges(place, found.checkpoint.size))
                yield str(Proof(place, tuple(path), found.note or "", entry if with_entry else b""))

    def _placed(self, indexes: Sequence[int], shards: Shards) -> dict[int | None, store.Stored]:
        """Return the rows of these entries; raise `EntryUnknown` for one that is not published."""
        for index in indexes:
            shards.holding(index)
        with self._database.read() as tx:
            return {row.entry_index: row for row in store.read_at(tx, indexes)}

    def prove_growth(self, old_size: int) -> list[bytes]:
        """Return the consistency proof from ``old_size`` entries of the shard that grows to all of it (RFC 6962)."""
        tree = self._shards()[-1].tree()
        if not 0 <= old_size <= tree.checkpoint.size:
            raise EntryUnknown(f"got the size {old_size}, expected one up to {tree.checkpoint.size}")
        return tree.hashes(consistency_ranges(old_size, tree.checkpoint.size))

    def query(self, **asked: Unpack[FilterFields]) -> Entries:
        """Return the entries of which all that is given holds, in log order, waiting ones last.

        ``since`` is the first moment, ``until`` the first one too late; ``type`` and ``purpose`` cover what lies below
        them. Raise `LedgerTampered` naming the row where the database was altered. `answer` shows each against the log.
        """
        return self._finder.find(_asked(asked))

    def query_in(self, tx: store.Transaction, **asked: Unpack[FilterFields]) -> Entries:
        """Return the same as `query`, as the transaction sees it: of one moment with all else that is read in it."""
        return self._finder.find_in(tx, _asked(asked))

    def consent_in(self, tx: store.Transaction, grants: Sequence[str], subjects: Sequence[str] = ()) -> Entries:
        """Return the entries of consent under these grants, or about these subjects, the newest first.

        Costs little however many other entries there are. Raise `LedgerTampered` naming the row that was altered.
        """
        return self._finder.consent_in(tx, grants, subjects)

    def newest_in(self, tx: store.Transaction, grant: str, limit: int) -> Entries:
        """Return the newest entries under a grant, at most ``limit``, the newest first; raise as `consent_in` does."""
        return self._finder.newest_in(tx, grant, limit)

    def grants_in(self, tx: store.Transaction) -> set[str]:
        """Return the same as `grants`, as the transaction sees it."""
        return store.read_grants(tx)

    def grants(self) -> set[str]:
        """Return the grants under which anything was logged; an `audit` holds them against the entries."""
        with self._database.read() as tx:
            return store.read_grants(tx)

    def answer(self, path: Path, **asked: Unpack[FilterFields]) -> int:
        """Write what `query` finds to ``path``, each entry with its proof, with a signed statement; return the count.

        `check_answer` checks it anywhere, with `vkey` alone. Raise `LedgerTampered`.
        """
        from sayso.ledger.answer import state, write_answer  # noqa: PLC0415

        shards = self._shards()
        question, size = _asked(asked), shards.size
        rows = [row for row in self._finder.find(question) if row.index is not None and row.index < size]
        heads = self._finder.heads(rows, size=size)
        newest = shards[-1]
        statement = state(
            question, newest.checkpoint, count=len(rows), heads=heads, signer=newest.shard.signer(self._keys)
        )
        write_answer(path, shards, rows, statement)
        return len(rows)

    def reindex(self) -> int:
        """Write the columns that entries are found by again, from the entries; return how many rows had others.

        An entry that is not the one that was logged is not touched: raise `LedgerTampered` naming its row.
        """
        return self._finder.reindex()

    def export(self, path: Path, *, since: datetime | None = None, until: datetime | None = None) -> tuple[int, int]:
        """Write the period from ``since`` to ``until`` to ``path``, one file, and return its places ``[start, end)``.

        `audit_export` checks it anywhere, with `vkey` alone. The file holds every entry between the first and the last
        of the period. Raise `EntryUnknown` for a period without entries, and `LedgerTampered`.
        """
        from sayso.ledger.export import write_export  # noqa: PLC0415

        shards = self._shards()
        with self._database.read() as tx:
            period = [None if moment is None else stamp(moment) for moment in (since, until)]
            places = store.span(tx, size=shards.size, since=period[0], until=period[1])
        if places is None:
            raise EntryUnknown("got a period in which nothing was logged; choose a longer one")
        write_export(path, shards, start=places[0], end=places[1])
        return places

    def audit(self) -> Audit:
        """Return what is wrong with the log, everything recomputed from its bundles: tiles, checkpoint, rows, chains.

        Takes about 30 s for a million entries, with bounded memory; nothing is changed or locked meanwhile.
        """
        from sayso.ledger.audit import Auditor  # noqa: PLC0415

        auditor = Auditor(
            self._database, self._folder, unborn=self._unborn(), keys=self._keys, receipt_key=self._receipt_key
        )
        return auditor.run()

    def _shards(self) -> Shards:
        shards = Shards(self._database, self._folder, unborn=self._unborn())
        shards.rows[-1].signer(self._keys)
        return shards

    def _unborn(self) -> Shard:
        return Shard.first(self._origin, self._now().year, self._keys)


def _check_placed(row: store.Stored | None, index: int, entry: bytes, *, receipt_key: bytes) -> None:
    if row is None:
        raise LedgerTampered(f"ledger_entries: the row of entry {index} is missing; restore the database")
    check_row(row, receipt_key=receipt_key)
    if row.data != entry:
        raise LedgerTampered(f"ledger_entries row {row.ticket}: holds another entry than the log at {index}")


def _cosign(published: PublishedShard, witnesses: Sequence[WitnessAddress], folder: Path) -> Cosigned:
    """Have a shard's checkpoint cosigned by those who have not, and publish it so, unless it has grown meanwhile."""
    from sayso.ledger.cosigning import cosigned  # noqa: PLC0415 - loads an HTTP client

    found = cosigned(published, witnesses)
    if found.note != (published.note or ""):
        with locked(folder / LOCK):
            if Note.parse(published.tiles.checkpoint() or "\n\n\n").text == Note.parse(found.note).text:
                published.tiles.write_checkpoint(found.note)
    return found


def _later(later: Callable[[int], bytes] | None, number: int) -> bytes:
    if later is None:
        raise LogKeyMissing(f"key {number} of the log is asked for, and this installation has one key only")
    return later(number)


class FilterFields(TypedDict, total=False):
    """What may be asked for; see `finding_store.EntryFilter`."""

    grants: Collection[str] | None
    since: datetime | None
    until: datetime | None
    type: str | None
    licensee: str | None
    purpose: str | None
    project: str | None
    clip: str | None
    subjects: Collection[str] | None
    licensees: Collection[str] | None


def _asked(question: FilterFields) -> EntryFilter:
    since, until = (question.get(name) for name in ("since", "until"))
    plain = {name: value for name, value in question.items() if name not in {"since", "until"}}
    times = {name: stamp(at) for name, at in (("since", since), ("until", until)) if isinstance(at, datetime)}
    return EntryFilter(**{**plain, **times})  # type: ignore[arg-type]  # a mapping of mixed values, each of its field's type
