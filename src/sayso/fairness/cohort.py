"""The cohort: people who let a system be measured on their recordings, and the groups that they declare."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sayso.fairness.errors import CohortInvalid
from sayso.fairness.table import MAX_FIELD, STRATUM

COLUMNS: Final = ("file", "speaker", "consented")
GROUP: Final = "group"
VOICE: Final = "voice"


@dataclass(frozen=True, slots=True)
class CohortMember:
    """One recording of one person; ``voice`` is their voice here, where an engine is measured.

    A recording that lies in no file of its own is what ``sound`` gives when it is asked; ``file`` only names it then,
    and ``sample`` tells it from others (SHA-256, hex).
    """

    file: Path
    speaker: str
    group: str
    voice: str = ""
    stratum: str = ""
    sample: str = ""
    sound: Callable[[], bytes] | None = None


@dataclass(frozen=True, slots=True)
class Cohort:
    """The recordings of those who consented, and how many others were left out."""

    members: tuple[CohortMember, ...]
    unconsented: int


def read_cohort(path: Path, by: Sequence[str] = ()) -> Cohort:
    """Read a CSV file with a header line; raise `CohortInvalid` naming the line at fault.

    Columns: file (beside the table, or absolute), speaker, consented (``yes`` or ``no``: who did not consent is left
    out), and those that ``by`` names, such as sex and accent, whose words together are the group (default: the column
    ``group``). ``voice`` and ``stratum`` may be there; others are ignored.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(_rows(csv.reader(file, strict=True), tuple(by) or (GROUP,)))
    except OSError as error:
        raise CohortInvalid(f"the cohort {path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise CohortInvalid(f"the cohort {path} is no CSV file in UTF-8: {error}") from None
    members = tuple(_member(row, path.parent, tuple(by) or (GROUP,)) for row in rows if row["consented"] == "yes")
    if not members:
        raise CohortInvalid(f"the cohort {path}: got no recording whose speaker consented, expected consented = yes")
    return Cohort(members, len(rows) - len(members))


def _rows(rows: Iterator[list[str]], by: tuple[str, ...]) -> Iterator[dict[str, str]]:
    header = [name.strip().lower() for name in next(rows, [])]
    wanted = (*COLUMNS, *by)
    if missing := [name for name in wanted if header.count(name) != 1]:
        raise CohortInvalid(
            f"got {header.count(missing[0])} columns {missing[0]}, expected one each of {', '.join(wanted)}"
        )
    for number, row in enumerate(rows, start=2):
        if any(text.strip() for text in row):
            named = {name: text.strip() for name, text in zip(header, row, strict=False)}
            _check_row(named, wanted, number)
            yield named


def _check_row(row: Mapping[str, str], wanted: Sequence[str], number: int) -> None:
    for name in wanted:
        if not 0 < len(row.get(name, "")) <= MAX_FIELD:
            raise CohortInvalid(
                f"line {number}: got {row.get(name, '')[:40]!r} as {name}, expected 1 to {MAX_FIELD} characters"
            )
    if row["consented"] not in {"yes", "no"}:
        raise CohortInvalid(f"line {number}: got consented {row['consented'][:40]!r}, expected yes or no")


def _member(row: Mapping[str, str], folder: Path, by: Sequence[str]) -> CohortMember:
    group = ", ".join(row[name] for name in by)
    return CohortMember(folder / row["file"], row["speaker"], group, row.get(VOICE, ""), row.get(STRATUM, ""))
