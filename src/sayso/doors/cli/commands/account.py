"""``sayso account``: organisations, the licensees that they hold, and credentials."""

from __future__ import annotations

from typing import Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.group import group
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import VARIABLE, local_session
from sayso.doors.shapes import accounts as shapes

app = group()


@app.command()
def add(
    name: Annotated[str, typer.Option(help="Name of the organisation; never logged.")], as_json: AsJson = False
) -> None:
    """Add an organisation that shares this installation."""
    from sayso.workflows.accounts import organisations  # noqa: PLC0415

    made = organisations.add(local_session(), name)
    lines = (f"organisation {made}", f"next: sayso account hold {made} LICENSEE")
    show({"organisation": made}, lines, as_json=as_json)


@app.command()
def hold(
    organisation: Annotated[str, typer.Argument(help="Organisation id, org_...")],
    licensee: Annotated[str, typer.Argument(help="Licensee, as grants name it.")],
    as_json: AsJson = False,
) -> None:
    """Assign a licensee to an organisation.

    Producers act only for licensees of their organisation. A licensee belongs to one organisation.
    """
    from sayso.workflows.accounts import organisations  # noqa: PLC0415

    name = organisations.hold(local_session(), organisation, licensee)
    lines = (f"{organisation} holds {name}",)
    show({"organisation": organisation, "licensee": name}, lines, as_json=as_json)


@app.command()
def credential(
    role: Annotated[str, typer.Option(help="Role: speaker, producer, auditor or operator.")],
    organisation: Annotated[str | None, typer.Option(help="Organisation id; default: this installation's own.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Speaker id, for the role speaker.")] = None,
    until: Annotated[str | None, typer.Option(help="End date, such as 2027-12-31; default: in a year.")] = None,
    as_json: AsJson = False,
) -> None:
    """Issue a credential.

    The secret is shown once. Its holder puts it into the variable SAYSO_CREDENTIAL, or into a file (mode 0600) that the
    setting credential_file names.
    """
    from sayso.workflows.accounts import credentials  # noqa: PLC0415

    made = credentials.issue(local_session(), role, organisation=organisation, speaker=speaker, until=until)
    shown = shapes.issued(made)
    lines = (*tables.pairs(shown), f"the secret is shown this once; use it with: export {VARIABLE}=SECRET")
    show(shown, lines, as_json=as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List organisations and credentials."""
    from sayso.workflows.accounts import organisations  # noqa: PLC0415

    shown = shapes.accounts(organisations.listed(local_session()))
    rows = tables.rows(("organisation", "name", "licensees"), shown["organisations"])
    more = tables.rows(("credential", "organisation", "role", "speaker", "until", "state"), shown["credentials"])
    show(shown, (*rows, "", *more), as_json=as_json)


@app.command()
def revoke(credential: Annotated[str, typer.Argument(help="Credential id, crd_...")], as_json: AsJson = False) -> None:
    """Revoke a credential; it is refused from now on."""
    from sayso.workflows.accounts import credentials  # noqa: PLC0415

    shown = shapes.credential(credentials.revoke(local_session(), credential))
    show(shown, (f"{credential} is revoked",), as_json=as_json)
