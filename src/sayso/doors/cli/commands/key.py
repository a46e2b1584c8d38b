"""``sayso key``: keys of the API."""

from __future__ import annotations

from typing import Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.group import group
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import accounts as shapes

app = group()


@app.command()
def add(
    licensee: Annotated[str, typer.Option(help="Licensee for whom the key asks.")],
    purpose: Annotated[str, typer.Option(help="Purpose of requests that name none, such as agent/support.")],
    organisation: Annotated[
        str | None, typer.Option(help="Organisation, by id or name; default: this installation's own.")
    ] = None,
    role: Annotated[str, typer.Option(help="Role: producer, auditor or operator.")] = "producer",
    project: Annotated[str | None, typer.Option(help="Project of requests that name none.")] = None,
    voice: Annotated[
        list[str] | None,
        typer.Option(help="Voice that the key may use, voi_... or ALIAS=voi_...; repeatable; default: every voice."),
    ] = None,
    rate: Annotated[int, typer.Option(help="Requests a minute; 0: no limit.", min=0)] = 0,
    until: Annotated[str | None, typer.Option(help="End date, such as 2027-12-31; default: in a year.")] = None,
    as_json: AsJson = False,
) -> None:
    """Issue a key for the server.

    The key is shown once. Clients send it as a bearer token. A licensee that no organisation holds is assigned to the
    key's.
    """
    from sayso.workflows.accounts import api_keys  # noqa: PLC0415

    made = api_keys.add(
        local_session(),
        role,
        licensee=licensee,
        purpose=purpose,
        organisation=organisation,
        project=project,
        voices=voice or (),
        rate=rate,
        until=until,
    )
    shown = shapes.key_issued(made)
    lines = (*tables.pairs(shown), "the key is shown this once; clients send it as: Authorization: Bearer KEY")
    show(shown, lines, as_json=as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the keys."""
    from sayso.workflows.accounts import api_keys  # noqa: PLC0415

    shown = shapes.keys(api_keys.listed(local_session()))
    names = ("credential", "organisation", "role", "licensee", "purpose", "until", "state")
    show(shown, tables.rows(names, shown["keys"]), as_json=as_json)


@app.command()
def revoke(
    credential: Annotated[str, typer.Argument(help="Credential id of the key, crd_...")], as_json: AsJson = False
) -> None:
    """Revoke a key; its running streams stop, too."""
    from sayso.workflows.accounts import credentials  # noqa: PLC0415

    shown = shapes.credential(credentials.revoke(local_session(), credential))
    show(shown, (f"{credential} is revoked",), as_json=as_json)
