"""Running a production: started, taken up after a crash, looked at while it goes, and asked for single lines again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sayso.accounts.rights import Right
from sayso.consent.errors import ConsentRefused
from sayso.errors import Conflict
from sayso.ids import RunId, new_id, parse_id
from sayso.productions.errors import RunOutdated
from sayso.productions.turns import PRIORITY
from sayso.progress import Report, silent
from sayso.workflows.installation.session import Session
from sayso.workflows.productions import pausing, permitting, plans, queueing, runs, takes
from sayso.workflows.productions.alone import alone
from sayso.workflows.productions.delivery import MANIFEST, Delivery
from sayso.workflows.productions.elsewhere import spawned
from sayso.workflows.productions.plans import Production

if TYPE_CHECKING:
    from subprocess import Popen
    from types import ModuleType

_POLL_S: Final = 0.05
_LOOK_S: Final = 1.0
"""So often the steps of a run are counted, which takes the longer the more of them there are."""


class RunStopped(Conflict):
    """The run was cancelled; resume it."""


@dataclass(frozen=True, slots=True)
class Produced:
    """A finished run: the manifest of the package, the digest of its content, how many lines were made and taken over.

    ``stopped`` are lines whose voice was withdrawn or refused, ``failed`` those that no engine could say, and
    ``stands_out`` those that a person should hear, since something measured of them is out of the ordinary.
    """

    production: str
    run: str
    package: Path
    digest: str
    rendered: int
    reused: int
    stopped: tuple[str, ...]
    failed: tuple[str, ...]
    stands_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a production is: its stage, lines done of all, and what the last run tells of speed."""

    production: str
    stage: str
    lines: int
    done: int
    stopped: int
    failed: int
    made_s: float
    rtf: float | None
    left_s: float | None


def run(
    session: Session,
    production_id: str,
    delivery: Delivery,
    report: Report = silent,
    *,
    fresh: bool = False,
    priority: int | None = None,
) -> Produced:
    """Make the production into ``delivery``, or go on with a run that was cut off, and return what came of it.

    ``priority`` is its place among the productions of its licensee (see `sayso.productions.turns`): by default 5, or
    what a run that was cut off had.

    Raise `ConsentRefused` with every reason where anything is missing before the first sound; `ProductionBusy` where
    another process works on it; `RunPaused` where it is paused, now or meanwhile; `WorkFailed` where a disk or a
    database could not be had.
    """
    queueing.checked_priority(priority)
    production, delivery = _ready(session, production_id, delivery)
    with alone(session, production.production_id):
        return _run(session, production, delivery, report, fresh=fresh, priority=priority)


def _run(
    session: Session, production: Production, delivery: Delivery, report: Report, *, fresh: bool, priority: int | None
) -> Produced:
    """Go on with the run that a dead process left, or begin one; both alone."""
    durable = runs.durable()
    unfinished = _unfinished(session, production.production_id, None if fresh else delivery)
    run_id = unfinished or new_id("run")
    place = _place(session, run_id) if priority is None else priority
    queueing.keep_priority(session, run_id, production.production_id, place)
    with durable.at_work(session, production.production_id, place):
        if unfinished is None:
            durable.started(run_id, production.production_id, durable.sealed_delivery(session, delivery))
        told = _awaited(session, durable, run_id, production, report)
    return _produced(production, run_id, delivery, told)


def _place(session: Session, run_id: str) -> int:
    return queueing.priorities(session).get(RunId(run_id), PRIORITY)


def begin(session: Session, production_id: str, delivery: Delivery, *, priority: int | None = None) -> Popen[bytes]:
    """Begin what `run` does in a process of its own, and return that; `progress` and `listed` tell how it goes.

    It ends with this process, and goes on when it is begun again. Raise as `run` does before its first sound.
    """
    queueing.checked_priority(priority)
    production, delivery = _ready(session, production_id, delivery)
    with alone(session, production.production_id):
        pass
    return spawned(session, {"run": production.production_id, "to": delivery.told(), "priority": priority})


def _ready(session: Session, production_id: str, delivery: Delivery) -> tuple[Production, Delivery]:
    session.require(Right.SPEECH)
    production = plans.opened(session, production_id)
    session.require_licensee(production.licensee, Right.SPEECH)
    for voice in production.plan.voices:
        session.require_voice(voice, Right.SPEECH)
    runs.check_unpaused(session, production)
    _check_permitted(session, production)
    delivery = replace(delivery, folder=delivery.folder.resolve())
    delivery.prepare()
    return production, delivery


