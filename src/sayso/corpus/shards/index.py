"""The index of an export: which shards there are, what is in them, until when it may be read. It is written last."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from sayso.corpus.errors import ShardDamaged
from sayso.disk import read_bounded, write_document

INDEX: Final = "index.json"
DATA: Final = "data"
INDEX_VERSION: Final = 1
_MOST_BYTES: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ShardFile:
    """A file of a shard: its name in the folder `DATA`, its bytes, and their SHA-256 in hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class CorpusShard:
    """A shard.

    Attributes
    ----------
    number : which of how many
    plan : SHA-256 over what it was to hold; the same plan makes the same bytes
    files : what it became
    segments, seconds, speakers : how much is in it
    grants, licences, purposes : what its rows stand on
    expires : when the first of its rows ends; "" for never
    """

    number: int
    plan: str
    files: tuple[ShardFile, ...]
    segments: int
    seconds: float
    speakers: int
    grants: tuple[str, ...]
    licences: tuple[str, ...]
    purposes: tuple[str, ...]
    expires: str

    @classmethod
    def of(cls, record: dict[str, Any]) -> Self:
        """Return the shard that was written as ``record``."""
        lists = {name: tuple(record[name]) for name in ("grants", "licences", "purposes")}
        return cls(**{**record, **lists, "files": tuple(ShardFile(**one) for one in record["files"])})


@dataclass(frozen=True, slots=True)
class ShardIndex:
    """What an export holds: the layout, the corpus and version it is of, the seed of its order, and its shards."""

    layout: str
    corpus: str
    version: int
    seed: int
    count: int
    shards: tuple[CorpusShard, ...]

    def write(self, folder: Path) -> Path:
        """Write the index into ``folder``, in one step."""
        path = folder / INDEX
        text = json.dumps({"index": INDEX_VERSION, **asdict(self)}, indent=1, sort_keys=True)
        write_document(path, text + "\n", mode=0o644)
        return path

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the index in ``folder``; raise `FileMissing` where there is none, `ShardDamaged` where it is none."""
        try:
            record = json.loads(read_bounded(folder / INDEX, _MOST_BYTES))
            record.pop("index")
            return cls(**{**record, "shards": tuple(CorpusShard.of(one) for one in record["shards"])})
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ShardDamaged(f"{folder / INDEX} is no index of shards; export again") from None
