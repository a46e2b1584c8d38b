"""What the ledger answers to those who look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sayso.ledger.checkpoint import Checkpoint


@dataclass(frozen=True, slots=True)
class LogState:
    """The log now: its newest shard's checkpoint, signed, and who cosigned it.

    Attributes
    ----------
    checkpoint : size and root of the newest shard
    note : the same, as a signed note; None before the first is published
    vkey, first_vkey : the public keys of the newest and the first shard
    num_shards, num_entries : of the whole log
    cosigned_by, missing : the names of the witnesses that cosigned, and of those that did not
    """

    checkpoint: Checkpoint
    note: str | None
    vkey: str
    first_vkey: str
    num_shards: int
    num_entries: int
    cosigned_by: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShardKey:
    """One shard of the log: its origin, the number of its first entry, how many it holds, and its public key."""

    origin: str
    first: int
    num_entries: int
    vkey: str


@dataclass(frozen=True, slots=True)
class LogKeys:
    """Every shard's key, and the file that proves how each follows from the one before, where one was written."""

    shards: tuple[ShardKey, ...]
    file: Path | None


@dataclass(frozen=True, slots=True)
class AnswerWritten:
    """Entries with their proofs, written to a file, and the public key to check it with."""

    file: Path
    count: int
    vkey: str


@dataclass(frozen=True, slots=True)
class EntryProof:
    """The proof of one entry as text, the entry inside, and the public key to check it with."""

    entry: int
    text: str
    vkey: str


@dataclass(frozen=True, slots=True)
class ProofWritten:
    """The proof of one entry, written to a file, and the public key to check it with."""

    entry: int
    file: Path
    num_bytes: int
    vkey: str


@dataclass(frozen=True, slots=True)
class PeriodWritten:
    """A period of the log, written to a file: the number of its first entry, how many there are, and the public key."""

    file: Path
    first: int
    num_entries: int
    vkey: str


@dataclass(frozen=True, slots=True)
class ProofHolds:
    """A proof was checked and holds: ``data`` is the entry that stands as number ``entry`` in ``shard``."""

    entry: int
    shard: str
    data: bytes


@dataclass(frozen=True, slots=True)
class AnswerHolds:
    """An answer was checked and holds: it has ``count`` entries, all there are to the question ``asked``."""

    count: int
    asked: Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class LogHolds:
    """A log, or a period of it, was audited and holds: how many entries were checked, and the root over them."""

    size: int
    root: bytes
