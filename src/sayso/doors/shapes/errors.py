"""JSON shapes of errors and refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sayso.doors.hints import hint_of
from sayso.errors import SaysoError


def problem(error: SaysoError) -> dict[str, Any]:
    """Return the shape of an error or a refusal."""
    return {
        "error": error.slug,
        "message": error.message,
        "reasons": list(error.reasons),
        "hint": hint_of(error),
    }


def file_problem(file: Path, error: SaysoError) -> dict[str, Any]:
    """Return the shape of what one of several files failed with."""
    return {"file": str(file), **problem(error)}
