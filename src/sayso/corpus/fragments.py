"""Fragments: files of rows in the order of speakers, so that few of them hold any one speaker.

What is taken away of one speaker is paid for by the files that hold them. Rows of a speaker lie side by side, and
a file ends where the next speaker would not fit: n rows of a speaker lie in ``ceil(n / most)`` files, the least.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

FRAGMENT_ROWS: Final = 32_768
"""Rows in a file at most: about 32 MB with embeddings of 192 numbers."""

ORDER: Final = ("speaker", "grant", "licence", "evidence", "purpose", "expires", "source_digest", "segment")
"""By what rows are ordered."""


def in_order(table: pa.Table) -> pa.Table:
    """Return the rows by speaker, then by basis, then by recording and segment."""
    return table.sort_by([(name, "ascending") for name in ORDER])


def starts(table: pa.Table, *columns: str) -> np.ndarray:
    """Return where runs of equal ``columns`` start: ``"runs"`` indices, the first 0; none for no rows."""
    if not table.num_rows:
        return np.zeros(0, np.int64)
    changed = np.zeros(table.num_rows, bool)
    changed[0] = True
    for name in columns:
        codes = table[name].combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
        changed[1:] |= codes[1:] != codes[:-1]
    return np.flatnonzero(changed)


def cut(tables: Iterable[pa.Table], most: int) -> Iterator[pa.Table]:
    """Yield ``tables``, which are in order, as tables of at most ``most`` rows that part no speaker who fits in one."""
    import pyarrow as pa  # noqa: PLC0415 - of the extra

    held: list[pa.Table] = []
    for table in tables:
        held = [pa.concat_tables([*held, table])]
        while held[0].num_rows > most:
            end = _end(held[0].slice(0, most + 1), most)
            yield held[0].slice(0, end)
            held = [held[0].slice(end)]
    yield from (rest for rest in held if rest.num_rows)


def _end(ahead: pa.Table, most: int) -> int:
    """Return the last start of a speaker in the first rows; ``most`` where one speaker fills them."""
    last = int(starts(ahead, "speaker")[-1])
    return last or most


def sizes(speakers: Iterable[str], most: int) -> Iterator[int]:
    """Yield the lengths that `cut` gives to tables, from the speaker of each row alone."""
    held = 0
    for _, run in itertools.groupby(speakers):
        count = sum(1 for _ in run)
        if held + count > most and held:
            yield held
            held = 0
        while held + count > most:
            yield most
            count -= most
        held += count
    if held:
        yield held


def write_fragment(table: pa.Table, uri: str, schema: pa.Schema) -> list[Any]:
    """Write ``table`` as one file of the dataset at ``uri`` and return its metadata; no reader sees it yet."""
    return write_batches(table.to_batches(), table.num_rows, uri, schema)


def write_batches(batches: Iterable[pa.RecordBatch], count: int, uri: str, schema: pa.Schema) -> list[Any]:
    """Write ``batches`` of ``count`` rows as `write_fragment` does; one of them is in memory at a time."""
    import lance  # noqa: PLC0415 - of the extra
    import pyarrow as pa  # noqa: PLC0415 - of the extra

    reader = pa.RecordBatchReader.from_batches(schema, batches)
    return list(lance.fragment.write_fragments(reader, uri, mode="overwrite", max_rows_per_file=max(1, count)))
