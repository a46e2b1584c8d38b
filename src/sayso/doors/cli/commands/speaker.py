"""``sayso speaker``: the people whose voices are used."""

from __future__ import annotations

from typing import Annotated

import typer

from sayso.doors.cli.commands import keys
from sayso.doors.cli.group import group
from sayso.doors.cli.options import read_text
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session

app = group()
app.add_typer(keys.app, name="key", help="Manage the key that signs a speaker's grants.")


@app.command()
def add(
    name: Annotated[
        str, typer.Option(help="Name; - reads standard input, @FILE reads a file. Stored encrypted, never logged.")
    ],
    organisation: Annotated[
        str | None, typer.Option(help="Organisation of the speaker; default: that of the caller.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add a speaker.

    Creates an id and an encryption key. Nothing is permitted until the speaker gives a grant.
    """
    from sayso.workflows.consent.speakers import add_speaker  # noqa: PLC0415

    speaker_id = add_speaker(local_session(), read_text(name), organisation)
    lines = (f"speaker {speaker_id}", f"next: sayso consent grant --speaker {speaker_id} --licensee L --purpose P")
    show({"speaker": speaker_id}, lines, as_json=as_json)


@app.command()
def deceased(speaker: Annotated[str, typer.Argument(help="Speaker id, spk_...")], as_json: AsJson = False) -> None:
    """Record that a speaker has died.

    Only grants that the speaker made valid after death (--post-mortem) still permit anything.
    """
    from sayso.workflows.consent import granting  # noqa: PLC0415

    granting.note_death(local_session(), speaker)
    show({"speaker": speaker, "deceased": True}, (f"recorded: {speaker} has died",), as_json=as_json)
