"""The succession: the shards of a log one after the other, so that whoever holds the key of one can check them all.

Of each shard it has the checkpoint, and the proofs of its first and its last entry. The last entry of a shard is signed
by its key and names the next key; the first entry of the next names the key, size and root before. A key that the old
one did not announce, a shard left out or put in, a closed shard that grew on: nothing of the sort fits.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Self

from sayso import canonical
from sayso.errors import Invalid
from sayso.ledger.checkpoint import Checkpoint, open_checkpoint, parse_hash
from sayso.ledger.entry import Fact, Link
from sayso.ledger.errors import EntryInvalid, LedgerTampered, NoteInvalid, ProofFailed
from sayso.ledger.merkle import inclusion_ranges, leaf_hash, verify_inclusion
from sayso.ledger.note import VerifierKey
from sayso.ledger.quorum import NO_WITNESSES, Quorum
from sayso.ledger.shard import CLOSED, OPENED
from sayso.ledger.tree import Tree

FORMAT: Final = "sayso-ledger-succession/v1"

MAX_BYTES: Final = 4 * 1024 * 1024
"""Room for a thousand shards."""


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry and its path to the root of its shard."""

    entry: bytes
    path: tuple[bytes, ...]

    @classmethod
    def of(cls, tree: Tree, index: int) -> Self:
        """Take entry ``index`` of ``tree``."""
        return cls(tree.entry(index), tuple(tree.hashes(inclusion_ranges(index, tree.checkpoint.size))))

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"entry": self.entry.decode(), "path": [base64.b64encode(each).decode() for each in self.path]}

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read plain values; raise `NoteInvalid`."""
        try:
            return cls(value["entry"].encode(), tuple(parse_hash(str(each)) for each in value["path"]))
        except (AttributeError, KeyError, TypeError, UnicodeEncodeError):
            raise NoteInvalid("got no entry with its path") from None

    def facts(self, checkpoint: Checkpoint, index: int, kind: str) -> dict[str, Fact]:
        """Return what the entry says, proven to stand at ``index``; raise `LedgerTampered`."""
        try:
            verify_inclusion(
                leaf_hash(self.entry), index=index, size=checkpoint.size, path=self.path, root=checkpoint.root
            )
            entry = Link.decode(self.entry).entry
        except (ProofFailed, EntryInvalid) as error:
            raise LedgerTampered(f"shard {checkpoint.origin}: {error.message}") from None
        if entry.type != kind:
            raise LedgerTampered(f"shard {checkpoint.origin}: entry {index} is {entry.type}, expected {kind}")
        return dict(entry.facts)


@dataclass(frozen=True, slots=True)
class ShardRecord:
    """What the succession has of one shard; nothing of it is to be believed before `Succession.follow`."""

    note: str
    opened: Proven | None
    closed: Proven | None

    @classmethod
    def of(cls, tree: Tree, note: str, *, is_first: bool, is_last: bool) -> Self:
        """Take it from a shard; all but the last are closed."""
        opened = None if is_first else Proven.of(tree, 0)
        return cls(note, opened, None if is_last else Proven.of(tree, tree.checkpoint.size - 1))

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        ends = {"opened": self.opened, "closed": self.closed}
        return {"checkpoint": self.note, **{name: end and end.as_json() for name, end in ends.items()}}

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read plain values; raise `NoteInvalid`."""
        if not isinstance(value, dict) or value.keys() != {"checkpoint", "opened", "closed"}:
            raise NoteInvalid("got no shard of a succession")
        if not isinstance(value["checkpoint"], str):
            raise NoteInvalid("got a shard without its checkpoint")
        ends = [None if value[end] is None else Proven.from_json(value[end]) for end in ("opened", "closed")]
        return cls(value["checkpoint"], *ends)


@dataclass(frozen=True, slots=True)
class Followed:
    """One shard of a succession that was followed: its key, its checkpoint, and the entries in shards before it."""

    key: VerifierKey
    checkpoint: Checkpoint
    base: int

    @property
    def end(self) -> int:
        """How many entries stand in it and in the shards before it."""
        return self.base + self.checkpoint.size


