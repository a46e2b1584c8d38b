"""``sayso protect``: voices that an operator keeps from being enrolled without anybody looking."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.group import group
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import protected as shapes

app = group()

Reason = Annotated[str, typer.Option(help="Why; kept encrypted.")]


@app.command("add")
def add(
    recordings: Annotated[list[Path], typer.Argument(help="Recordings of the voice; only their print is kept.")],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Put a voice on the list of protected voices.

    Whoever enrols with a voice like it goes to a person. Of the recordings nothing is kept but a print.
    """
    from sayso.workflows.enrollment.protecting import protect  # noqa: PLC0415

    added = shapes.protected(protect(local_session(), recordings, reason))
    show(added, tables.pairs(added), as_json=as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the protected voices, and the score of a hit."""
    from sayso.workflows.enrollment.protecting import protected_list  # noqa: PLC0415

    found = shapes.listed(protected_list(local_session()))
    told = f"a score of {found['threshold']} or more goes to a person: at most {found['false_alarms']:g} of others"
    lines = [
        f"{found['voices']} voices here; {told}",
        *tables.rows(("protected", "origin", "added_at", "reason"), found["entries"]),
    ]
    show(found, lines, as_json=as_json)


@app.command("match")
def match(
    enrollment: Annotated[str, typer.Argument(metavar="ENROLLMENT", help="Enrolment id, enr_...")],
    as_json: AsJson = False,
) -> None:
    """Compare an enrolment with each protected voice."""
    from sayso.workflows.enrollment.protecting import compared_with_list  # noqa: PLC0415

    found = shapes.matched(enrollment, compared_with_list(local_session(), enrollment))
    show(found, tables.rows(("protected", "score", "hit", "origin", "reason"), found["entries"]), as_json=as_json)


@app.command("remove")
def remove(
    protected: Annotated[str, typer.Argument(metavar="PROTECTED", help="Entry id, prt_...")],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Take a voice off the list, and destroy what opens its print.

    An erased speaker who asked to be on it can ask to be taken off: the id stands in their certificate.
    """
    from sayso.workflows.enrollment.protecting import unprotect  # noqa: PLC0415

    gone = shapes.protected(unprotect(local_session(), protected, reason))
    show(gone, (f"{gone['protected']} is off the list",), as_json=as_json)
