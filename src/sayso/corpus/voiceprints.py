"""Voices of a catalogue: a row for each speaker and basis, with how much there is and the middle of their embeddings.

A recording whose speaker is not known is a voice of its own.

It is small where the catalogue is large, so grants are looked up and nearest voices found in it, never in all rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sayso.corpus.condition import Condition
from sayso.corpus.fragments import cut, starts, write_fragment
from sayso.corpus.row import EMBEDDING_SIZE, USABLE

if TYPE_CHECKING:
    import lance
    import pyarrow as pa

VOICE_ROWS: Final = 1_024
"""Voices in a file at most: about 1 MB."""

INDEXED_FROM: Final = 100_000
"""So many voices and more are searched by an index; fewer are all compared, which is exact and takes milliseconds."""

_INDEX: Final = "IVF_SQ"
"""Of Lance's indices the one that is made in seconds; 99 of the nearest 100 of a million voices are found by it."""

_PROBES: Final = {"nprobes": 128, "refine_factor": 2}

_BASIS: Final = ("speaker", "grant", "licence", "evidence", "purpose", "expires")


@dataclass(frozen=True, slots=True)
class NearVoice:
    """A voice near to one that was asked for.

    Attributes
    ----------
    speaker : whose; "" for a recording whose speaker is not known
    similarity : cosine, -1.0 to 1.0, of CAM++ embeddings
    segments, seconds : what may be used of them, under this basis
    example : their longest usable segment
    """

    speaker: str
    similarity: float
    segments: int
    seconds: float
    example: str


def voice_schema(size: int = EMBEDDING_SIZE) -> pa.Schema:
    """Return the columns of voices, with embeddings of ``size`` numbers."""
    import pyarrow as pa  # noqa: PLC0415 - of the extra

    texts = [pa.field(name, pa.string()) for name in (*_BASIS, "example")]
    numbers = [pa.field("rows", pa.int64()), pa.field("segments", pa.int64()), pa.field("seconds", pa.float64())]
    return pa.schema([*texts, *numbers, pa.field("centroid", pa.list_(pa.float32(), size))])


def voices_of(table: pa.Table) -> pa.Table:
    """Return the voices of rows that are in order."""
    found = VoicesInOrder(table.schema.field("embedding").type.list_size)
    found.add(table)
    return found.table()


class VoicesInOrder:
    """The voices of rows that come in order, a table of them after another; embeddings are summed and not kept."""

    def __init__(self, size: int = EMBEDDING_SIZE) -> None:
        """Begin with none; embeddings have ``size`` numbers."""
        self._size = size
        self._voices: list[dict[str, Any]] = []
        self._sums: list[NDArray[np.float32]] = []
        self._longest: list[float] = []

    def add(self, table: pa.Table) -> None:
        """Add the next rows; their first voice may be the last of those before."""
        if not table.num_rows:
            return
        first = _runs(table)
        usable = np.isin(np.asarray(table["decision"].to_pylist(), dtype=object), [str(one) for one in USABLE])
        seconds = np.where(usable, table["seconds"].to_numpy(), 0.0)
        longest = _longest(seconds, first)
        keys = table.select([*_BASIS, "source_digest"]).take(first).to_pylist()
        examples = table["segment"].take(longest).to_pylist()
        counted = (np.diff([*first, table.num_rows]), np.add.reduceat(usable.astype(np.int64), first))
        told = zip(keys, examples, *counted, np.add.reduceat(seconds, first), strict=True)
        sums = _sums(table["embedding"], usable, first, self._size)
        for (key, example, rows, segments, length), most, summed in zip(told, seconds[longest], sums, strict=True):
            voice = {**key, "example": example, "rows": int(rows), "segments": int(segments), "seconds": float(length)}
            self._put(voice, float(most), summed)

    def _put(self, voice: dict[str, Any], longest: float, summed: NDArray[np.float32]) -> None:
        if not self._voices or not _is_one(self._voices[-1], voice):
            self._voices.append(voice)
            self._longest.append(longest)
            self._sums.append(summed)
            return
        last = self._voices[-1]
        for name in ("rows", "segments", "seconds"):
            last[name] += voice[name]
        if longest > self._longest[-1]:
            last["example"], self._longest[-1] = voice["example"], longest
        self._sums[-1] = self._sums[-1] + summed

    def table(self) -> pa.Table:
        """Return the voices so far, each with the mean direction of its usable embeddings; null where it has none."""
        import pyarrow as pa  # noqa: PLC0415 - of the extra

        schema = voice_schema(self._size)
        names = [name for name in schema.names if name != "centroid"]
        columns = [pa.array([one[name] for one in self._voices], schema.field(name).type) for name in names]
        sums = np.array(self._sums, np.float32).reshape(-1, self._size)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        means = (sums / np.where(lengths > 0, lengths, 1)).astype(np.float32)
        mask = pa.array(lengths[:, 0] == 0)
        centroids = pa.FixedSizeListArray.from_arrays(pa.array(means.ravel()), self._size, mask=mask)
        return pa.table([*columns, centroids], schema=schema)


def _is_one(last: dict[str, Any], voice: dict[str, Any]) -> bool:
    """Return whether two runs of rows side by side are one voice; one of nobody known ends with its recording."""
    return all(last[name] == voice[name] for name in (*_BASIS, *(() if voice["speaker"] else ("source_digest",))))


