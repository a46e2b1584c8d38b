"""Pausing: a run that is paused makes nothing more, in whichever process it goes or would go next, until it is resumed.

That it is paused stands in the state, where a crash leaves it; that it stops is DBOS's cancelling, at its next step.
"""

from __future__ import annotations

from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.ids import ProductionId, RunId
from sayso.productions import store
from sayso.productions.errors import RunPaused
from sayso.workflows.installation.session import Session


def hold(session: Session, run_id: str, production: ProductionId) -> None:
    """Note that a run is paused."""
    session.require(Right.SPEECH)
    with session.act(production) as tx:
        store.insert_pause(tx, RunId(run_id), production, stamp(now()))


def free(session: Session, production: ProductionId) -> None:
    """Note that no run of a production is paused any more."""
    session.require(Right.SPEECH)
    if production in held(session).values():
        with session.act(production) as tx:
            store.delete_pauses(tx, production)


def held(session: Session) -> dict[RunId, ProductionId]:
    """Return the runs that are noted as paused, of those that who asks sees, with their productions."""
    with session.read() as tx:
        return store.pauses(tx)


def is_held(session: Session, production: ProductionId) -> bool:
    """Return whether a run of the production is noted as paused."""
    return production in held(session).values()


def refused(run_id: str) -> RunPaused:
    """Return the error of who asks for work on a production whose run is paused."""
    return RunPaused(f"{run_id} is paused, and nothing more is made of its production until it is resumed or cancelled")
