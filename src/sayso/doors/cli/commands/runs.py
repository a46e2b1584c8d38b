"""``sayso runs``: the durable runs of productions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sayso.doors.cli.commands.produce import _show
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import productions as shapes

if TYPE_CHECKING:
    from sayso.workflows.productions.running import RunShown

app = typer.Typer(no_args_is_help=True)

RunName = Annotated[str, typer.Argument(metavar="RUN", help="Run id, run_...")]


@app.command("list")
def listed(as_json: AsJson = False) -> None:
    """List the runs of productions, the newest first."""
    from sayso.workflows.productions import running  # noqa: PLC0415

    found = running.listed(local_session())
    show(shapes.runs(found), map(_line, found), as_json=as_json)


@app.command("show")
def shown(run: RunName, as_json: AsJson = False) -> None:
    """Show one run and how many of its steps are done."""
    from sayso.workflows.productions import running  # noqa: PLC0415

    found = running.shown(local_session(), run)
    show(shapes.run(found), [_line(found), f"{found.steps} steps done"], as_json=as_json)


@app.command("resume")
def resume(run: RunName, as_json: AsJson = False) -> None:
    """Go on with a run that was killed, failed or cancelled."""
    from sayso.workflows.productions import running  # noqa: PLC0415

    with bar("producing") as report:
        done = running.resume(local_session(), run, report)
    _show(done, as_json=as_json)


@app.command("cancel")
def cancel(run: RunName, as_json: AsJson = False) -> None:
    """Stop a run at its next step; what is made stays."""
    from sayso.workflows.productions import running  # noqa: PLC0415

    found = running.cancel(local_session(), run)
    show(shapes.run(found), [_line(found)], as_json=as_json)


@app.command("fork")
def fork(
    run: RunName,
    step: Annotated[int, typer.Option(min=1, help="Step from which on the work is done again.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Run again from a step on, as a run of its own."""
    from sayso.workflows.productions import running  # noqa: PLC0415

    with bar("producing") as report:
        done = running.fork(local_session(), run, step, report)
    _show(done, as_json=as_json)


def _line(found: RunShown) -> str:
    problem = f": {found.problem}" if found.problem else ""
    return f"{found.run}: {found.production}, {found.state} since {found.ended_at or found.began_at}{problem}"
