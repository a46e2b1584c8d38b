"""The catalogue: the rows of a corpus, published as a whole, version by version, on Lance.

Files hold the rows of few speakers each (`fragments`), so what one speaker withdraws is rewritten in one file or two.
A version is one commit: a reader sees all of it or the version before.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sayso.clock import stamp
from sayso.corpus.condition import Condition
from sayso.corpus.errors import CatalogueEmpty, CatalogueTooNew, CatalogueVersionUnknown, CorpusPartMissing
from sayso.corpus.fragments import FRAGMENT_ROWS, cut, in_order, sizes, write_batches, write_fragment
from sayso.corpus.row import SCHEMA_VERSION, Segment, schema
from sayso.corpus.voiceprints import Voiceprints, VoicesInOrder, voice_schema, voices_of, without

if TYPE_CHECKING:
    import lance
    import pyarrow as pa

_SCHEMA: Final = b"sayso.schema"
_VOICES: Final = b"sayso.voices"
_CHUNK: Final = 256


@dataclass(frozen=True, slots=True)
class CatalogueVersion:
    """A version that can be read: its number, when it was published (UTC), its rows, and the version of its columns."""

    version: int
    published: str
    rows: int
    schema_version: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal touched.

    Attributes
    ----------
    version : the version without the speaker, the only one that is left
    rows : rows taken away
    fragments : files replaced
    bytes_replaced, bytes_written : their size before and after
    """

    version: int
    rows: int
    fragments: int
    bytes_replaced: int
    bytes_written: int


@dataclass(frozen=True, slots=True)
class Published:
    """One version, opened: its rows and the voices in them."""

    segments: lance.LanceDataset
    voices: lance.LanceDataset


