"""JSON shapes of enrolment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sayso.clock import stamp

if TYPE_CHECKING:
    from pathlib import Path

    from sayso.enrollment.checking import EnrollmentFound
    from sayso.enrollment.verdict import EnrollmentCheck
    from sayso.workflows.enrollment.evidence import EvidenceShown
    from sayso.workflows.enrollment.showing import EnrollmentShown
    from sayso.workflows.enrollment.starting import ChallengeIssued


def enrollment(found: EnrollmentFound) -> dict[str, Any]:
    """Return the shape of the checks of an enrolment."""
    return _checked(str(found.verdict), found.checks)


def issued(challenge: ChallengeIssued) -> dict[str, Any]:
    """Return the shape of a statement that is to be read."""
    return {
        "enrollment": challenge.enrollment,
        "speaker": challenge.speaker,
        "text": challenge.text,
        "words": list(challenge.words),
        "expires_at": stamp(challenge.expires_at),
        "attempts_left": challenge.attempts_left,
    }


def status(shown: EnrollmentShown) -> dict[str, Any]:
    """Return the shape of an enrolment as it is now: no score, no reason."""
    row = shown.row
    return {
        "enrollment": row.enrollment_id,
        "speaker": row.speaker_id,
        "state": str(shown.state),
        "assisted": row.assisted,
        "verdict": {"passed": "pass", "review": "review", "refused": "refuse"}.get(str(shown.state)),
        "grant": row.grant_id,
        "started_at": row.started_at,
        "expires_at": stamp(shown.expires_at),
        "submitted_at": row.submitted_at,
        "samples": len(row.samples),
        "attempts_left": shown.attempts_left,
        "decisions": [{"decision": one.decision, "at": one.at} for one in shown.decisions],
        "next": shown.next,
    }


def statuses(listed: Iterable[EnrollmentShown]) -> dict[str, Any]:
    """Return the shape of a list of enrolments."""
    return {"enrollments": [status(one) for one in listed]}


def evidence(shown: EvidenceShown, output: Path | None = None) -> dict[str, Any]:
    """Return the shape of the evidence of an enrolment, with what the checks of today find where they ran."""
    report = shown.evidence.report
    return {
        "enrollment": shown.row.enrollment_id,
        "speaker": shown.row.speaker_id,
        "state": str(shown.row.state),
        "grant": shown.row.grant_id,
        "text": report["text"],
        "words": list(report["words"]),
        "started_at": report["started_at"],
        "submitted_at": report["submitted_at"],
        "statement_sha256": report["statement_sha256"],
        "samples_sha256": list(report["samples_sha256"]),
        "then": _checked(str(shown.evidence.verdict), shown.checks),
        "again": None if shown.again is None else _checked(str(shown.again.verdict), shown.again.checks),
        "models": {name: {"then": then, "now": now, "same": then == now} for name, (then, now) in shown.models.items()},
        "recogniser": report["recogniser"],
        "sayso": report["sayso"],
        "output": None if output is None else str(output),
    }


def _checked(verdict: str, checks: Mapping[str, EnrollmentCheck]) -> dict[str, Any]:
    return {"verdict": verdict, "checks": {name: _check(check) for name, check in checks.items()}}


def _check(check: EnrollmentCheck) -> dict[str, Any]:
    figures = {name: None if value is None else float(f"{value:.4g}") for name, value in check.figures.items()}
    return {"verdict": check.verdict.value, "figures": figures, "reasons": list(check.reasons)}
