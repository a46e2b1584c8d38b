"""Exit codes: the only place that maps a kind of error to a number."""

from __future__ import annotations

from typing import Final

from sayso.errors import Bug, Conflict, Invalid, NotFound, Refused, SaysoError, Tampered, Unavailable

DONE: Final = 0
INVALID: Final = 2
OUR_BUG: Final = 70
STOPPED: Final = 130

_CODES: Final[tuple[tuple[type[SaysoError], int], ...]] = (
    (Invalid, INVALID),
    (NotFound, 3),
    (Conflict, 4),
    (Refused, 5),
    (Tampered, 6),
    (Unavailable, 7),
    (Bug, OUR_BUG),
)


def exit_code(error: SaysoError) -> int:
    """Return the exit code of ``error``'s kind."""
    return code_of(type(error))


def code_of(kind: type[SaysoError]) -> int:
    """Return the exit code of a kind of error, for results that are not errors but share a code."""
    return next((code for known, code in _CODES if issubclass(kind, known)), OUR_BUG)
