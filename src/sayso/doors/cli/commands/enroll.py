"""``sayso enroll``: check recordings before a voice is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from sayso.doors.cli import exits
from sayso.doors.cli.group import Group
from sayso.doors.cli.options import read_text
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import enrollment as shapes
from sayso.errors import Conflict, Refused

app = typer.Typer(cls=Group, no_args_is_help=True)

_CODES: Final = {"pass": exits.DONE, "review": exits.code_of(Conflict), "refuse": exits.code_of(Refused)}


@app.command("check")
def check(
    samples: Annotated[list[Path], typer.Argument(help="Recordings that the voice would be made of.")],
    statement: Annotated[Path, typer.Option(help="Recording of the statement that the speaker read.")],
    text: Annotated[str, typer.Option(help="The statement's text; - reads standard input, @FILE reads a file.")],
    as_json: AsJson = False,
) -> None:
    """Check a statement and samples: words, speaker, marks.

    Stores nothing. Exit code: 0 pass, 4 review by a person, 5 refuse. Needs the extra sayso[asr].
    """
    from sayso.workflows.enrollment.checking import check_recordings  # noqa: PLC0415

    with bar("checking") as report:
        found = shapes.enrollment(check_recordings(local_session(), statement, read_text(text), samples, report))
    show(found, _lines(found), as_json=as_json)
    raise typer.Exit(_CODES[found["verdict"]])


def _lines(found: dict[str, Any]) -> Iterator[str]:
    for name, one in found["checks"].items():
        figures = ", ".join(f"{figure} {value}" for figure, value in one["figures"].items())
        yield f"{name}: {one['verdict']}" + (f" ({figures})" if figures else "")
        yield from (f"  {reason}" for reason in one["reasons"])
    yield f"verdict: {found['verdict']}"
