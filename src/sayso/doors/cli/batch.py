"""Commands over many files: one result per file; a file that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from sayso.doors.cli.exits import exit_code
from sayso.doors.cli.output import show, talk
from sayso.doors.hints import hint_of
from sayso.doors.shapes.errors import file_problem
from sayso.errors import SaysoError, Tampered

Act = Callable[[Path], dict[str, Any]]
Lines = Callable[[dict[str, Any]], Iterable[str]]


def each(files: Sequence[Path], act: Act, lines: Lines, *, as_json: bool) -> int:
    """Show the result of ``act`` for each file; return the exit code of the first failure, 0 if there is none.

    A result with a ``problem`` reports broken integrity: it is shown, and it sets the exit code.
    """
    code = 0
    for file in files:
        try:
            result = act(file)
        except SaysoError as error:
            code = code or exit_code(error)
            _complain(file, error, as_json=as_json)
        else:
            show(result, lines(result) if not as_json else (), as_json=as_json)
            code = code or (exit_code(Tampered()) if result.get("problem") else 0)
    return code


def _complain(file: Path, error: SaysoError, *, as_json: bool) -> None:
    if as_json:
        show(file_problem(file, error), (), as_json=True)
    else:
        talk(f"error: {error.message}" if str(file) in error.message else f"error: {file}: {error.message}")
        if hint := hint_of(error):
            talk(f"hint: {hint}")
