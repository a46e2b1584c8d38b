"""The table that a bench writes, sample by sample: broken off anywhere, it goes on behind the last whole sample."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sayso.clock import now, stamp
from sayso.disk import write_document
from sayso.fairness.cohort import CohortMember
from sayso.fairness.errors import TableInvalid
from sayso.fairness.subject import JudgedVersion
from sayso.fairness.table import COLUMNS, STRATUM, SampleKind

SAMPLE: Final = "sample"
_ROWS: Final = "rows"  # that the sample has in all
_VERSION: Final = "version"
_AT: Final = "at"  # when the sample was measured
_HEADER: Final = (*COLUMNS, STRATUM, SAMPLE, _ROWS, _VERSION, _AT)


@dataclass(frozen=True, slots=True)
class SampleFigure:
    """What one metric says of one sample, or of the same person's own speech."""

    metric: str
    value: float
    kind: SampleKind = SampleKind.SYNTHETIC


class MeasuredTable:
    """A CSV file that `read_table` reads, with the digest of each recording, the version, and when it was measured.

    ``begun`` is when the first sample was; empty where there is none.
    """

    def __init__(self, path: Path, version: JudgedVersion, members: Mapping[str, CohortMember]) -> None:
        """Take up the file at ``path``: samples of ``members`` (by digest) stay, with the groups that they have now.

        Those of others leave the table. Raise `TableInvalid` where it is no such table, or one of another version; then
        the file stays as it is.
        """
        self._path, self._version = path, f"{version.of} {version.digest}"
        kept = [row for row in self._rows() if row[SAMPLE] in members]
        self.done = {row[SAMPLE] for row in kept}
        self.begun = min((row[_AT] for row in kept), default="")
        for row in kept:
            member = members[row[SAMPLE]]
            row.update({"speaker": member.speaker, "group": member.group, STRATUM: member.stratum})
        self._write(kept)

    def settle(self, order: Iterable[str]) -> None:
        """Write the samples in ``order``, whichever was done first, so that the same figures are the same table."""
        places = {sample: number for number, sample in enumerate(order)}
        self._write(sorted(self._rows(), key=lambda row: places[row[SAMPLE]]))

    def _write(self, rows: Iterable[Mapping[str, str]]) -> None:
        write_document(self._path, _lines([_HEADER, *([row[name] for name in _HEADER] for row in rows)]), mode=0o600)

    def add(self, sample: str, member: CohortMember, figures: Iterable[SampleFigure]) -> None:
        """Write what was measured of one recording, whole and durably."""
        whole = list(figures)
        at = stamp(now())
        self.begun = self.begun or at
        about = (member.stratum, sample, str(len(whole)), self._version, at)
        rows = [(member.speaker, member.group, one.metric, repr(one.value), one.kind.value, *about) for one in whole]
        with self._path.open("a", encoding="utf-8", newline="") as file:
            file.write(_lines(rows))
            file.flush()
            os.fsync(file.fileno())
        self.done.add(sample)

    def _rows(self) -> list[dict[str, str]]:
        """Return the rows that are there, without those of a sample that was broken off."""
        if not self._path.exists():
            return []
        foreign = TableInvalid(f"{self._path} is no table that was measured here; name another file")
        try:
            text = self._path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            raise foreign from None
        if not text.startswith(_lines([_HEADER])):
            raise foreign
        rows = list(csv.DictReader(io.StringIO(text.rpartition("\n")[0])))
        if other := next((row[_VERSION] for row in rows if row[_VERSION] != self._version), None):
            raise TableInvalid(
                f"{self._path} holds measurements of {other[:80]}; name another file for {self._version}"
            )
        return _whole(rows)


def _whole(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rows of samples that were written to their end; one that was broken off is measured again."""
    counts = Counter(row[SAMPLE] for row in rows)
    return [row for row in rows if row[_ROWS] == str(counts[row[SAMPLE]])]  # None in a row that was cut


def _lines(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
