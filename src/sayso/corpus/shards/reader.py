"""Reading WebDataset shards back: from where one stopped, each file checked, and nothing whose time is over."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sayso.clock import Clock, now, stamp
from sayso.corpus.errors import ExportTargetTaken, ShardDamaged
from sayso.corpus.shards.export import ShardFormat, is_whole
from sayso.corpus.shards.index import DATA, CorpusShard, ShardIndex


@dataclass(frozen=True, slots=True)
class ShardSample:
    """A segment as it was exported: what is told of it, and its sound as FLAC."""

    told: dict[str, Any]
    sound: bytes


@dataclass(frozen=True, slots=True)
class ReadingPlace:
    """How far a reader is: so many shards, and so many segments of the next. It can be kept as JSON."""

    shards: int = 0
    segments: int = 0


class ShardReader:
    """Yields the samples of an export in WebDataset's layout, in order; ``place`` says where it is.

    A shard is checked against the index before the first sample of it is given. Rows whose basis has ended when they
    are read are passed over, so a copy of shards that nobody renewed falls silent by itself.
    """

    def __init__(self, folder: Path, place: ReadingPlace | None = None, clock: Clock = now) -> None:
        """Read the export in ``folder`` from ``place``; raise `FileMissing` or `ShardDamaged` as `ShardIndex.read`."""
        self._folder, self._clock = folder, clock
        self._index = ShardIndex.read(folder)
        if self._index.layout != ShardFormat.WEBDATASET:
            raise ExportTargetTaken(
                f"{folder} is an export as {self._index.layout}; read it with the library it is for"
            )
        self.place = place or ReadingPlace()

    def __iter__(self) -> Self:
        """Return the reader itself: it has one place."""
        self._samples = self._all()
        return self

    def __next__(self) -> ShardSample:
        """Return the next sample that may be used now."""
        return next(self._samples)

    def _all(self) -> Iterator[ShardSample]:
        while self.place.shards < len(self._index.shards):
            shard = self._index.shards[self.place.shards]
            for number, found in enumerate(self._of(shard)):
                if number < self.place.segments:
                    continue
                self.place = ReadingPlace(self.place.shards, number + 1)
                ends = found.told["expires"]
                if not ends or ends > stamp(self._clock()):
                    yield found
            self.place = ReadingPlace(self.place.shards + 1)

    def _of(self, shard: CorpusShard) -> Iterator[ShardSample]:
        path = self._folder / DATA / shard.files[0].name
        if not is_whole(path, shard.files[0]):
            raise ShardDamaged(f"{path} is not what the index says; export again")
        with tarfile.open(path) as tar:
            parts: dict[str, bytes] = {}
            for member in tar:
                file = tar.extractfile(member)
                parts[member.name.rpartition(".")[2]] = file.read() if file else b""
                if len(parts) == 3:
                    yield ShardSample(json.loads(parts["json"]), parts["flac"])
                    parts = {}
