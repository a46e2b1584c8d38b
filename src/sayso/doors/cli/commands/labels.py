"""``sayso labels``: the AI disclosure labels that laws require, and those in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.batch import each
from sayso.doors.cli.group import group
from sayso.doors.cli.output import AsJson, show
from sayso.doors.shapes import speech as shapes

app = group()


@app.command("list")
def list_(
    jurisdiction: Annotated[
        str | None, typer.Argument(help="Show only this jurisdiction, such as eu, in full.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List jurisdictions and the labels that they require.

    With a jurisdiction, also shows the law, its date and the sources that were read. Not legal advice.
    """
    from sayso.workflows.speech.labels import listed, shown  # noqa: PLC0415 - loads the synthesis room

    if jurisdiction is None:
        table = shapes.jurisdictions(listed())
        lines = (
            f"{row['jurisdiction']:<8} {', '.join(row['asks']) or '-':<44} {row['name']}"
            for row in table["jurisdictions"]
        )
        show(table, lines, as_json=as_json)
        return
    row = shapes.jurisdiction(shown(jurisdiction))
    show({"jurisdictions": [row]}, tables.pairs({**row, "asks": row["asks"] or "-"}), as_json=as_json)


@app.command()
def read(files: Annotated[list[Path], typer.Argument(help="Audio files.")], as_json: AsJson = False) -> None:
    """Show the labels in the tags of audio files.

    Anyone can write tags; use `sayso verify` for proof.
    """
    from sayso.workflows.speech.labels import read_file  # noqa: PLC0415 - loads the synthesis room

    raise typer.Exit(each(files, lambda file: shapes.file_labels(read_file(file)), _read, as_json=as_json))


def _read(found: dict[str, Any]) -> Iterator[str]:
    yield f"{found['file']}: {len(found['tags']) or 'no'} labels in tags"
    for name, text in found["tags"].items():
        yield f"  {name}: {text}"
