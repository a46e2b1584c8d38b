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
from sayso.erasure.certificate import NOT_REACHED, PRINT_KEPT, RETAINED, UNKNOWN_LATER
from sayso.erasure.errors import PlanUnknown
from sayso.erasure.inventory import Inventory
from sayso.ids import GrantId, PlanId, ProtectedId, SpeakerId, new_id
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
    ``protected`` is the entry on the list of protected voices by which the speaker asked to be known again, or None.
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
    protected: ProtectedId | None = None

    @property
    def not_reached(self) -> tuple[str, ...]:
        """What no erasure here reaches."""
        return NOT_REACHED if self.protected else (*NOT_REACHED, UNKNOWN_LATER)

    @property
    def retained(self) -> tuple[str, ...]:
        """What stays, by the law's account and, of the voice itself, only if the speaker asked for it."""
        return (*RETAINED, PRINT_KEPT.format(protected=self.protected)) if self.protected else RETAINED

    @cached_property
    def inventory(self) -> Inventory:
        """The artifacts and grants as lines under one root."""
        return Inventory.of(self.artifacts, self.grants)


def make_plan(
    tx: Connection, vault: Vault, speaker: SpeakerId, *, channel: str = "cli", keep_print: bool = False
) -> ErasurePlan:
    """Return a new plan for the speaker, kept; nothing of the speaker is changed.

    ``keep_print``: they ask that a print of their voice stays on the list of protected voices.

    An older plan that was not begun is replaced; one that was begun is returned, to be run to its end. Raises
    `SpeakerUnknown` for one who is not here, or erased already.
    """
    known = consents.get_speaker(tx, speaker)
    begun = store.begun(tx, speaker)
    if begun is not None:
        return get_plan(tx, PlanId(begun))
    store.drop_plans(tx, speaker)
    plan_id, at = PlanId(new_id("plan")), stamp(now())
    protected = ProtectedId(new_id("protected")) if keep_print else None
    row = store.PlanRow(
        plan_id=plan_id,
        speaker_id=speaker,
        organisation_id=known.organisation,
        key_id=vault.key_id(speaker),
        subject=vault.pseudonym(speaker, subject_context(plan_id, at, channel, protected)),
        requested_at=at,
        channel=channel,
        stage=Stage.PLANNED,
        protected_id=protected,
    )
    store.insert_plan(tx, row)
    return get_plan(tx, plan_id)


def subject_context(plan_id: str, requested_at: str, channel: str, protected: str | None = None) -> str:
    """Return the context of the pseudonym in a plan: while the key is there, the plan is known to be the speaker's.

    That a print is to stay is part of it: nobody can ask for that later in the speaker's name.
    """
    asked = "" if protected is None else f" {protected}"
    return f"erasure {plan_id} {requested_at} {channel}{asked}"


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
        protected=None if row.protected_id is None else ProtectedId(row.protected_id),
    )
