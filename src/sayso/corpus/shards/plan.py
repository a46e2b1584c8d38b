"""Which segment goes into which shard: by a hash of its speaker, so what one speaker withdraws changes one shard.

A speaker with more than a shard's worth is spread over as many shards as that takes. Within a shard the order is that
of `sampling.priorities`: mixed, and the same for one seed.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Final

import numpy as np

from sayso.corpus.sampling import priorities

if TYPE_CHECKING:
    import pyarrow as pa

SHARD_SECONDS: Final = 3_600.0
"""Speech in a shard, about: an hour of FLAC at 16 kHz is 60 MB."""


def shard_count(seconds: float, shard_seconds: float = SHARD_SECONDS) -> int:
    """Return how many shards ``seconds`` of speech take."""
    return max(1, math.ceil(seconds / shard_seconds))


def planned(keys: pa.Table, *, count: int, seed: int, shard_seconds: float = SHARD_SECONDS) -> dict[int, np.ndarray]:
    """Return for each shard that is not empty its rows of ``keys`` (segment, speaker, seconds), in order."""
    order = priorities(keys["segment"].combine_chunks(), seed)
    codes = keys["speaker"].combine_chunks().dictionary_encode()
    which = codes.indices.to_numpy(zero_copy_only=False)
    speakers = codes.dictionary.to_pylist()
    long = np.bincount(which, weights=keys["seconds"].to_numpy(), minlength=len(speakers))
    parts = np.maximum(1, np.ceil(long / shard_seconds)).astype(np.uint64)
    part = order % parts[which]
    first = np.concatenate([[0], np.cumsum(parts)[:-1]]).astype(np.int64)
    homes = [_home(name, one, count) for name, many in zip(speakers, parts, strict=True) for one in range(int(many))]
    shard = np.array(homes, np.int64)[first[which] + part.astype(np.int64)]
    by = np.lexsort((order, shard))
    bounds = np.flatnonzero(np.diff(shard[by], prepend=-1))
    return {int(shard[rows[0]]): rows for rows in np.split(by, bounds[1:]) if len(rows)}


def _home(speaker: str, part: int, count: int) -> int:
    told = hashlib.sha256(f"shard {speaker} {part}".encode()).digest()
    return int.from_bytes(told[:8], "big") % count
