"""The catalogue: all rows of a corpus, published as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from sayso.corpus.row import Segment, schema

_FILE: Final = "catalogue.arrow"


class Catalogue:
    """The rows of one corpus in ``folder`` as an Arrow file."""

    def __init__(self, folder: Path) -> None:
        """Open the catalogue in ``folder``, which may have none yet."""
        self._path = folder / _FILE

    def publish(self, rows: Iterable[Segment]) -> None:
        """Put ``rows`` in place of all that is there, in one step: a reader sees the old ones or the new ones."""
        import pyarrow as pa  # noqa: PLC0415 - of the extra

        table = pa.Table.from_pylist([row.record() for row in rows], schema=schema())
        draft = self._path.with_suffix(".draft")
        with pa.ipc.new_file(draft, table.schema) as file:
            file.write_table(table)
        draft.replace(self._path)

    def rows(self) -> Iterator[Segment]:
        """Yield every row, as it was published."""
        import pyarrow as pa  # noqa: PLC0415 - of the extra

        if self._path.exists():
            for batch in pa.ipc.open_file(self._path).read_all().to_batches():
                yield from (Segment.of(record) for record in batch.to_pylist())
