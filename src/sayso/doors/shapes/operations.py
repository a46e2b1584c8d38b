"""JSON shapes of the check-up of an installation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sayso.doors.hints import hint_of

if TYPE_CHECKING:
    from sayso.workflows.operations.checkup import CheckupFinding


def checkup(findings: Iterable[CheckupFinding]) -> dict[str, Any]:
    """Return the shape of a check-up: every finding, and whether all are well."""
    rows = [_finding(one) for one in findings]
    return {"ok": all(row["ok"] for row in rows), "findings": rows}


def _finding(finding: CheckupFinding) -> dict[str, Any]:
    error = finding.problem
    return {
        "what": finding.what,
        "ok": error is None,
        "found": finding.found,
        "error": error.slug if error else None,
        "hint": hint_of(error) if error else "",
    }
