"""Measurements of samples, as a table; kept as sums by speaker, so that its length does not matter."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from sayso.fairness.errors import TableInvalid

COLUMNS: Final = ("speaker", "group", "metric", "value", "kind")
STRATUM: Final = "stratum"
MAX_FIELD: Final = 200


class SampleKind(StrEnum):
    """Where a sample comes from."""

    REAL = "real"
    SYNTHETIC = "synthetic"


@dataclass(frozen=True)
class Measurement:
    """One value of one sample."""

    speaker: str
    group: str
    metric: str
    value: float
    kind: SampleKind
    stratum: str = ""


@dataclass
class Values:
    """What is kept of a speaker's values."""

    count: int = 0
    total: float = 0.0
    is_binary: bool = True

    def add(self, value: float) -> None:
        """Count one more value."""
        self.count += 1
        self.total += value
        self.is_binary = self.is_binary and value in {0.0, 1.0}

    @property
    def mean(self) -> float:
        """The mean of at least one value."""
        return self.total / self.count


@dataclass(frozen=True)
class Cell:
    """What names the samples that are summed together."""

    metric: str
    stratum: str
    group: str
    kind: SampleKind
    speaker: str


@dataclass(frozen=True)
class Table:
    """Values by metric, stratum, group, kind and speaker."""

    cells: Mapping[Cell, Values] = field(default_factory=dict)

    def metrics(self) -> list[str]:
        """Return the metrics of synthetic samples, sorted."""
        return sorted({cell.metric for cell in self.cells if cell.kind is SampleKind.SYNTHETIC})


def read_table(path: Path) -> Table:
    """Read a CSV file with a header line; raise `TableInvalid` naming the line at fault.

    Columns: speaker, group, metric, value (a finite number) and kind (``real`` or ``synthetic``); ``stratum``, such as
    a device, may be there; others are ignored. UTF-8, commas.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return tabulated(_measurements(csv.reader(file, strict=True)))
    except OSError as error:
        raise TableInvalid(f"the table {path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableInvalid(f"the table {path} is no CSV file in UTF-8: {error}") from None


def tabulated(measurements: Iterable[Measurement]) -> Table:
    """Return the sums of ``measurements``; raise `TableInvalid` where none is synthetic."""
    cells: dict[Cell, Values] = {}
    for one in measurements:
        cell = Cell(one.metric, one.stratum, one.group, one.kind, one.speaker)
        cells.setdefault(cell, Values()).add(one.value)
    table = Table(cells)
    if not table.metrics():
        raise TableInvalid("got no synthetic sample, expected rows whose kind is synthetic")
    return table


def _measurements(rows: Iterator[list[str]]) -> Iterator[Measurement]:
    header = [name.strip().lower() for name in next(rows, [])]
    if missing := [name for name in COLUMNS if name not in header]:
        raise TableInvalid(f"got no column {', '.join(missing)}, expected a header with {', '.join(COLUMNS)}")
    if twice := [name for name in (*COLUMNS, STRATUM) if header.count(name) > 1]:
        raise TableInvalid(f"got the column {twice[0]} twice, expected it once")
    for number, row in enumerate(rows, start=2):
        if any(text.strip() for text in row):
            yield _measurement(dict(zip(header, row, strict=False)), number)


def _measurement(row: Mapping[str, str], number: int) -> Measurement:
    texts = {name: _text(row, name, number) for name in COLUMNS}
    return Measurement(
        speaker=texts["speaker"],
        group=texts["group"],
        metric=texts["metric"],
        value=_number(texts["value"], number),
        kind=_kind(texts["kind"], number),
        stratum=row.get(STRATUM, "").strip()[:MAX_FIELD],
    )


def _text(row: Mapping[str, str], name: str, number: int) -> str:
    text = row.get(name, "").strip()
    if not 0 < len(text) <= MAX_FIELD:
        raise TableInvalid(f"line {number}: got {len(text)} characters as {name}, expected 1 to {MAX_FIELD}")
    return text


def _number(text: str, number: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise TableInvalid(f"line {number}: got the value {text[:40]!r}, expected a finite number")
    return value


def _kind(text: str, number: int) -> SampleKind:
    try:
        return SampleKind(text.lower())
    except ValueError:
        raise TableInvalid(f"line {number}: got the kind {text[:40]!r}, expected real or synthetic") from None
