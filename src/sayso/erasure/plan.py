"""The plan: all that would go if a speaker were erased, shown before anything is touched."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from sayso import lineage
from sayso.clock import now, stamp
from sayso.consent import store as consents
from sayso.database import Connection
from sayso.database.words import word
from sayso.erasure import store
from sayso.erasure.certificate import NOT_REACHED
from sayso.erasure.errors import PlanUnknown
from sayso.erasure.inventory import Inventory
from sayso.ids import GrantId, PlanId, SpeakerId, new_id
from sayso.lineage import Artifact
from sayso.vault import Vault


class Stage(StrEnum):
    """How far an erasure is: only shown, under way (it cannot be stopped any more), done."""

    PLANNED = "planned"
    BLOCKED = "blocked"
    ERASED = "erased"


@dataclass(frozen=True)
class ErasurePlan:
    """What an erasure is about. ``speaker`` is None, and nothing is listed, once it is done.

    ``subject`` is a pseudonym made with the key that is to be destroyed: the certificate bears it, and only who was
    shown the plan can say whose it is. ``certificate`` is the id of the certificate of a plan that is done.
    """

    plan_id: PlanId
    speaker: SpeakerId | None
    organisation: str
    key_id: str
    subject: str
    requested_at: str
    channel: str
    stage: Stage
    artifacts: tuple[Artifact, ...]
    grants: tuple[GrantId, ...]
    certificate: str | None = None

    @property
    def not_reached(self) -> tuple[str, ...]:
        """What no erasure here reaches."""
        return NOT_REACHED

    @cached_property
    def inventory(self) -> Inventory:
        """The artifacts and grants as lines under one root."""
        return Inventory.of(self.artifacts, self.grants)


def make_plan(tx: Connection, vault: Vault, speaker: SpeakerId, *, channel: str = "cli") -> ErasurePlan:
    """Return a new plan for the speaker, kept; nothing of the speaker is changed.

    An older plan that was not begun is replaced; one that was begun is returned, to be run to its end. Raises
    `SpeakerUnknown` for one who is not here, or erased already.
    """
    known = consents.get_speaker(tx, speaker)
    begun = store.begun(tx, speaker)
    if begun is not None:
        return get_plan(tx, PlanId(begun))
    store.drop_plans(tx, speaker)
    plan_id, at = PlanId(new_id("plan")), stamp(now())
    row = store.PlanRow(
        plan_id=plan_id,
        speaker_id=speaker,
        organisation_id=known.organisation,
        key_id=vault.key_id(speaker),
        subject=vault.pseudonym(speaker, subject_context(plan_id, at, channel)),
        requested_at=at,
        channel=channel,
        stage=Stage.PLANNED,
    )
    store.insert_plan(tx, row)
    return get_plan(tx, plan_id)


def subject_context(plan_id: str, requested_at: str, channel: str) -> str:
    """Return the context of the pseudonym in a plan: while the key is there, the plan is known to be the speaker's."""
    return f"erasure {plan_id} {requested_at} {channel}"


def get_plan(tx: Connection, plan_id: PlanId) -> ErasurePlan:
    """Return the plan; raise `PlanUnknown`.

    Before it is begun its contents are what there is of the speaker now; after that, what was fixed at its start.
    """
    row = store.plan_row(tx, plan_id)
    if row is None:
        raise PlanUnknown(f"there is no erasure plan {plan_id} here")
    stage, speaker = (
        word(Stage, row.stage, row=f"erasure_plans row {plan_id}"),
        None if row.speaker_id is None else SpeakerId(row.speaker_id),
    )
    artifacts: list[Artifact] = []
    grants: list[GrantId] = []
    if stage is Stage.PLANNED and speaker is not None:
        artifacts = lineage.of_speaker(tx, speaker)
        grants = [grant.grant_id for grant in consents.grants_of(tx, speaker)]
    elif stage is Stage.BLOCKED:
        artifacts, grants = store.items(tx, plan_id)
    return ErasurePlan(
        plan_id=plan_id,
        speaker=speaker,
        organisation=row.organisation_id,
        key_id=row.key_id,
        subject=row.subject,
        requested_at=row.requested_at,
        channel=row.channel,
        stage=stage,
        artifacts=tuple(artifacts),
        grants=tuple(grants),
        certificate=row.certificate_id,
    )
