"""Holding what is charged to grants against the ledger: milliseconds and takes, made and reserved.

Every clip that was made is charged to its grant, and to the outer consent that its intent names; so is what was heard
of one that never came to its end. What is reserved is what the reservations hold, no more and no less.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sayso.database.rows import Row, all_rows
from sayso.ledger import Logged
from sayso.ledger.acts import ClipHeard, ClipMade, Permitted
from sayso.workflows.audit.snapshot import Snapshot, speaker_of

_INTENDED = f"{Permitted.CLIP}:intended"


@dataclass
class Charged:
    """What was made and is reserved, by grant."""

    ms: Counter[str] = field(default_factory=Counter)
    takes: Counter[str] = field(default_factory=Counter)

    def add(self, grants: Iterator[str], ms: int, takes: int) -> None:
        """Charge each of the grants."""
        for grant in grants:
            self.ms[grant] += ms
            self.takes[grant] += takes


def findings(look: Snapshot) -> Iterator[str]:
    """Yield every row of charged minutes that says otherwise than the ledger, or the reservations."""
    rows = all_rows(look.tx, "grant_minutes")
    made, reserved = _made(look), _reserved(look)
    for row in rows:
        if not look.under_way(speaker_of(row)):
            yield from _of_row(row, made, reserved)
    here = {row["grant_id"] for row in rows}
    for grant in look.grants:
        if grant["speaker_id"] is not None and grant["grant_id"] not in here:
            yield f"grant_minutes row {grant['grant_id']}: is missing"
    for held in sorted({*reserved.takes} - here):
        yield f"reservations rows of {held}: are of a grant that is not here"


def _of_row(row: Row, made: Charged, reserved: Charged) -> Iterator[str]:
    grant = str(row["grant_id"])
    where = f"grant_minutes row {grant}"
    if row["made_ms"] != made.ms[grant]:
        yield f"{where}: {row['made_ms']!r:.20} ms are charged, the ledger says {made.ms[grant]} ms were made"
    if row["made_takes"] != made.takes[grant]:
        yield f"{where}: {row['made_takes']!r:.20} takes are charged, the ledger says {made.takes[grant]} were made"
    if (row["reserved_ms"], row["reserved_takes"]) != (reserved.ms[grant], reserved.takes[grant]):
        yield f"{where}: what is reserved is not what its reservations rows hold"


def _made(look: Snapshot) -> Charged:
    outer = {str(row.entry.facts["permit"]): str(row.entry.facts["outer"]) for row in _with_outer(look)}
    found = Charged()
    for row in look.entries(ClipMade.TYPES[0]):
        entry = row.entry
        charged = (entry.grant, outer.get(str(entry.facts.get("permit"))))
        found.add((each for each in charged if each), int(entry.facts.get("duration_ms", 0)), 1)
    for permit, row in _heard(look).items():
        charged = (row.entry.grant, outer.get(permit))
        found.add((each for each in charged if each), int(row.entry.facts["heard_ms"]), 1)
    return found


def _heard(look: Snapshot) -> dict[str, Logged]:
    """Return the last note of each permit whose sound was heard and never settled, once nothing is reserved for it."""
    reserved = {str(row["permit_id"]) for row in all_rows(look.tx, "reservations", only=("permit_id",))}
    settled = {str(row.entry.facts.get("permit")) for row in look.entries(ClipMade.TYPES[0])}
    last = {str(row.entry.facts["permit"]): row for row in look.entries(ClipHeard.TYPES[0])}
    return {
        permit: row
        for permit, row in last.items()
        if permit not in settled and row.entry.facts["reservation"] not in reserved
    }


def _with_outer(look: Snapshot) -> Iterator[Logged]:
    return (row for row in look.entries(_INTENDED) if b'"outer":' in row.data)


def _reserved(look: Snapshot) -> Charged:
    found = Charged()
    for row in all_rows(look.tx, "reservations"):
        charged = (row["grant_id"], row["outer_id"])
        found.add((str(each) for each in charged if each), _number(row["reserved_ms"]), _number(row["takes"]))
    return found


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
