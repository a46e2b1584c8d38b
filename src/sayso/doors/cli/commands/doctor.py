"""``sayso doctor`` and ``sayso settings``: the state and the configuration of this installation."""

from __future__ import annotations

from typing import Annotated

import typer

from sayso.doors.cli.exits import exit_code
from sayso.doors.cli.group import group
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes.operations import checkup

settings_app = group()


@settings_app.command("show")
def show_(as_json: AsJson = False) -> None:
    """Show each setting, its value and its source."""
    from sayso.settings import load  # noqa: PLC0415

    shown = load().shown()
    lines = (f"{name:<14} {item['value']}  ({item['origin']})" for name, item in shown.items())
    show(shown, lines, as_json=as_json)


def doctor(
    accept_clock: Annotated[
        bool, typer.Option("--accept-clock", help="Accept the present time although the ledger has later entries.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check models, disk, keys, database, ledger and clock."""
    from sayso.settings import load  # noqa: PLC0415
    from sayso.workflows.operations.checkup import accept_present_clock, examine, worst  # noqa: PLC0415

    if accept_clock:
        accept_present_clock(local_session(load()))
    findings = list(examine(load(), local_session))
    problem = worst(findings)
    lines = [f"{'ok ' if finding.problem is None else 'BAD'} {finding.what}: {finding.found}" for finding in findings]
    show(checkup(findings), lines, as_json=as_json)
    raise typer.Exit(exit_code(problem) if problem else 0)