@dataclass(frozen=True, slots=True)
class Succession:
    """The shards of a log, from the first to the one that grows."""

    records: tuple[ShardRecord, ...]

    def as_json(self) -> list[dict[str, Any]]:
        """Return it as plain values."""
        return [each.as_json() for each in self.records]

    def text(self) -> str:
        """Return it as the text of a file: one line of canonical JSON."""
        return canonical.encode({"format": FORMAT, "shards": self.as_json()}).decode() + "\n"

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read plain values; raise `NoteInvalid`."""
        if not isinstance(value, list) or not value:
            raise NoteInvalid("got no succession of shards")
        return cls(tuple(ShardRecord.from_json(each) for each in value))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read a file; raise `NoteInvalid`."""
        try:
            value = canonical.decode(data.removesuffix(b"\n"))
        except Invalid:
            value = None
        if not isinstance(value, dict) or value.get("format") != FORMAT or value.keys() != {"format", "shards"}:
            raise NoteInvalid(f"got a file that is no succession of a ledger's shards ({FORMAT})")
        return cls.from_json(value["shards"])

    def follow(self, key: VerifierKey, *, quorum: Quorum = NO_WITNESSES) -> tuple[Followed, ...]:
        """Return every shard, checked from the one that ``key`` signs, first or newest or any between.

        The ``quorum`` must have cosigned the newest checkpoint, which commits to all before it. Raise `NoteInvalid`,
        `QuorumMissed`, and `LedgerTampered` naming the shard that the one beside it did not announce.
        """
        if self.records[0].opened is not None or self.records[-1].closed is not None:
            raise LedgerTampered("succession: begins or ends in the middle; the whole of it is needed")
        keys = self._keys(key)
        if key not in keys:
            raise LedgerTampered(f"got no shard that the key {key.name} signs; it is of another log or was replaced")
        followed: list[Followed] = []
        for record, own in zip(self.records, keys, strict=True):
            policy = quorum if record is self.records[-1] else NO_WITNESSES
            checkpoint = open_checkpoint(record.note, own, quorum=policy)
            followed.append(Followed(own, checkpoint, followed[-1].end if followed else 0))
        for place, (before, after) in enumerate(pairwise(followed)):
            _check_handover(self.records[place].closed, before, self.records[place + 1].opened, after)
        return tuple(followed)

    def _keys(self, key: VerifierKey) -> list[VerifierKey]:
        """Return the key of each shard as the one beside it says; believed only when everything fits."""
        if len(self.records) == 1:
            return [key]
        said = [_said(after.opened, "vkey") for after in self.records[1:]]
        return [*said, _said(self.records[-2].closed, "next")]


def _said(proven: Proven | None, name: str) -> VerifierKey:
    try:
        said = None if proven is None else Link.decode(proven.entry).entry.facts.get(name)
    except EntryInvalid as error:
        raise LedgerTampered(f"succession: {error.message}") from None
    if not isinstance(said, str):
        raise LedgerTampered("succession: a shard that another follows was not closed, or that one was not opened")
    return VerifierKey.parse(said)


def _check_handover(closed: Proven | None, before: Followed, opened: Proven | None, after: Followed) -> None:
    old, new = before.checkpoint, after.checkpoint
    if closed is None or opened is None or old.size == 0 or new.size == 0:
        raise LedgerTampered(f"shard {old.origin}: was not closed, and {new.origin} follows it")
    if closed.facts(old, old.size - 1, CLOSED) != {"origin": old.origin, "next": str(after.key)}:
        raise LedgerTampered(f"shard {old.origin}: its last entry does not announce the key of {new.origin}")
    committed = {"origin": old.origin, "size": old.size, "root": old.root.hex(), "vkey": str(before.key)}
    if opened.facts(new, 0, OPENED) != committed:
        raise LedgerTampered(f"shard {new.origin}: its first entry does not commit to the end of {old.origin}")