def resume(session: Session, run_id: str, report: Report = silent) -> Produced:
    """Go on with a run that was paused, cut off, failed or cancelled; raise `RunUnknown`.

    Where the plan was changed meanwhile, a run of its own makes what is new, and the rest is taken over.
    """
    session.require(Right.SPEECH)
    durable = runs.durable()
    production, sealed, is_same = runs.asked(session, run_id)
    session.require_licensee(production.licensee, Right.SPEECH)
    delivery = durable.opened_delivery(session, sealed)
    delivery.prepare()
    with alone(session, production.production_id):
        pausing.free(session, production.production_id)
        if not is_same:
            return _run(session, production, delivery, report, fresh=True, priority=_place(session, run_id))
        with durable.at_work(session, production.production_id, _place(session, run_id)):
            durable.resumed(run_id)
            told = _awaited(session, durable, run_id, production, report)
    return _produced(production, run_id, delivery, told)


def begin_resume(session: Session, run_id: str) -> Popen[bytes]:
    """Begin what `resume` does in a process of its own, as `begin` does."""
    session.require(Right.SPEECH)
    production, *_ = runs.asked(session, run_id)
    session.require_licensee(production.licensee, Right.SPEECH)
    with alone(session, production.production_id):
        pass
    return spawned(session, {"resume": run_id})


def fork(session: Session, run_id: str, step: int, report: Report = silent, *, new: str | None = None) -> Produced:
    """Run again from a step of a run on, as a run of its own, ``new``; what came before is taken over."""
    production, delivery = _forkable(session, run_id)
    durable = runs.durable()
    forked, place = new or new_id("run"), _place(session, run_id)
    with alone(session, production.production_id), durable.at_work(session, production.production_id, place):
        queueing.keep_priority(session, forked, production.production_id, place)
        durable.forked(run_id, step, forked)
        told = _awaited(session, durable, forked, production, report)
    return _produced(production, forked, delivery, told)


def begin_fork(session: Session, run_id: str, step: int, new: str) -> Popen[bytes]:
    """Begin what `fork` does in a process of its own, as `begin` does."""
    production, _ = _forkable(session, run_id)
    with alone(session, production.production_id):
        pass
    return spawned(session, {"fork": run_id, "step": step, "new": new})


def _forkable(session: Session, run_id: str) -> tuple[Production, Delivery]:
    """Return of what a run is and where it goes; raise `RunOutdated` where its plan was changed, or as `fork`."""
    session.require(Right.SPEECH)
    production, sealed, is_same = runs.asked(session, run_id)
    session.require_licensee(production.licensee, Right.SPEECH)
    delivery: Delivery = runs.durable().opened_delivery(session, sealed)
    runs.check_unpaused(session, production)
    delivery.prepare()
    if not is_same:
        raise RunOutdated(
            f"got {run_id}, whose plan was changed since; expected a run of the plan as it is: run it anew"
        )
    return production, delivery


def redo(session: Session, production_id: str, label: str) -> Production:
    """Have one line made anew in the next run, with another seed, and return the production."""
    session.require(Right.SPEECH)
    with alone(session, parse_id("production", production_id)):
        production = plans.opened(session, production_id)
        session.require_licensee(production.licensee, Right.SPEECH)
        line = production.plan.line(label)
        takes_by_key = {**production.plan.takes, line.key: production.take_number(line) + 1}
        changed = replace(production, plan=replace(production.plan, takes=takes_by_key))
        plans.kept(session, changed, is_new=False)
    return changed


def progress(session: Session, production_id: str) -> Progress:
    """Return how far a production is, by what its runs have written; it disturbs none of them."""
    production = plans.opened(session, production_id)
    lines = list(production.plan.lines())
    clips = [takes.clip_of(session, production, line) for line in lines]
    made_ms = sum(clip.duration_ms or 0 for clip in clips if clip is not None)
    done = sum(clip is not None for clip in clips)
    steps = runs.steps_of(session, production.production_id)
    outputs = [step["output"] for step in steps if isinstance(step.get("output"), Mapping)]
    rtf = _rtf(steps)
    left = sum(line.bound_ms for line, clip in zip(lines, clips, strict=True) if clip is None) / 2000
    return Progress(
        production=production.production_id,
        stage=_stage(session, production.production_id, steps),
        lines=len(lines),
        done=done,
        stopped=sum("stopped" in each and "line" in each for each in outputs),
        failed=sum("failed" in each for each in outputs),
        made_s=made_ms / 1000,
        rtf=rtf,
        left_s=None if rtf is None else round(left * rtf, 1),
    )


