"""The tables of productions: for whom and what for in the clear, the plan itself sealed; checked lines, runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import Column, Connection, Integer, LargeBinary, Row, String, Table, delete, insert, select, update

from sayso.database import metadata, organisation_of, within
from sayso.ids import ID_LENGTH, ClipId, ProductionId, RunId
from sayso.productions.errors import ProductionUnknown

productions = Table(
    "productions",
    metadata,
    Column("production_id", String(ID_LENGTH), primary_key=True),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("licensee", String(200), nullable=False),
    Column("purpose", String(200), nullable=False),
    Column("project", String(200)),
    Column("plan", LargeBinary, nullable=False),
    Column("created_at", String(24), nullable=False),
)

checked_lines = Table(
    "checked_lines",
    metadata,
    Column("clip_id", String(ID_LENGTH), primary_key=True),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("problems", String(2000), nullable=False),
)
"""What the checks of a line's clip found, as a JSON list: numbers and words of a table, never the line's own."""

paused_runs = Table(
    "paused_runs",
    metadata,
    Column("run_id", String(ID_LENGTH), primary_key=True),
    Column("production_id", String(ID_LENGTH), nullable=False),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("paused_at", String(24), nullable=False),
)
"""The runs that were paused, until they are resumed or cancelled."""

run_priorities = Table(
    "run_priorities",
    metadata,
    Column("run_id", String(ID_LENGTH), primary_key=True),
    Column("production_id", String(ID_LENGTH), nullable=False),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("priority", Integer, nullable=False),
)
"""The priorities of runs that were asked for with one; see `sayso.productions.turns`."""


@dataclass(frozen=True, slots=True)
class ProductionRow:
    """One production; ``plan`` is sealed: script, voices, and which takes count."""

    production_id: ProductionId
    licensee: str
    purpose: str
    project: str | None
    plan: bytes
    created_at: str


_SELECT: Final = select(*(productions.c[field.name] for field in fields(ProductionRow)))


def insert_production(tx: Connection, row: ProductionRow) -> None:
    """Add a production of the organisation that acts."""
    values = {field.name: getattr(row, field.name) for field in fields(ProductionRow)}
    tx.execute(insert(productions).values(organisation_id=organisation_of(tx), **values))


def replace_plan(tx: Connection, production: ProductionId, plan: bytes) -> None:
    """Put another sealed plan in place; raise `ProductionUnknown`."""
    changed = tx.execute(
        update(productions).where(within(tx, productions), productions.c.production_id == production).values(plan=plan)
    )
    if changed.rowcount != 1:
        raise _unknown(production)


def get_production(tx: Connection, production: ProductionId) -> ProductionRow:
    """Return the production; raise `ProductionUnknown`."""
    query = _SELECT.where(within(tx, productions), productions.c.production_id == production)
    row = tx.execute(query).one_or_none()
    if row is None:
        raise _unknown(production)
    return _row(row)


def list_productions(tx: Connection) -> list[ProductionRow]:
    """Return every production that is seen, by creation."""
    query = _SELECT.where(within(tx, productions)).order_by(productions.c.created_at, productions.c.production_id)
    return [_row(row) for row in tx.execute(query)]


def keep_check(tx: Connection, clip: ClipId, problems: tuple[str, ...]) -> None:
    """Keep what the checks of a clip found, in place of what another process found meanwhile."""
    tx.execute(delete(checked_lines).where(within(tx, checked_lines), checked_lines.c.clip_id == clip))
    values = {"clip_id": clip, "problems": json.dumps(problems)}
    tx.execute(insert(checked_lines).values(organisation_id=organisation_of(tx), **values))


def checks_of(tx: Connection, clips: Sequence[ClipId]) -> dict[ClipId, tuple[str, ...]]:
    """Return what was found of those of the clips that were checked."""
    query = select(checked_lines.c.clip_id, checked_lines.c.problems)
    query = query.where(within(tx, checked_lines), checked_lines.c.clip_id.in_(list(clips)))
    return {ClipId(clip): tuple(json.loads(problems)) for clip, problems in tx.execute(query)}


def insert_pause(tx: Connection, run: RunId, production: ProductionId, moment: str) -> None:
    """Note that a run is paused, unless it is noted."""
    values = {"run_id": run, "production_id": production, "paused_at": moment}
    if run not in pauses(tx):
        tx.execute(insert(paused_runs).values(organisation_id=organisation_of(tx), **values))


def delete_pauses(tx: Connection, production: ProductionId) -> None:
    """Note that no run of a production is paused."""
    tx.execute(delete(paused_runs).where(within(tx, paused_runs), paused_runs.c.production_id == production))


def pauses(tx: Connection) -> dict[RunId, ProductionId]:
    """Return the paused runs that are seen, with their productions."""
    query = select(paused_runs.c.run_id, paused_runs.c.production_id).where(within(tx, paused_runs))
    return {RunId(run): ProductionId(production) for run, production in tx.execute(query)}


def keep_priority(tx: Connection, run: RunId, production: ProductionId, priority: int) -> None:
    """Keep the priority of a run, in place of one that it had."""
    tx.execute(delete(run_priorities).where(within(tx, run_priorities), run_priorities.c.run_id == run))
    values = {"run_id": run, "production_id": production, "priority": priority}
    tx.execute(insert(run_priorities).values(organisation_id=organisation_of(tx), **values))


def priorities(tx: Connection) -> dict[RunId, int]:
    """Return the priorities of the runs that are seen, of those that have one."""
    query = select(run_priorities.c.run_id, run_priorities.c.priority).where(within(tx, run_priorities))
    return {RunId(run): priority for run, priority in tx.execute(query)}


def _unknown(production: str) -> ProductionUnknown:
    return ProductionUnknown(f"got {production}, which is no production that is known here")


def _row(row: Row[Any]) -> ProductionRow:
    return ProductionRow(**row._asdict())