def _runs(table: pa.Table) -> np.ndarray:
    """Return where voices start: with each speaker and basis, and with each recording whose speaker is not known."""
    first = starts(table, *_BASIS)
    recordings = starts(table, *_BASIS, "source_digest")
    is_unknown = np.array([not one for one in table["speaker"].take(recordings).to_pylist()], bool)
    return np.union1d(first, recordings[is_unknown])


def _longest(seconds: np.ndarray, first: np.ndarray) -> np.ndarray:
    bounds = [*first, len(seconds)]
    return np.array([a + int(np.argmax(seconds[a:b])) for a, b in itertools.pairwise(bounds)], np.int64)


def _sums(column: Any, usable: np.ndarray, first: np.ndarray, size: int) -> NDArray[np.float32]:
    """Return the sum of the usable embeddings of each run; 0 where there is none."""
    import pyarrow as pa  # noqa: PLC0415 - of the extra

    array = column.combine_chunks()
    known = usable & np.asarray(array.is_valid())
    vectors = np.zeros((len(usable), size), np.float32)
    vectors[known] = array.filter(pa.array(known)).flatten().to_numpy().reshape(-1, size)
    return np.asarray(np.add.reduceat(vectors, first, axis=0), np.float32)


class Voiceprints:
    """The voices of one corpus, a Lance dataset in ``folder`` with versions of its own."""

    def __init__(self, folder: Path) -> None:
        """Open the voices in ``folder``, which may have none yet."""
        self._uri = str(folder / "voices.lance")

    @property
    def folder(self) -> Path:
        """Where the voices are."""
        return Path(self._uri)

    def at(self, version: int) -> lance.LanceDataset:
        """Return the voices as they were at ``version``."""
        import lance  # noqa: PLC0415 - of the extra

        return lance.dataset(self._uri, version=version)

    def publish(self, tables: Iterable[pa.Table], schema: pa.Schema) -> int:
        """Put the voices in ``tables`` in place of all that are there; return the version."""
        written = [one for table in cut(tables, VOICE_ROWS) for one in write_fragment(table, self._uri, schema)]
        return self._commit(schema, written)

    def without(self, speaker: str, version: int) -> int:
        """Return a version that has the voices of ``version`` but that of ``speaker``; other files are taken over."""
        found = self.at(version)
        kept, fresh, _ = without(found, self._uri, speaker)
        return self._commit(found.schema, [*kept, *fresh])

    def forget(self) -> None:
        """Take the bytes of all versions but the last from the disk."""
        import lance  # noqa: PLC0415 - of the extra

        lance.dataset(self._uri).cleanup_old_versions(timedelta(0), delete_unverified=True)

    def _commit(self, schema: pa.Schema, fragments: list[Any]) -> int:
        import lance  # noqa: PLC0415 - of the extra

        made = lance.LanceDataset.commit(self._uri, lance.LanceOperation.Overwrite(schema, fragments))
        if made.count_rows() >= INDEXED_FROM:
            made.create_index("centroid", _INDEX, metric="cosine")
            made = lance.dataset(self._uri)
        return int(made.version)


def without(dataset: lance.LanceDataset, uri: str, speaker: str) -> tuple[list[Any], list[Any], list[Any]]:
    """Return the files of ``dataset`` without ``speaker``: those kept, those written anew, and those replaced."""
    asked = Condition.among("speaker", {speaker}).sql
    found = dataset.scanner(columns=[], filter=asked, with_row_address=True).to_table()
    hit = {int(address) >> 32 for address in found["_rowaddr"].to_pylist()}
    fragments = list(dataset.get_fragments())
    replaced = [one for one in fragments if one.fragment_id in hit]
    fresh: list[Any] = []
    for one in replaced:
        rest = one.to_table(filter=Condition.among("speaker", {speaker}, outside=True).sql)
        if rest.num_rows:
            fresh += write_fragment(rest, uri, dataset.schema)
    kept = [one.metadata for one in fragments if one.fragment_id not in hit]
    return kept, fresh, [one.metadata for one in replaced]


def nearest_voices(voices: lance.LanceDataset, vector: np.ndarray, count: int, allowed: Condition) -> list[NearVoice]:
    """Return the ``count`` voices nearest to ``vector`` that ``allowed`` holds for, the nearest first.

    By an index what is near is found first and then asked whether it is allowed, which takes a third of the time; only
    where that leaves too few are all voices asked.
    """
    query: dict[str, Any] = {"column": "centroid", "q": vector.astype(np.float32), "k": 2 * count, "metric": "cosine"}
    told = (Condition("`segments` > 0") & allowed).sql
    if voices.describe_indices():
        query |= _PROBES
        found = _nearest(voices, query, told, is_asked_first=False)
        if len(found) >= count:
            return found[:count]
    return _nearest(voices, query, told, is_asked_first=True)[:count]


def _nearest(voices: lance.LanceDataset, query: dict[str, Any], told: str, *, is_asked_first: bool) -> list[NearVoice]:
    columns = ["speaker", "segments", "seconds", "example", "_distance"]
    found = voices.to_table(columns=columns, nearest=query, filter=told, prefilter=is_asked_first).to_pylist()
    once: dict[str, NearVoice] = {}
    for row in found:
        similarity = 1 - row.pop("_distance")
        once.setdefault(row["speaker"] or row["example"], NearVoice(similarity=similarity, **row))
    return list(once.values())