def _check_permitted(session: Session, production: Production) -> None:
    """Raise `ConsentRefused` where something is missing, as long as nothing was made; later only lines are stopped."""
    if any(takes.clip_of(session, production, line) is not None for line in production.plan.lines()):
        return
    missing = permitting.missing(session, production)
    if missing:
        reasons = [f"{one.action} with {one.voice}: {reason}" for one in missing for reason in one.reasons]
        raise ConsentRefused(
            f"got a production that {len(missing)} grants are missing for, expected none; nothing was made",
            reasons=reasons,
        )


def _awaited(
    session: Session, durable: ModuleType, run_id: str, production: Production, report: Report
) -> Mapping[str, Any]:
    """Wait for a run within `at_work`, telling how far it is; raise `WorkFailed`, `RunStopped` or `RunPaused`."""
    total = sum(1 for _ in production.plan.lines()) + len(production.plan.chapters) + 2
    handle, looked = durable.handle(run_id), 0.0
    while (status := handle.get_status()).status in runs.GOING:
        if time.monotonic() - looked >= _LOOK_S:
            looked = time.monotonic()
            report(min(1.0, durable.steps_done(run_id) / total))
        time.sleep(_POLL_S)
    if status.status == "CANCELLED":
        if run_id in pausing.held(session):
            raise pausing.refused(run_id)
        raise RunStopped(f"{run_id} was cancelled; what was made stays")
    if status.status != "SUCCESS":
        raise durable.WorkFailed(str(status.error or status.status))
    told: Mapping[str, Any] = status.output
    return told


def _produced(production: Production, run_id: str, delivery: Delivery, told: Mapping[str, Any]) -> Produced:
    return Produced(
        production=production.production_id,
        run=run_id,
        package=delivery.folder / MANIFEST,
        digest=told["digest"],
        rendered=told["rendered"],
        reused=told["reused"],
        stopped=tuple(told["stopped"]),
        failed=tuple(told["failed"]),
        stands_out=tuple(told["stands_out"]),
    )


def _unfinished(session: Session, production_id: str, delivery: Delivery | None) -> str | None:
    """Return the run that a dead process left, if it goes to the same place by the same plan; others are cancelled."""
    durable = runs.durable()
    with durable.client(session.settings) as client:
        found = [
            one for one in client.list_workflows(status=list(runs.GOING)) if runs.production_of(one) == production_id
        ]
        version = plans.version(session, production_id)
        same = [
            one
            for one in found
            if one.input["args"][2:] == [version] and durable.opened_delivery(session, one.input["args"][1]) == delivery
        ]
        for one in found:
            if one not in same[-1:]:
                client.cancel_workflow(one.workflow_id)
    return str(same[-1].workflow_id) if same else None


def _stage(session: Session, production_id: str, steps: list[Mapping[str, Any]]) -> str:
    states = [one.state for one in runs.listed(session) if one.production == production_id]
    if not states:
        return "planned"
    if states[0] not in {"pending", "enqueued"}:
        return {"success": "packaged", "error": "failed"}.get(states[0], states[0])
    last = steps[-1]["function_name"].rpartition(".")[2] if steps else ""
    return {"": "permit", "permit_step": "synthesize", "line_step": "synthesize", "chapter_step": "master"}.get(
        last, "package"
    )


def _rtf(steps: list[Mapping[str, Any]]) -> float | None:
    """Return seconds of work a second of sound, over the lines that the last run made."""
    spent = heard = 0.0
    for step in steps:
        output = step.get("output")
        if isinstance(output, Mapping) and output.get("is_new") and output.get("ms"):
            spent += (step["completed_at_epoch_ms"] - step["started_at_epoch_ms"]) / 1000
            heard += output["ms"] / 1000
    return round(spent / heard, 4) if heard else None