class Catalogue:
    """The rows of one corpus in ``folder``."""

    def __init__(self, folder: Path) -> None:
        """Open the catalogue in ``folder``, which may have none yet; raise `CorpusPartMissing` without Lance."""
        if find_spec("lance") is None:
            raise CorpusPartMissing
        self._folder = folder
        self._uri = str(folder / "segments.lance")
        self._voices = Voiceprints(folder)

    def publish(self, rows: Iterable[Segment]) -> int:
        """Put ``rows`` in place of all that is there, in one step, and return the number of the version."""
        import pyarrow as pa  # noqa: PLC0415 - of the extra

        told = (row.record() for row in rows)
        chunks = [pa.Table.from_pylist(chunk, schema=schema()) for chunk in _chunks(told)]
        return self.publish_tables([in_order(pa.concat_tables(chunks or [schema().empty_table()]))])

    def publish_ordered(self, speakers: Iterable[str], rows: Iterator[Segment]) -> int:
        """Publish as `publish` does ``rows`` that come by `fragments.ORDER`, of which a few are in memory at a time.

        ``speakers`` tells who speaks in each row, in the same order; it is read before the rows are.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        written: list[Any] = []
        voices = VoicesInOrder()
        for count in list(sizes(speakers, FRAGMENT_ROWS)):
            written += write_batches(_batches(itertools.islice(rows, count), voices), count, self._uri, schema())
        return self._commit(schema(), written, self._voices.publish([voices.table()], voice_schema()))

    def publish_tables(self, tables: Iterable[pa.Table], *, fragment_rows: int = FRAGMENT_ROWS) -> int:
        """Publish rows that come in order (see `in_order`), of which a file at a time is held; return the version.

        The embeddings may have another size than those of `row.schema`, as long as all have one.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        written: list[Any] = []
        voices: list[pa.Table] = []
        columns = schema()
        for table in cut(tables, fragment_rows):
            columns = table.schema
            voices.append(voices_of(table))
            written += write_fragment(table, self._uri, columns)
        size = columns.field("embedding").type.list_size
        return self._commit(columns, written, self._voices.publish(voices, voice_schema(size)))

    def _commit(self, columns: pa.Schema, fragments: list[Any], voices: int) -> int:
        import lance  # noqa: PLC0415 - of the extra

        told = columns.with_metadata({_SCHEMA: str(SCHEMA_VERSION), _VOICES: str(voices)})
        made = lance.LanceDataset.commit(self._uri, lance.LanceOperation.Overwrite(told, fragments))
        return int(made.version)

    def rows(self) -> Iterator[Segment]:
        """Yield every row of the last version as it was published, whoever may use it; none where there is none."""
        if self.is_published:
            for batch in self.open().segments.to_batches():
                yield from (Segment.of(record) for record in batch.to_pylist())

    def rows_of(self, speaker: str) -> Iterator[Segment]:
        """Yield the rows of ``speaker`` in every version that is kept; a segment may come more than once."""
        told = Condition.among("speaker", {speaker}).sql
        for each in self.versions() if self.is_published else ():
            found = self.open(each.version).segments.to_table(filter=told)
            yield from (Segment.of(record) for record in found.to_pylist())

    @property
    def is_published(self) -> bool:
        """Whether there is a version to read."""
        return Path(self._uri, "_versions").exists()

    def open(self, version: int | None = None) -> Published:
        """Return a version, by default the last.

        Raise `CatalogueEmpty`, `CatalogueVersionUnknown`, or `CatalogueTooNew` for columns of a later Sayso.
        """
        import lance  # noqa: PLC0415 - of the extra

        if not self.is_published:
            raise CatalogueEmpty
        try:
            found = lance.dataset(self._uri, version=version)
        except ValueError:
            there = ", ".join(str(one.version) for one in self.versions())
            raise CatalogueVersionUnknown(f"version: got {version}, expected one of {there}") from None
        _check(found)
        return Published(found, self._voices.at(int(found.schema.metadata[_VOICES])))

    def versions(self) -> list[CatalogueVersion]:
        """Return the versions that can be read, the first first. Raise `CatalogueEmpty`."""
        import lance  # noqa: PLC0415 - of the extra

        if not self.is_published:
            raise CatalogueEmpty
        return [
            CatalogueVersion(
                version=int(each["version"]),
                published=_stamped(each["timestamp"]),
                rows=int(each["metadata"].get("total_rows", 0)),
                schema_version=SCHEMA_VERSION,
            )
            for each in lance.dataset(self._uri).versions()
        ]

    def withdraw(self, speaker: str) -> Withdrawn:
        """Take every row and the voice of ``speaker`` away, and their bytes from the disk.

        Only the files that hold the speaker are written anew. The versions before would still hold them: they end.
        Killed in the middle, it is done by running it again; nobody else may publish meanwhile. Raise `CatalogueEmpty`.
        """
        last = self.open()
        kept, fresh, replaced = without(last.segments, self._uri, speaker)
        voices = self._voices.without(speaker, int(last.segments.schema.metadata[_VOICES]))
        version = self._commit(last.segments.schema, [*kept, *fresh], voices)
        self._forget()
        return Withdrawn(
            version=version,
            rows=sum(one.num_rows for one in replaced) - sum(one.num_rows for one in fresh),
            fragments=len(replaced),
            bytes_replaced=_bytes(replaced),
            bytes_written=_bytes(fresh),
        )

    def forget_unpublished(self) -> None:
        """Take away what a first publication that was broken off has left: files that no version names."""
        if not self.is_published:
            for folder in (Path(self._uri), self._voices.folder):
                shutil.rmtree(folder, ignore_errors=True)

    def _forget(self) -> None:
        import lance  # noqa: PLC0415 - of the extra

        lance.dataset(self._uri).cleanup_old_versions(timedelta(0), delete_unverified=True)
        self._voices.forget()


def _batches(rows: Iterator[Segment], voices: VoicesInOrder) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa  # noqa: PLC0415 - of the extra

    for chunk in _chunks(row.record() for row in rows):
        table = pa.Table.from_pylist(chunk, schema=schema())
        voices.add(table)
        yield from table.to_batches()


def _check(found: lance.LanceDataset) -> None:
    version = int(found.schema.metadata[_SCHEMA])
    if version > SCHEMA_VERSION:
        raise CatalogueTooNew(f"catalogue: got columns of version {version}, expected at most {SCHEMA_VERSION}")


def _stamped(moment: Any) -> str:
    aware: datetime = moment.astimezone(UTC)
    return stamp(aware)


def _bytes(fragments: Iterable[Any]) -> int:
    return sum(file.file_size_bytes or 0 for fragment in fragments for file in fragment.files)


def _chunks(records: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while chunk := list(itertools.islice(records, _CHUNK)):
        yield chunk
