"""``sayso doctor`` and ``sayso settings``: is this installation well, and what is it told."""

from __future__ import annotations

import typer

from sayso.doors.cli.exits import exit_code
from sayso.doors.cli.output import AsJson, show
from sayso.doors.shapes.operations import checkup

settings_app = typer.Typer(no_args_is_help=True)


@settings_app.callback()
def settings() -> None:
    """Know what this installation is told, and by what."""


@settings_app.command("show")
def show_(as_json: AsJson = False) -> None:
    """Show every setting with its value and where that comes from."""
    from sayso.settings import load  # noqa: PLC0415

    shown = load().shown()
    lines = (f"{name:<14} {item['value']}  ({item['origin']})" for name, item in shown.items())
    show(shown, lines, as_json=as_json)


def doctor(as_json: AsJson = False) -> None:
    """Check that everything Sayso needs is here and whole: models, disk, keys, database, log."""
    from sayso.settings import load  # noqa: PLC0415
    from sayso.workflows.operations.checkup import examine, worst  # noqa: PLC0415

    findings = list(examine(load()))
    problem = worst(findings)
    lines = [f"{'ok ' if finding.problem is None else 'BAD'} {finding.what}: {finding.found}" for finding in findings]
    show(checkup(findings), lines, as_json=as_json)
    raise typer.Exit(exit_code(problem) if problem else 0)
