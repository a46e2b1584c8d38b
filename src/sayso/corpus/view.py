"""What may be seen of a catalogue now: rows whose grant is in force and whose basis has not expired, and no others.

It is asked at every reading, on old versions too: a version published before a withdrawal shows nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sayso.corpus.catalogue import Catalogue
from sayso.corpus.condition import Condition, quoted
from sayso.corpus.errors import SegmentUnknown
from sayso.corpus.quota import Quotas
from sayso.corpus.row import USABLE, Segment
from sayso.corpus.sampling import Sample, Stratum, places, sample
from sayso.corpus.voiceprints import NearVoice, nearest_voices

if TYPE_CHECKING:
    import lance
    import pyarrow as pa

InForce = Callable[[frozenset[str]], frozenset[str]]
"""Given the grants of a catalogue, return those that are in force for what is asked."""

_BATCH: Final = 4_096


@dataclass(frozen=True, slots=True)
class FoundSegments:
    """What meets a condition: how many segments, how long they are together, and the first of them."""

    segments: int
    seconds: float
    rows: tuple[Segment, ...]


class CorpusView:
    """The rows of one version that may be used now."""

    def __init__(self, catalogue: Catalogue, in_force: InForce, *, at: str, version: int | None = None) -> None:
        """Open ``version``, by default the last, at the moment ``at`` (a stamp); raise as `Catalogue.open`."""
        published = catalogue.open(version)
        self._rows, self._voices = published.segments, published.voices
        self._allowed = _allowed(self._voices, in_force, at)

    @property
    def version(self) -> int:
        """The version that is seen."""
        return int(self._rows.version)

    def told(self, condition: Condition) -> Condition:
        """Return ``condition`` within what is allowed; where it does not ask for a decision, within usable rows."""
        told = self._allowed & condition
        return told if "decision" in condition.columns else usable() & told

    def find(self, condition: Condition, *, limit: int) -> FoundSegments:
        """Return what meets ``condition``, with at most ``limit`` rows."""
        told = self.told(condition).sql
        lengths = self._rows.to_table(columns=["seconds"], filter=told)["seconds"].to_numpy()
        rows = self._rows.to_table(filter=told, limit=limit).to_pylist() if limit else []
        return FoundSegments(len(lengths), float(lengths.sum()), tuple(Segment.of(row) for row in rows))

    def sample(self, quotas: Quotas, seed: int, condition: Condition) -> Sample:
        """Draw usable segments that meet ``condition``, by ``quotas``; see `sampling`."""
        return sample(self._rows, quotas, seed, self.told(condition))

    def chosen(self, condition: Condition, quotas: Quotas | None, seed: int) -> tuple[np.ndarray, tuple[Stratum, ...]]:
        """Return the places of what meets ``condition``: by ``quotas`` as `sample` draws it, or all of it."""
        if quotas is not None:
            drawn = self.sample(quotas, seed, condition)
            return drawn.places, drawn.strata
        scan = self._rows.scanner(columns=[], filter=self.told(condition).sql, with_row_address=True)
        return places(self._rows, scan.to_table()["_rowaddr"].to_numpy()), ()

    def withheld(self, condition: Condition) -> int:
        """Return how many usable rows meet ``condition`` and are on no basis that lets them be used now."""
        asked = condition if "decision" in condition.columns else usable() & condition
        whole = self._rows.count_rows(asked.sql or None)
        return int(whole - self._rows.count_rows(self.told(condition).sql))

    def keys(self, at: np.ndarray) -> pa.Table:
        """Return ``segment``, ``speaker`` and ``seconds`` of the rows at places ``at``, in that order."""
        return self._rows.take(at.tolist(), columns=["segment", "speaker", "seconds"])

    def take(self, at: np.ndarray) -> Iterator[Segment]:
        """Yield the rows at places ``at`` without their embeddings, in that order."""
        columns = [name for name in self._rows.schema.names if name != "embedding"]
        for start in range(0, len(at), _BATCH):
            table = self._rows.take(at[start : start + _BATCH].tolist(), columns=columns)
            yield from (Segment.of(row) for row in table.to_pylist())

    def every(self, condition: Condition) -> Iterator[Segment]:
        """Yield every row that meets ``condition``, as `find` does without a limit."""
        scan = self._rows.scanner(filter=self.told(condition).sql, batch_size=_BATCH, scan_in_order=True)
        for batch in scan.to_batches():
            yield from (Segment.of(row) for row in batch.to_pylist())

    def segment(self, name: str) -> Segment:
        """Return the segment; raise `SegmentUnknown` where there is none that may be used now."""
        told = (Condition(f"`segment` = {quoted(name)}") & self._allowed).sql
        rows = self._rows.to_table(filter=told, limit=1).to_pylist()
        if not rows:
            raise SegmentUnknown(f"segment: got {name[:60]!r}, expected one that may be used now; find shows them")
        return Segment.of(rows[0])

    def nearest(self, vector: np.ndarray, count: int) -> list[NearVoice]:
        """Return the ``count`` voices nearest to ``vector``, a CAM++ embedding of 192 numbers, the nearest first."""
        return nearest_voices(self._voices, vector, count, self._allowed)

    @property
    def rows(self) -> lance.LanceDataset:
        """All rows of the version, allowed or not: for counts that name nobody."""
        return self._rows

    @property
    def allowed(self) -> Condition:
        """What may be seen now."""
        return self._allowed


def usable() -> Condition:
    """Return what has a sound: kept or repaired."""
    return Condition.among("decision", {str(one) for one in USABLE})


def _allowed(voices: lance.LanceDataset, in_force: InForce, at: str) -> Condition:
    """Return what stands on a basis that has not expired ``at`` that moment, and on no grant that is not in force.

    The voices say which bases there are: what all rows meet is not asked of each.
    """
    bases = voices.to_table(columns=["grant", "licence", "evidence", "expires"])
    grants = frozenset(bases["grant"].unique().to_pylist()) - {""}
    told = Condition.among("grant", grants - in_force(grants), outside=True)
    licensed = zip(*(bases[name].to_pylist() for name in ("grant", "licence", "evidence")), strict=True)
    if not all(grant or (licence and evidence) for grant, licence, evidence in licensed):
        told &= Condition("`grant` <> '' OR (`licence` <> '' AND `evidence` <> '')")
    if any("" < end <= at for end in bases["expires"].unique().to_pylist()):
        told &= Condition(f"`expires` = '' OR `expires` > {quoted(at)}")
    return told
