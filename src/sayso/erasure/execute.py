"""The steps of an erasure, each safe to run again, so that a run that is killed anywhere is run again from the start.

In this order, each transaction committed before the next step::

    plan = block(tx, plan_id)                 no permit holds any more; what is to go is fixed
    destroy_key(vault, plan)                  from here on nothing of the speaker can be read, backups included
    unlink_blobs(vault, plan)                 the files go
    delete_rows(tx, plan_id, forgets=...)     the rows go, the grants leave tombstones
    swept = sweep(vault, plan)                files that no row named go too
    certify(tx, plan_id, vault, ...)          signed, entered in the ledger; the plan forgets its speaker
    database.forget_deleted()                 so do the database's own files

A plan whose stage is ``erased`` is done: `block` returns it as it is, and there is nothing more to run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from sayso import lineage
from sayso.clock import now, stamp
from sayso.consent import changes
from sayso.consent import store as consents
from sayso.consent.state import Party, State
from sayso.database import Connection
from sayso.erasure import store
from sayso.erasure.errors import NotErased
from sayso.erasure.plan import ErasurePlan, Stage, get_plan
from sayso.ids import ArtifactId, GrantId, PlanId, SpeakerId
from sayso.ledger import append, append_all
from sayso.ledger.acts import ErasureBegun, GrantChanged, OfSpeakerT, RowsDeleted
from sayso.progress import Report, silent
from sayso.vault import DestroyedKey, Swept, Vault

Forget = Callable[[Connection, SpeakerId, Sequence[ArtifactId]], Mapping[str, int]]
"""How a room deletes its rows about a speaker and artifacts: returns table names with how many rows went."""


class Commitments(Protocol):
    """How entries hold the rows as a step left them, so that a row that is edited later shows."""

    def bound(self, tx: Connection, speaker: SpeakerId, act: OfSpeakerT, grant: GrantId | None = None) -> OfSpeakerT:
        """Return the act with the commitments to the speaker's and the grant's rows; before the key is destroyed."""
        ...

    def of_plan(self, tx: Connection, plan: PlanId) -> str:
        """Return the commitment to the plan."""
        ...

    def of_items(self, tx: Connection, plan: PlanId) -> str:
        """Return the commitment to what the plan names."""
        ...

    def of_erased(self, tx: Connection, grant: GrantId) -> str:
        """Return the commitment to what stays of an erased grant."""
        ...


_RUNNING = frozenset({State.REQUESTED, State.GIVEN, State.SUSPENDED})


def block(tx: Connection, plan_id: PlanId, *, commitments: Commitments, who: Party = Party.SPEAKER) -> ErasurePlan:
    """End every grant and every permit, and fix what the plan is about; return the plan. Logged.

    The speaker's act withdraws the grants, the operator's revokes them; the ledger says which, and by whom.

    Raises `PlanUnknown`, also where another plan of the speaker was begun meanwhile: there is one at a time.
    """
    plan = get_plan(tx, plan_id)
    if plan.stage is not Stage.PLANNED or plan.speaker is None:
        return plan
    running = [grant.grant_id for grant in consents.grants_of(tx, plan.speaker) if grant.state in _RUNNING]
    moment = now()
    changes.withdraw_all(tx, plan.speaker, who=who, at=moment)
    store.drop_plans(tx, plan.speaker, but=plan_id)
    store.add_items(tx, plan_id, artifacts=plan.artifacts, grants=plan.grants)
    store.set_stage(tx, plan_id, Stage.BLOCKED)
    at = stamp(moment)
    ended = [consents.get_grant(tx, grant) for grant in running]
    for each in ended:
        changed = GrantChanged(state=each.state, who=who, plan=plan_id)
        append(tx, commitments.bound(tx, plan.speaker, changed, each.grant_id).entry(at, each.grant_id))
    begun = ErasureBegun(plan=plan_id, inventory=plan.inventory.root, size=len(plan.inventory.lines))
    kept, items = commitments.of_plan(tx, plan_id), commitments.of_items(tx, plan_id)
    begun = replace(commitments.bound(tx, plan.speaker, begun), rows=kept, items=items)
    append(tx, begun.entry(at))
    return get_plan(tx, plan_id)


def destroy_key(vault: Vault, plan: ErasurePlan) -> DestroyedKey:
    """Destroy the speaker's key, or find that it is destroyed; return when that was. Raises `NotErased` before `block`.

    A plan that is done while its key id is unknown to the key store means that an older key store was restored.
    """
    _check_begun(plan)
    done = vault.destroyed_key(plan.key_id)
    if done is not None:
        vault.settle()  # a run that was killed right after the deletion has not done this
        return done
    if plan.speaker is None:
        raise NotErased(f"the plan {plan.plan_id} is done, but the key store knows nothing of key {plan.key_id}")
    return vault.destroy_subject(plan.speaker)


def unlink_blobs(vault: Vault, plan: ErasurePlan, report: Report = silent) -> int:
    """Remove every blob of the plan; return how many there were left to remove."""
    _check_begun(plan)
    blobs = sorted({artifact.blob for artifact in plan.artifacts if artifact.blob is not None})
    gone = 0
    for place, blob in enumerate(blobs, 1):
        gone += vault.unlink(blob)
        report(place / len(blobs))
    return gone


def delete_rows(
    tx: Connection,
    plan_id: PlanId,
    *,
    commitments: Commitments,
    forgets: Sequence[Forget] = (),
    who: Party = Party.SPEAKER,
) -> ErasurePlan:
    """Delete the speaker, the lineage, and, by ``forgets``, what other rooms hold; return the plan. Logged.

    What was recorded after the plan was begun (by work that was in its last moments) joins the plan and goes too: its
    blobs are the sweep's. Grants leave tombstones without a link to the speaker.
    """
    plan = get_plan(tx, plan_id)
    _check_begun(plan)
    row = store.plan_row(tx, plan_id)
    if plan.speaker is None or row is None or row.rows_deleted is not None:
        return plan
    found = lineage.of_speaker(tx, plan.speaker)
    store.add_items(tx, plan_id, artifacts=found, grants=[])
    ids = [artifact.artifact_id for artifact in found]
    counts: dict[str, int] = {}
    for forget in forgets:
        counts |= forget(tx, plan.speaker, ids)
    counts["artifacts"] = lineage.forget(tx, ids)
    at = stamp(now())
    erased = changes.erase_speaker(tx, plan.speaker, who=who)
    store.add_items(tx, plan_id, artifacts=[], grants=erased)
    gone = GrantChanged(state=State.ERASED, who=who, plan=plan_id)
    kept = {grant: replace(gone, rows=commitments.of_erased(tx, grant)) for grant in erased}
    append_all(tx, [act.entry(at, grant) for grant, act in kept.items()])
    store.set_rows_deleted(tx, plan_id, counts | {"speakers": 1})
    left, items = commitments.of_plan(tx, plan_id), commitments.of_items(tx, plan_id)
    append(tx, RowsDeleted(plan=plan_id, rows=left, items=items).entry(at))
    return get_plan(tx, plan_id)


def sweep(vault: Vault, plan: ErasurePlan) -> Swept:
    """Remove every file on the shelf that names the speaker's key, known to any row or not."""
    _check_begun(plan)
    return vault.sweep(plan.key_id)


def _check_begun(plan: ErasurePlan) -> None:
    if plan.stage is Stage.PLANNED:
        raise NotErased(f"the plan {plan.plan_id} is not begun; nothing may be destroyed before its permits are ended")
