"""What a command says: one JSON object a result with ``--json``, lines for people without."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer

from sayso.doors.hints import hint_of
from sayso.doors.shapes.errors import problem
from sayso.errors import SaysoError

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout instead of lines for people.")]


def show(result: Mapping[str, Any], lines: Iterable[str], *, as_json: bool) -> None:
    """Print ``result`` as one JSON line, or ``lines`` for people, on stdout."""
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False, default=str) + "\n")
    else:
        sys.stdout.writelines(line + "\n" for line in lines)
    sys.stdout.flush()


def talk(line: str) -> None:
    """Say ``line`` on stderr."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def complain(error: SaysoError, *, as_json: bool) -> None:
    """Report ``error``: an object on stdout for programs, lines on stderr for people."""
    if as_json:
        show(problem(error), (), as_json=True)
        return
    talk(f"error: {error.message}")
    for reason in error.reasons:
        talk(f"  - {reason}")
    if hint := hint_of(error):
        talk(f"hint: {hint}")
