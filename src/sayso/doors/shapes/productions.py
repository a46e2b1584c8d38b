"""JSON shapes of productions and their runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.workflows.productions.permitting import MissingPermission
    from sayso.workflows.productions.planning import Planned
    from sayso.workflows.productions.plans import Production
    from sayso.workflows.productions.reporting import PackageReport
    from sayso.workflows.productions.running import Produced, Progress
    from sayso.workflows.productions.runs import RunShown


def planned(found: Planned) -> dict[str, Any]:
    """Return the shape of a production that was planned."""
    return {
        "production": found.production.production_id,
        "lines": found.lines,
        "minutes": round(found.minutes, 2),
        "missing": [_missing(one) for one in found.missing],
        "chapters": len(found.production.plan.chapters),
        "dropped": list(found.production.plan.dropped),
    }


def _missing(one: MissingPermission) -> dict[str, Any]:
    return {
        "voice": one.voice,
        "characters": list(one.characters),
        "action": one.action,
        "reasons": list(one.reasons),
        "grantable_by": list(one.grantable_by),
        "lines": list(one.lines),
    }


def produced(done: Produced) -> dict[str, Any]:
    """Return the shape of a finished run."""
    return {
        "package": str(done.package),
        "digest": done.digest,
        "rendered": done.rendered,
        "reused": done.reused,
        "production": done.production,
        "run": done.run,
        "stopped": list(done.stopped),
        "failed": list(done.failed),
        "listen_to": list(done.stands_out),
    }


def progress(found: Progress) -> dict[str, Any]:
    """Return the shape of how far a production is."""
    return {
        "production": found.production,
        "stage": found.stage,
        "lines": found.lines,
        "done": found.done,
        "stopped": found.stopped,
        "failed": found.failed,
        "made_s": round(found.made_s, 3),
        "rtf": found.rtf,
        "left_s": found.left_s,
    }


def redone(production: Production, line: str, take: int) -> dict[str, Any]:
    """Return the shape of a line that is to be made anew."""
    return {"production": production.production_id, "line": line, "take": take}


def report(found: PackageReport) -> dict[str, Any]:
    """Return the shape of the check of a package."""
    return {
        "production": found.production,
        "digest": found.digest,
        "whole": found.is_whole,
        "files": len(found.files),
        "altered": list(found.altered),
        "chapters": [{**chapter, "failures": found.failures(chapter)} for chapter in found.chapters],
        "voices": [dict(voice) for voice in found.voices],
        "stopped": list(found.stopped),
    }


def run(found: RunShown) -> dict[str, Any]:
    """Return the shape of one run."""
    return {
        "run": found.run,
        "production": found.production,
        "state": found.state,
        "began_at": found.began_at,
        "ended_at": found.ended_at,
        "steps": found.steps,
        "licensee": found.licensee,
        "priority": found.priority,
        "waits_for": found.waits_for,
        "problem": found.problem,
    }


def runs(found: Iterable[RunShown]) -> dict[str, Any]:
    """Return the shape of all runs."""
    return {"runs": [run(one) for one in found]}
