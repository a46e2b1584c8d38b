"""The catalogue: all rows of a corpus, published as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from sayso.corpus.row import Segment, schema

_FILE: Final = "catalogue.parquet"


class Catalogue:
    """The rows of one corpus in ``folder``, as Parquet."""

    def __init__(self, folder: Path) -> None:
        """Open the catalogue in ``folder``, which may have none yet."""
        self._path = folder / _FILE

    def publish(self, rows: Iterable[Segment]) -> None:
        """Put ``rows`` in place of all that is there, in one step: a reader sees the old ones or the new ones."""
        import pyarrow as pa  # noqa: PLC0415 - of the extra
        import pyarrow.parquet as pq  # noqa: PLC0415

        table = pa.Table.from_pylist([row.record() for row in rows], schema=schema())
        draft = self._path.with_suffix(".draft")
        pq.write_table(table, draft)
        draft.replace(self._path)

    def rows(self) -> Iterator[Segment]:
        """Yield every row, as it was published."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - of the extra

        if self._path.exists():
            for batch in pq.ParquetFile(self._path).iter_batches():
                yield from (Segment.of(record) for record in batch.to_pylist())
