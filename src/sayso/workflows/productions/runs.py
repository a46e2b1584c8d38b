"""Runs of productions: listed, shown, paused and cancelled, in whichever process they go."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sayso.accounts.rights import Right
from sayso.clock import stamp
from sayso.errors import NotFound
from sayso.ids import RunId, parse_id
from sayso.productions.errors import ProductionUnknown, RunEnded
from sayso.productions.turns import PRIORITY
from sayso.workflows.installation.session import Session
from sayso.workflows.productions import pausing, plans, queueing
from sayso.workflows.productions.plans import Production

if TYPE_CHECKING:
    from types import ModuleType

GOING: Final = frozenset({"PENDING", "ENQUEUED", "DELAYED"})
"""DBOS's words for a run that has not ended."""

_PAUSED: Final = "paused"
_INPUTS: Final = 3  # of a run: production, sealed delivery, version of the plan


class RunUnknown(NotFound):
    """There is no such run here."""


@dataclass(frozen=True, slots=True)
class RunShown:
    """One run, as it is now: ``state`` is paused, or DBOS's word in lower case, ``steps`` how many are done.

    ``waits_for`` says what a run that waits has not: a turn, one of its licensee's turns (licensee), or a rate.
    """

    run: str
    production: str
    state: str
    began_at: str
    ended_at: str | None
    steps: int
    licensee: str
    priority: int
    waits_for: str = ""
    problem: str = ""


def pause(session: Session, run_id: str) -> RunShown:
    """Stop a run at its next step until it is resumed; what is made stays, and a restart does not go on with it.

    Raise `RunEnded` where it has ended, or was cancelled.
    """
    session.require(Right.SPEECH)
    production, *_ = asked(session, run_id)
    session.require_licensee(production.licensee, Right.SPEECH)
    before = shown(session, run_id)
    if before.state.upper() in GOING:
        pausing.hold(session, run_id, production.production_id)
        with durable().client(session.settings) as client:
            client.cancel_workflow(run_id)
    elif before.state != _PAUSED:
        raise RunEnded(f"got {run_id}, which is {before.state}; expected one that goes on, so that it can be paused")
    found = shown(session, run_id)
    if found.state != _PAUSED:  # it ended meanwhile
        pausing.free(session, production.production_id)
    return found


def cancel(session: Session, run_id: str) -> RunShown:
    """Stop a run at its next step, in whichever process it goes; what is made stays."""
    session.require(Right.SPEECH)
    production, *_ = asked(session, run_id)
    with durable().client(session.settings) as client:
        client.cancel_workflow(run_id)
    pausing.free(session, production.production_id)
    return shown(session, run_id)


def shown(session: Session, run_id: str) -> RunShown:
    """Return one run; raise `RunUnknown`."""
    production, *_ = asked(session, run_id)
    with durable().client(session.settings) as client:
        found = client.list_workflows(workflow_ids=[run_id])[0]
        steps = len(client.list_workflow_steps(run_id, load_output=False))
    return replace(_Table.of(session).shown(found, production.licensee), steps=steps)


def listed(session: Session) -> list[RunShown]:
    """Return the runs of the productions that who asks sees, the newest first, without their steps counted."""
    seen: dict[str, str] = {row.production_id: row.licensee for row in plans.listed(session)}
    with durable().client(session.settings) as client:
        found = [one for one in client.list_workflows(sort_desc=True) if production_of(one) in seen]
    table = _Table.of(session)
    return [table.shown(one, seen[production_of(one)]) for one in found]


def check_unpaused(session: Session, production: Production) -> None:
    """Raise `RunPaused` where a run of the production is paused."""
    if pausing.is_held(session, production.production_id):
        for one in listed(session):
            if one.production == production.production_id and one.state == _PAUSED:
                raise pausing.refused(one.run)


def durable() -> ModuleType:
    """Return the module that DBOS is behind, which takes a while to load and needs the extra."""
    from sayso.workflows.productions import durable as found  # noqa: PLC0415 - loads DBOS

    return found


def production_of(status: Any) -> str:
    """Return the id of the production that a run of DBOS's is of."""
    args = (status.input or {}).get("args") or [""]
    return str(args[0])


def asked(session: Session, run_id: str) -> tuple[Production, str, bool]:
    """Return the production of a run, its sealed delivery, and whether the plan is still the one that it began with.

    Raise `RunUnknown` for one that who asks does not see.
    """
    unknown = RunUnknown(f"got {parse_id('run', run_id)}, which is no run that is known here")
    with durable().client(session.settings) as client:
        found = client.list_workflows(workflow_ids=[run_id])
    args = [str(each) for each in (found[0].input or {}).get("args", ())] if found else []
    if len(args) != _INPUTS:
        raise unknown
    try:
        return plans.opened(session, args[0]), args[1], plans.version(session, args[0]) == args[2]
    except ProductionUnknown:  # whose id is not for those who do not see it
        raise unknown from None


@dataclass(frozen=True, slots=True)
class _Table:
    """What is known of runs beside what DBOS knows."""

    held: Container[str]
    priorities: Mapping[RunId, int]
    obstacles: Mapping[str, str]

    @classmethod
    def of(cls, session: Session) -> _Table:
        return cls(pausing.held(session), queueing.priorities(session), queueing.obstacles(session))

    def shown(self, status: Any, licensee: str) -> RunShown:
        """Return a run of DBOS's as it is shown, its steps not counted."""
        ended, state, production = status.completed_at, str(status.status), production_of(status)
        is_paused = status.workflow_id in self.held and state in {"CANCELLED", *GOING}
        return RunShown(
            run=status.workflow_id,
            production=production,
            state=_PAUSED if is_paused else state.lower(),
            began_at=_moment(status.created_at),
            ended_at=None if ended is None else _moment(ended),
            steps=0,
            licensee=licensee,
            priority=self.priorities.get(status.workflow_id, PRIORITY),
            waits_for=self.obstacles.get(production, "") if state in GOING and not is_paused else "",
            problem="" if status.error is None else str(status.error),
        )


def _moment(epoch_ms: int) -> str:
    return stamp(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=epoch_ms))


def steps_of(session: Session, production_id: str) -> list[Mapping[str, Any]]:
    """Return the steps of the last run of a production."""
    with durable().client(session.settings) as client:
        found = [one for one in client.list_workflows(sort_desc=True) if production_of(one) == production_id]
        return list(client.list_workflow_steps(found[0].workflow_id)) if found else []
