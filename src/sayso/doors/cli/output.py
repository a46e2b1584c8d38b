"""Output of commands: one JSON object per result with ``--json``, plain text otherwise."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

import typer

from sayso.doors.hints import hint_of
from sayso.doors.shapes.errors import problem
from sayso.errors import SaysoError

_STEERS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, marks of direction, which reorder what is read, and half characters, which no stream takes."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def show(result: Mapping[str, Any], lines: Iterable[str], *, as_json: bool, on_stderr: bool = False) -> None:
    """Print ``result`` as one JSON line, or ``lines`` as text, on stdout, or on stderr where stdout has other use."""
    stream = sys.stderr if on_stderr else sys.stdout
    if as_json:
        stream.write(_STEERS.sub(_as_json, json.dumps(result, ensure_ascii=False, default=str)) + "\n")
    else:
        stream.writelines(printable(line) + "\n" for line in lines)
    stream.flush()


def _as_json(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def printable(line: str) -> str:
    """Return ``line`` with control characters spelled out: text from a file must not steer the terminal."""
    return line if line.isprintable() else _STEERS.sub(lambda found: ascii(found[0])[1:-1], line)


def talk(line: str) -> None:
    """Print ``line`` on stderr."""
    sys.stderr.write(printable(line) + "\n")
    sys.stderr.flush()


def complain(error: SaysoError, *, as_json: bool, on_stderr: bool = False) -> None:
    """Report ``error``: a JSON object on stdout (on stderr where stdout has other use), or text on stderr."""
    if as_json:
        show(problem(error), (), as_json=True, on_stderr=on_stderr)
        return
    talk(f"error: {error.message}")
    for reason in error.reasons:
        talk(f"  - {reason}")
    if hint := hint_of(error):
        talk(f"hint: {hint}")
