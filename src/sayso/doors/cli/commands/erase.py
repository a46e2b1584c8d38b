"""``sayso erase``: erase a speaker and everything derived from the voice."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.output import AsJson, show, talk
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import erasure as shapes
from sayso.errors import Conflict

app = typer.Typer(no_args_is_help=True)


class NotConfirmed(Conflict):
    """Erasing cannot be undone; say --yes."""


@app.command()
def plan(speaker: Annotated[str, typer.Option(help="The speaker, such as spk_...")], as_json: AsJson = False) -> None:
    """List all that would be erased. Nothing is changed."""
    from sayso.workflows.erasure import erasing  # noqa: PLC0415

    planned = shapes.plan(erasing.plan(local_session(), speaker))
    show(planned, [*tables.pairs(planned), f"carry it out with: sayso erase run {planned['plan']}"], as_json=as_json)


@app.command()
def run(
    plan: Annotated[str, typer.Argument(help="The plan, such as pln_...")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    by: Annotated[str, typer.Option(help="Whose act it is: speaker or operator.")] = "speaker",
    as_json: AsJson = False,
) -> None:
    """Carry a plan out: key destroyed, files gone, certificate signed and logged. It cannot be undone."""
    from sayso.workflows.erasure import erasing  # noqa: PLC0415

    here = local_session()
    if not yes:
        _confirm(shapes.plan(erasing.planned(here, plan)))
    with bar("erasing") as report:
        erased = shapes.erased(erasing.run(here, plan, report, by=by))
    lines = (
        f"erased; certificate {erased['certificate']}",
        f"read it with: sayso erase certificate {erased['certificate']}",
    )
    show(erased, lines, as_json=as_json)


@app.command()
def certificate(
    certificate: Annotated[str, typer.Argument(help="The certificate, such as crt_...")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it to a file, for others to check.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a certificate of erasure, or write it to a file."""
    from sayso.workflows.erasure import erasing  # noqa: PLC0415

    shown = shapes.certificate(erasing.certificate(local_session(), certificate, output))
    show(shown, [shown["text"]], as_json=as_json)


@app.command()
def check(
    certificate: Annotated[str, typer.Argument(help="A certificate's file, or its id here.")],
    key: Annotated[
        str | None, typer.Option(help="The log's public key (vkey); without it, this installation's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a certificate offline: signature, inventory and proof. Exit 6 if anything is off."""
    from sayso.workflows.erasure import erasing  # noqa: PLC0415

    checked = shapes.certificate_checked(erasing.check(certificate, key, local_session))
    show(checked, tables.pairs(checked), as_json=as_json)


def _confirm(planned: dict[str, object]) -> None:
    for line in tables.pairs(planned):
        talk(line)
    if not sys.stdin.isatty():
        raise NotConfirmed("erasing cannot be undone, and nobody is here to ask; say --yes to do it")
    if not typer.confirm("Erase all of this for good?", err=True):
        raise NotConfirmed("nothing was erased")
