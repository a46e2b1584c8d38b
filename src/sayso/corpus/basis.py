"""The basis: why a recording may be in a corpus. A grant of its speaker, or a licence that says where it is stated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Self
from urllib.parse import urlsplit

from sayso.clock import stamp
from sayso.corpus.errors import BasisRefused
from sayso.corpus.row import Segment

LICENCES: Final = {
    "CC0-1.0": "public domain, dedicated",
    "CC-PDDC": "public domain, certified",
    "PDDL-1.0": "public domain, dedicated (data)",
    "CC-BY-3.0": "names its source",
    "CC-BY-4.0": "names its source",
    "CC-BY-SA-3.0": "names its source, shares alike",
    "CC-BY-SA-4.0": "names its source, shares alike",
    "CC-BY-NC-4.0": "not commercial",
    "CC-BY-NC-SA-4.0": "not commercial, shares alike",
    "CDLA-Permissive-2.0": "data, keeps its licence text",
    "Apache-2.0": "keeps its licence text",
    "MIT": "keeps its licence text",
}
"""The licences by which recordings enter, by their SPDX names. None that forbids derived works: a segment is one."""

_NOT_COMMERCIAL: Final = "research"
_MOST_CHARS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingBasis:
    """A grant with its speaker, purpose and end, or a licence with its evidence; "" where a field does not apply."""

    grant: str = ""
    speaker: str = ""
    licence: str = ""
    evidence: str = ""
    purpose: str = ""
    expires: str = ""

    def __post_init__(self) -> None:
        """Check that there is one basis, and all of it; raise `BasisRefused`."""
        if bool(self.grant) == bool(self.licence):
            raise BasisRefused(f"basis: got {self.grant or 'none'} {self.licence}, expected a grant or a licence")
        if self.grant and not (self.speaker and self.purpose):
            raise BasisRefused(f"grant: got {self.grant} without its speaker or purpose, expected both")

    @classmethod
    def licensed(cls, licence: str, evidence: str) -> Self:
        """Return the basis of a licence and the page or file that states it; raise `BasisRefused`."""
        known = {name.lower(): name for name in LICENCES}
        name = known.get(licence.strip().lower())
        if name is None:
            raise BasisRefused(f"licence: got {licence[:40]!r}, expected one of {', '.join(LICENCES)}")
        stated = evidence.strip()
        split = urlsplit(stated)
        if len(stated) > _MOST_CHARS or split.scheme not in {"http", "https"} or not split.netloc:
            raise BasisRefused(
                f"evidence: got {stated[:60]!r}, expected the address of the page that states the licence"
            )
        return cls(licence=name, evidence=stated, purpose=_NOT_COMMERCIAL if "-NC-" in name else "*")

    def record(self) -> dict[str, Any]:
        """Return the basis as plain values."""
        return asdict(self)


Readable = Callable[[Segment], bool]
"""Whether a row may be read now."""


def readable(*, standing: frozenset[str], moment: datetime) -> Readable:
    """Return what tells whether a row may be read at ``moment``, when the grants in ``standing`` permit it.

    A row whose grant is in none of them, whose time is over, or that has no basis at all, is not.
    """
    at = stamp(moment)

    def may(row: Segment) -> bool:
        if row.expires and row.expires <= at:
            return False
        return row.grant in standing if row.grant else bool(row.licence and row.evidence)

    return may
