"""``sayso erase``: erase a speaker and everything derived from the voice."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.group import group
from sayso.doors.cli.outlet import Force, optional_outlet, show_at
from sayso.doors.cli.output import AsJson, show, talk
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import erasure as shapes
from sayso.errors import Conflict

app = group()


class NotConfirmed(Conflict):
    """An erasure cannot be undone; confirm it, or pass --yes."""


@app.command()
def plan(
    speaker: Annotated[str, typer.Option(help="Speaker id, spk_...")],
    keep_print: Annotated[
        bool, typer.Option("--keep-print", help="The speaker asks to be known, should anybody enrol with their voice.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List everything that an erasure would delete.

    With --keep-print two embeddings of the voice stay, on the list of protected voices, until the speaker asks for
    their removal. Without it nothing of the voice is kept.
    """
    from sayso.workflows.erasure import erasing  # noqa: PLC0415

    planned = shapes.plan(erasing.plan(local_session(), speaker, keep_print=keep_print))
    show(planned, [*tables.pairs(planned), f"run it with: sayso erase run {planned['plan']}"], as_json=as_json)


@app.command()
def run(
    plan: Annotated[str, typer.Argument(help="Plan id, pln_...")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    by: Annotated[str, typer.Option(help="Who orders the erasure: speaker or operator.")] = "speaker",
    as_json: AsJson = False,
) -> None:
    """Run an erasure plan; it cannot be undone.

    Destroys the speaker's key, deletes the files, and signs and logs a certificate.
    """
    from sayso.workflows.erasure import erasing  # noqa: PLC0415

    here = local_session()
    if not yes:
        _confirm(shapes.plan(erasing.planned(here, plan)))
    with bar("erasing") as report:
        erased = shapes.erased(erasing.run(here, plan, report, by=by))
    lines = (
        f"erased; certificate {erased['certificate']}",
        f"show it with: sayso erase certificate {erased['certificate']}",
    )
    show(erased, lines, as_json=as_json)


@app.command()
def certificate(
    certificate: Annotated[str, typer.Argument(help="Certificate id, crt_...")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Also write the certificate to this file.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Show or write a certificate of erasure."""
    from sayso.workflows.erasure import erasing  # noqa: PLC0415

    with optional_outlet(output, force=force) as out:
        shown = shapes.certificate(erasing.certificate(local_session(), certificate, None if out is None else out.path))
        show_at(out, shown, shown["text"].splitlines(), as_json=as_json)


@app.command()
def check(
    certificate: Annotated[
        str, typer.Argument(help="Certificate file, or the id of a certificate of this installation.")
    ],
    key: Annotated[
        str | None, typer.Option(help="Public key (vkey) of the ledger; default: this installation's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a certificate of erasure offline.

    Checks the signature, the inventory and the ledger proof. Exits with 6 if one of them fails.
    """
    from sayso.workflows.erasure import erasing  # noqa: PLC0415

    checked = shapes.certificate_checked(erasing.check(certificate, key, local_session))
    show(checked, tables.pairs(checked), as_json=as_json)


def _confirm(planned: dict[str, object]) -> None:
    for line in tables.pairs(planned):
        talk(line)
    if not sys.stdin.isatty():
        raise NotConfirmed("an erasure cannot be undone, and there is no terminal to confirm it at; pass --yes")
    if not typer.confirm("Erase all of this permanently?", err=True):
        raise NotConfirmed("nothing was erased")
