"""JSON shapes of enrolment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sayso.enrollment.checking import EnrollmentFound
    from sayso.enrollment.verdict import EnrollmentCheck


def enrollment(found: EnrollmentFound) -> dict[str, Any]:
    """Return the shape of the checks of an enrolment."""
    from sayso.enrollment.checking import UNCHECKED  # noqa: PLC0415 - loads the checks

    unchecked = {name: {"verdict": "unchecked", "figures": {}, "reasons": []} for name in UNCHECKED}
    checks = {name: _check(check) for name, check in found.checks.items()}
    return {"verdict": found.verdict.value, "checks": {**checks, **unchecked}}


def _check(check: EnrollmentCheck) -> dict[str, Any]:
    figures = {name: None if value is None else float(f"{value:.4g}") for name, value in check.figures.items()}
    return {"verdict": check.verdict.value, "figures": figures, "reasons": list(check.reasons)}
