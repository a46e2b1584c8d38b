"""Erasures under way, and the certificates of those that are done. A plan that is done has no link to its speaker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Select, String, Table, Text, delete, func, insert, select, update

from sayso import canonical
from sayso.database import PreparedWithin, everything, metadata, within
from sayso.database.words import word
from sayso.ids import ID_LENGTH, ArtifactId, GrantId, PlanId, SpeakerId
from sayso.lineage import Artifact, Kind

plans = Table(
    "erasure_plans",
    metadata,
    Column("plan_id", String(ID_LENGTH), primary_key=True),
    Column("speaker_id", String(ID_LENGTH), index=True),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("key_id", String(32), nullable=False),
    Column("subject", String(32), nullable=False),
    Column("requested_at", String(24), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("rows_deleted", Text),
    Column("certificate_id", String(ID_LENGTH)),
    Column("protected_id", String(ID_LENGTH)),
)
"""``rows_deleted`` is canonical JSON, table to number, from the moment they are.

``protected_id``: the print that the speaker asked to leave on the list of protected voices.
"""

plan_items = Table(
    "erasure_items",
    metadata,
    Column("plan_id", String(ID_LENGTH), primary_key=True),
    Column("item_id", String(ID_LENGTH), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("blob", String(64)),
    Column("digest", String(64)),
)

certificates = Table(
    "erasure_certificates",
    metadata,
    Column("certificate_id", String(ID_LENGTH), primary_key=True),
    Column("plan_id", String(ID_LENGTH), nullable=False, unique=True),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("note", Text, nullable=False),
    Column("inventory", Text, nullable=False),
    Column("ticket", BigInteger, nullable=False),
)

_GRANT = "grant"


class PlanRow(NamedTuple):
    """One plan as kept."""

    plan_id: str
    speaker_id: str | None
    organisation_id: str
    key_id: str
    subject: str
    requested_at: str
    channel: str
    stage: str
    rows_deleted: str | None = None
    certificate_id: str | None = None
    protected_id: str | None = None


class CertificateRow(NamedTuple):
    """One certificate as kept: the signed note, the lines of the inventory, and the ticket of its ledger entry."""

    certificate_id: str
    plan_id: str
    organisation_id: str
    note: str
    inventory: str
    ticket: int


def insert_plan(tx: Connection, row: PlanRow) -> None:
    """Keep a new plan."""
    tx.execute(insert(plans).values(row._asdict()))


def plan_row(tx: Connection, plan_id: PlanId) -> PlanRow | None:
    """Return the plan."""
    row = tx.execute(select(plans).where(within(tx, plans), plans.c.plan_id == plan_id)).one_or_none()
    return None if row is None else PlanRow(*row)


def num_destroyed(tx: Connection) -> int:
    """Return how many plans, of whichever organisation, have had their key destroyed and their rows deleted."""
    with everything(tx):
        return int(_DESTROYED.row(tx).number)


def _all_destroyed(tx: Connection) -> Select[Any]:
    return select(func.count().label("number")).where(within(tx, plans), plans.c.rows_deleted.is_not(None))


_DESTROYED: Final = PreparedWithin(_all_destroyed)


def destroyed_by_plan(tx: Connection) -> dict[str, str]:
    """Return the ids of the keys that were destroyed, by the plan of each erasure."""
    query = select(plans.c.plan_id, plans.c.key_id).where(within(tx, plans), plans.c.rows_deleted.is_not(None))
    return {row.plan_id: row.key_id for row in tx.execute(query.order_by(plans.c.plan_id))}


def begun(tx: Connection, speaker: SpeakerId) -> str | None:
    """Return the id of the speaker's plan that is under way."""
    query = select(plans.c.plan_id).where(within(tx, plans), plans.c.speaker_id == speaker, plans.c.stage != "planned")
    return tx.execute(query).scalar()


def drop_plans(tx: Connection, speaker: SpeakerId, *, but: PlanId | None = None) -> None:
    """Delete the speaker's plans that were not begun."""
    others = (plans.c.speaker_id == speaker, plans.c.stage == "planned", plans.c.plan_id != but)
    tx.execute(delete(plans).where(within(tx, plans), *others))


def set_stage(tx: Connection, plan_id: PlanId, stage: str) -> None:
    """Note how far the plan is."""
    tx.execute(update(plans).where(within(tx, plans), plans.c.plan_id == plan_id).values(stage=stage))


def add_items(tx: Connection, plan_id: PlanId, *, artifacts: Iterable[Artifact], grants: Iterable[GrantId]) -> None:
    """Fix what the plan is about; what is fixed already stays."""
    query = select(plan_items.c.item_id).where(within(tx, plan_items), plan_items.c.plan_id == plan_id)
    known = set(tx.execute(query).scalars())
    rows = [
        {"plan_id": plan_id, "item_id": a.artifact_id, "kind": str(a.kind), "blob": a.blob, "digest": a.digest}
        for a in artifacts
    ]
    rows += [{"plan_id": plan_id, "item_id": g, "kind": _GRANT, "blob": None, "digest": None} for g in grants]
    if new := [row for row in rows if row["item_id"] not in known]:
        tx.execute(insert(plan_items), new)


def items(tx: Connection, plan_id: PlanId) -> tuple[list[Artifact], list[GrantId]]:
    """Return what the plan is about, in the order of ids."""
    query = select(plan_items).where(within(tx, plan_items), plan_items.c.plan_id == plan_id)
    rows = tx.execute(query.order_by(plan_items.c.item_id)).all()
    artifacts = [
        Artifact(ArtifactId(r.item_id), word(Kind, r.kind, row=f"erasure_items row {r.item_id}"), r.blob, r.digest)
        for r in rows
        if r.kind != _GRANT
    ]
    return artifacts, [GrantId(row.item_id) for row in rows if row.kind == _GRANT]


def set_rows_deleted(tx: Connection, plan_id: PlanId, counts: Mapping[str, int]) -> None:
    """Note how many rows of which table were deleted."""
    text = canonical.encode(dict(counts)).decode()
    tx.execute(update(plans).where(within(tx, plans), plans.c.plan_id == plan_id).values(rows_deleted=text))


def close_plan(tx: Connection, plan_id: PlanId, certificate: CertificateRow) -> None:
    """Keep the certificate, and of the plan nothing that leads to its speaker."""
    tx.execute(insert(certificates).values(certificate._asdict()))
    tx.execute(delete(plan_items).where(within(tx, plan_items), plan_items.c.plan_id == plan_id))
    values = {"speaker_id": None, "stage": "erased", "certificate_id": certificate.certificate_id}
    tx.execute(update(plans).where(within(tx, plans), plans.c.plan_id == plan_id).values(values))


def certificate_row(tx: Connection, certificate_id: str) -> CertificateRow | None:
    """Return the certificate."""
    of_id = certificates.c.certificate_id == certificate_id
    row = tx.execute(select(certificates).where(within(tx, certificates), of_id)).one_or_none()
    return None if row is None else CertificateRow(*row)


def certificate_ids(tx: Connection) -> list[str]:
    """Return the id of every certificate, in order."""
    query = select(certificates.c.certificate_id).where(within(tx, certificates))
    return list(tx.execute(query.order_by(certificates.c.certificate_id)).scalars())
