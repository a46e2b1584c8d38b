"""Shards: a log is a chain of them, one a year and one a key, each a C2SP log of its own that ends.

The last entry of a shard, ``ledger:shard:closed``, names the public key of the next, and is signed by the old key like
every entry before it. The first entry of the next, ``ledger:shard:opened``, names the final checkpoint of the one
before. So one key leads to all the others, in both directions: see `succession`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from sayso.ledger.account_acts import ShardClosed, ShardOpened
from sayso.ledger.checkpoint import Checkpoint
from sayso.ledger.entry import Entry
from sayso.ledger.errors import LedgerTampered, NoteInvalid
from sayso.ledger.note import SignerKey, VerifierKey

CLOSED: Final = ShardClosed.TYPES[0]
OPENED: Final = ShardOpened.TYPES[0]

Keys = Callable[[int], bytes]
"""Called with the number of a key, from 0: its 32-byte Ed25519 seed, made at the first call."""

_NAME: Final = re.compile(r"([0-9]{4})(?:\.([2-9]|[1-9][0-9]{1,3}))?")


@dataclass(frozen=True, slots=True)
class Shard:
    """One shard: ``base`` entries stand in the shards before it; ``key`` is the number of the key that signs it."""

    number: int
    origin: str
    base: int
    key: int
    vkey: str

    @classmethod
    def first(cls, log: str, year: int, keys: Keys) -> Self:
        """Return the first shard of ``log``, named after the year."""
        return cls._signed(0, f"{log}/{year:04d}", base=0, key=0, keys=keys)

    @classmethod
    def after(cls, last: Shard, *, size: int, year: int, key: int, keys: Keys) -> Self:
        """Return the shard after ``last``, which ends with ``size`` entries; the second of a year is ``2026.2``."""
        log, _, _ = last.origin.rpartition("/")
        name = f"{year:04d}" if year > last.year else f"{last.year:04d}.{last.turn + 1}"
        return cls._signed(last.number + 1, f"{log}/{name}", base=last.base + size, key=key, keys=keys)

    @classmethod
    def _signed(cls, number: int, origin: str, *, base: int, key: int, keys: Keys) -> Self:
        return cls(number, origin, base, key, str(SignerKey(origin, keys(key)).verifier))

    @property
    def name(self) -> str:
        """The name of its folder: the year, and its number in the year from the second on."""
        return self.origin.rpartition("/")[2]

    @property
    def year(self) -> int:
        """The year it was opened for."""
        return self._named()[0]

    @property
    def turn(self) -> int:
        """Its number in its year, from 1."""
        return self._named()[1]

    def _named(self) -> tuple[int, int]:
        found = _NAME.fullmatch(self.name)
        if found is None:
            raise LedgerTampered(f"ledger_shards row {self.number}: got the origin {self.origin[:80]!r}, no shard's")
        return int(found[1]), int(found[2] or 1)

    @property
    def verifier(self) -> VerifierKey:
        """The public key that its checkpoints are signed with; raise `LedgerTampered` where the row has none."""
        try:
            return _read(self.vkey)
        except NoteInvalid as error:
            raise LedgerTampered(f"ledger_shards row {self.number}: {error.message}") from None

    def signer(self, keys: Keys) -> SignerKey:
        """Return the key that signs it; raise `LedgerTampered` where the one that is kept is another."""
        found = SignerKey(self.origin, keys(self.key))
        if str(found.verifier) != self.vkey:
            raise LedgerTampered(
                f"ledger_shards row {self.number}: its key is not key {self.key} of this installation; the row was"
                " altered or the key was lost: restore it"
            )
        return found


@lru_cache(maxsize=64)
def _read(vkey: str) -> VerifierKey:
    return VerifierKey.parse(vkey)


def closing(shard: Shard, after: Shard, at: str) -> Entry:
    """Return the last entry of ``shard``, by which its key hands over to that of ``after``."""
    return ShardClosed(origin=shard.origin, next=after.vkey).entry(at)


def opening(shard: Shard, final: Checkpoint, at: str) -> Entry:
    """Return the first entry of the shard after ``shard``, whose final checkpoint it commits to."""
    opened = ShardOpened(origin=final.origin, size=final.size, root=final.root.hex(), vkey=shard.vkey)
    return opened.entry(at)


def check_shards(shards: Sequence[Shard], log: str) -> None:
    """Return if these rows can be the shards of ``log``; raise `LedgerTampered` naming the row that cannot."""
    for place, shard in enumerate(shards):
        before = shards[place - 1] if place else None
        fits = (
            shard.number == place
            and shard.origin == f"{log}/{shard.name}"
            and shard.verifier.name == shard.origin
            and (_follows(shard, before) if before else (shard.base, shard.key) == (0, 0))
        )
        if not fits:
            raise LedgerTampered(f"ledger_shards row {shard.number}: does not follow the shard before it; restore it")


def _follows(shard: Shard, before: Shard) -> bool:
    is_later = (before.year, before.turn) < (shard.year, shard.turn)
    is_rotated = before.verifier.public != shard.verifier.public
    return is_later and before.base < shard.base and shard.key == before.key + is_rotated
