"""Holding what was derived from voices against the ledger: artifacts with their edges, voices, clips, fingerprints.

What came of one permit is one group of rows, and the entry of the result commits to it. Stock voices of one engine are
a group too. A group that no entry knows was edited, and an entry without its group has lost it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sayso.database.rows import Row, Rows, all_rows
from sayso.enrollment.store import enrollments
from sayso.errors import SaysoError
from sayso.ledger.acts import ClipMade, ItemRemoved, Permitted, StockAdmitted
from sayso.ledger.entry import Entry, brief
from sayso.lineage import Kind
from sayso.workflows.audit.snapshot import Snapshot, speaker_of
from sayso.workflows.installation.rows import committed, edited
from sayso.workflows.voices.archive import derived_rows_of, stock_rows, without_tickets

TOGETHER = 200
"""Groups whose rows are read at once."""

_MADE = ClipMade.TYPES[0]
_INTENDED = f"{Permitted.CLIP}:intended"
_STOCK = StockAdmitted.TYPES[0]
_REMOVED = ItemRemoved.TYPES[0]
_OTHERWISE = "is not what the ledger says"
_CHILDREN = {
    "artifact_speakers": ("artifact_id", "artifacts"),
    "artifact_parents": ("child_id", "artifacts"),
    "voices": ("artifact_id", "artifacts"),
    "fingerprints": ("clip_id", "clips"),
    "manifests": ("clip_id", "clips"),
}
"""Tables whose rows hang on one of another table, by which column."""


@dataclass
class Seen:
    """The artifacts and clips that belong to a grant which the ledger knows."""

    artifacts: set[str] = field(default_factory=set)
    clips: set[str] = field(default_factory=set)


class ClipEntries(NamedTuple):
    """What the log tells of a clip: the entry, and the tickets of its intent and of itself."""

    entry: Entry
    intent_ticket: int | None
    result_ticket: int


def findings(look: Snapshot) -> Iterator[str]:
    """Yield every row of what was derived that says otherwise than the ledger, each named."""
    seen = Seen()
    by_grant: dict[str, list[str]] = defaultdict(list)
    for table in ("artifacts", "clips"):
        for row in all_rows(look.tx, table, only=("grant_id", "permit_id")):
            if row["permit_id"] is not None:
                by_grant[str(row["grant_id"])].append(str(row["permit_id"]))
    for row in look.grants:
        if look.under_way(speaker_of(row)):
            for parts in derived_rows_of(look.tx, sorted(set(by_grant[str(row["grant_id"])]))):
                _note(parts, seen)
        else:
            yield from _of_grant(look, row, sorted(set(by_grant[str(row["grant_id"])])), seen)
    seen.artifacts |= {str(row["artifact_id"]) for row in all_rows(look.tx, enrollments.name, only=("artifact_id",))}
    seen.artifacts |= {
        str(row["artifact_id"])
        for row in all_rows(look.tx, "artifacts", only=("artifact_id", "kind"))
        if row["kind"] == Kind.PHRASE  # nothing is permitted, counted or released by one, and its file says what it is
    }
    yield from _strays(look, seen)


def _of_grant(look: Snapshot, row: Row, permits: Sequence[str], seen: Seen) -> Iterator[str]:
    grant, is_erased = str(row["grant_id"]), not speaker_of(row)
    chain = list(look.chain(grant))
    made = _made(chain)
    expected = {} if is_erased else _expected(chain)
    has_stock = any(entry.type == _STOCK for entry in expected.values())
    strange: list[tuple[str, list[Rows]]] = []
    for parts in _groups(look, permits, grant if has_stock else None):
        _note(parts, seen, is_erased=is_erased)
        yield from _of_clip(parts, grant, made)
        if not is_erased and (found := _unknown(look, parts, row, expected)):
            strange.append((found, parts))
    yield from _told(strange, list(expected.values()))
    yield from (f"clips row {clip}: is missing" for clip in made)


def _expected(chain: Sequence[tuple[int, Entry]]) -> dict[str, Entry]:
    """Return the entries that commit to rows, by their commitment, but for those of what was removed later."""
    gone = {entry.facts["permit"] for _, entry in chain if entry.type == _REMOVED}
    told = (entry for _, entry in chain if _has_rows(entry) and entry.facts.get("permit") not in gone)
    return {str(entry.facts["rows"]): entry for entry in told}


def _made(chain: Sequence[tuple[int, Entry]]) -> dict[str, ClipEntries]:
    """Return what the entries under a grant tell of each clip."""
    intended = {entry.facts.get("permit"): ticket for ticket, entry in chain if entry.type == _INTENDED}
    return {
        str(entry.facts["clip"]): ClipEntries(entry, intended.get(entry.facts.get("permit")), ticket)
        for ticket, entry in chain
        if entry.type == _MADE
    }


def _groups(look: Snapshot, permits: Sequence[str], stock: str | None) -> Iterator[list[Rows]]:
    for place in range(0, len(permits), TOGETHER):
        yield from derived_rows_of(look.tx, permits[place : place + TOGETHER])
    if stock is not None:
        yield stock_rows(look.tx, stock)


def _has_rows(entry: Entry) -> bool:
    return "rows" in entry.facts and (entry.type.endswith(":made") or entry.type == _STOCK)


def _note(parts: Sequence[Rows], seen: Seen, *, is_erased: bool = False) -> None:
    rows = dict(parts)
    seen.clips |= {str(each["clip_id"]) for each in rows["clips"]}
    if not is_erased:
        seen.artifacts |= {str(each["artifact_id"]) for each in rows["artifacts"]}


def _unknown(look: Snapshot, parts: list[Rows], row: Row, expected: dict[str, Entry]) -> str | None:
    """Return the commitment to the group where no entry has it; the entry that has is no longer expected."""
    try:
        found = committed(look.vault, speaker_of(row), without_tickets(parts))
    except SaysoError:
        return None  # the grant names a speaker whose grant it is not, which is told of the grant
    return None if expected.pop(found, None) else found


def _told(strange: Sequence[tuple[str, list[Rows]]], expected: list[Entry]) -> Iterator[str]:
    """Yield the rows of groups that no entry knows, held against the entry that is most alike, and of lost groups."""
    for found, parts in strange:
        alike = min(expected, key=lambda entry: len(edited(found, str(entry.facts["rows"]))), default=None)
        if alike is not None:
            expected.remove(alike)
        logged = "" if alike is None else str(alike.facts["rows"])
        yield from (f"{_named(parts[place], parts)}: {_OTHERWISE}" for place in edited(found, logged))
    for entry in expected:
        what = entry.facts.get("clip") or entry.facts.get("voice") or entry.grant
        yield f"artifacts rows of {what}: are missing, {entry.type} tells of them"


_KEYS = {"clips": "clip_id", "fingerprints": "clip_id", "voices": "voice_id", "artifact_parents": "child_id"}


def _named(part: Rows, group: Sequence[Rows]) -> str:
    """Return the rows of a table by their ids, or by what they belonged to where none is left."""
    table, rows = part
    ids = sorted({str(row[_KEYS.get(table, "artifact_id")]) for row in rows})
    rest = dict(group)
    whose = [*(row["clip_id"] for row in rest["clips"]), *(row["artifact_id"] for row in rest["artifacts"])]
    return f"{table} row {', '.join(ids)}" if ids else f"{table} rows of {whose[0] if whose else 'unknown'}"


def _of_clip(parts: Sequence[Rows], grant: str, made: dict[str, ClipEntries]) -> Iterator[str]:
    """Yield what the row of a clip says otherwise than its entry, which is taken out of ``made``."""
    for clip in dict(parts)["clips"]:
        where = f"clips row {clip['clip_id']}"
        logged = made.pop(str(clip["clip_id"]), None)
        if logged is None:
            yield f"{where}: the ledger does not know it under grant {grant}"
            continue
        facts = logged.entry.facts
        said: dict[str, Any] = {
            name: facts.get(name) for name in ("mark", "duration_ms", "licensee", "purpose", "project")
        }
        said |= {"intent_ticket": logged.intent_ticket, "result_ticket": logged.result_ticket}
        kept = {**clip, "mark": clip["mark_id"]}
        if wrong := [name for name, value in said.items() if not _same(kept[name], value)]:
            yield f"{where}: {', '.join(wrong)} is not what the ledger says"


def _same(kept: object, logged: object) -> bool:
    return kept == logged or (isinstance(kept, str) and logged == brief(kept))


def _strays(look: Snapshot, seen: Seen) -> Iterator[str]:
    """Yield the rows that hang on nothing that the ledger knows."""
    known: Mapping[str, set[str]] = {"artifacts": seen.artifacts, "clips": seen.clips}
    for table, column in (("artifacts", "artifact_id"), ("clips", "clip_id")):
        for row in all_rows(look.tx, table, only=(column,)):
            if row[column] not in known[table]:
                yield f"{table} row {row[column]}: the ledger does not know it under a grant that is here"
    for table, (column, parent) in _CHILDREN.items():
        for value in sorted({str(row[column]) for row in all_rows(look.tx, table, only=(column,))}):
            if value not in known[parent]:
                yield f"{table} row {value}: hangs on none of the {parent} that the ledger knows"
