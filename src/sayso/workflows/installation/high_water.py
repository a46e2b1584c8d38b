"""The high-water mark: how far the log had come, remembered in a folder outside the home.

Without a witness nobody knows that a whole home is an old one. Where the settings name a folder that is not restored
together with the home (another disk, another account), a witness of this installation's own is kept there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sayso.ledger.errors import LogForked, ProofFailed
from sayso.ledger.log import Log
from sayso.ledger.merkle import consistency_ranges
from sayso.ledger.note import VerifierKey
from sayso.ledger.reading import PublishedShard
from sayso.ledger.witness import Submission, Witness, witness_key

_NAME: Final = "high-water"


class HighWater:
    """A witness in a folder: told of the log after each command, asked before each permit."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which is made when something is remembered first."""
        self._folder = folder

    def rise(self, log: Log) -> None:
        """Remember the published checkpoints of the log's last two shards.

        Raise `LogForked` where more of the log is remembered, or another history.
        """
        shards = log.shards()
        published = [each for each in shards[-2:] if each.note is not None]
        if published:
            keys = [VerifierKey.parse(each.shard.vkey) for each in published]
            witness = Witness(self._folder, witness_key(self._folder, _NAME), keys)
            for each in published:
                self._show(witness, each)

    def _show(self, witness: Witness, shard: PublishedShard) -> None:
        known, new = witness.last(shard.checkpoint.origin), shard.checkpoint
        if known == new:
            return
        if known.size > new.size:
            raise LogForked(f"{self._folder} remembers {known.size} entries of the log, the home has {new.size}")
        proof = tuple(shard.tree().hashes(consistency_ranges(known.size, new.size))) if known.size else ()
        try:
            witness.add_checkpoint(str(Submission(known.size, proof, shard.note or "")))
        except ProofFailed as error:
            raise LogForked(f"{self._folder} remembers another history of {new.origin}") from error
