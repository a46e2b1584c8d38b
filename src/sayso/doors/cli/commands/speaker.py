"""``sayso speaker``: the people whose voices are here."""

from __future__ import annotations

from typing import Annotated

import typer

from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session

app = typer.Typer(no_args_is_help=True)


@app.callback()
def speaker() -> None:
    """Know the people whose voices are here."""


@app.command()
def add(
    name: Annotated[str, typer.Option(help="What the speaker is called; kept encrypted, shown to no log.")],
    as_json: AsJson = False,
) -> None:
    """Add a speaker: an id, an encryption key of their own, and nothing allowed yet."""
    from sayso.workflows.consent.speakers import add_speaker  # noqa: PLC0415

    speaker_id = add_speaker(local_session(), name)
    lines = (f"speaker {speaker_id}", f"next: sayso consent grant --speaker {speaker_id} --licensee L --purpose P")
    show({"speaker": speaker_id}, lines, as_json=as_json)
