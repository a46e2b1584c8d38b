"""Output of commands: one JSON object per result with ``--json``, plain text otherwise."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer

from sayso.doors.hints import hint_of
from sayso.doors.shapes.errors import problem
from sayso.errors import SaysoError

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def show(result: Mapping[str, Any], lines: Iterable[str], *, as_json: bool) -> None:
    """Print ``result`` as one JSON line, or ``lines`` as text, on stdout."""
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False, default=str) + "\n")
    else:
        sys.stdout.writelines(line + "\n" for line in lines)
    sys.stdout.flush()


def talk(line: str) -> None:
    """Print ``line`` on stderr."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def complain(error: SaysoError, *, as_json: bool) -> None:
    """Report ``error``: a JSON object on stdout, or text on stderr."""
    if as_json:
        show(problem(error), (), as_json=True)
        return
    talk(f"error: {error.message}")
    for reason in error.reasons:
        talk(f"  - {reason}")
    if hint := hint_of(error):
        talk(f"hint: {hint}")
