"""What to do next after an error: the hint of the error."""

from __future__ import annotations

from sayso.errors import SaysoError


def hint_of(error: SaysoError) -> str:
    """Return what to do next, "" where there is nothing to say."""
    return error.hint
