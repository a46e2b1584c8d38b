"""``sayso labels``: what law asks a clip to say of itself, and what a file says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sayso.doors.cli.batch import each
from sayso.doors.cli.output import AsJson, show
from sayso.doors.shapes import speech as shapes

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the jurisdictions and the labels that each asks. Not legal advice."""
    from sayso.workflows.speech.labels import listed  # noqa: PLC0415 - loads what a voice speaks with

    table = shapes.jurisdictions(listed())
    lines = (
        f"{row['jurisdiction']:<8} {', '.join(row['asks']) or '-':<44} {row['name']}" for row in table["jurisdictions"]
    )
    show(table, lines, as_json=as_json)


@app.command("show")
def show_(jurisdiction: Annotated[str, typer.Argument(help="Its code, such as eu.")], as_json: AsJson = False) -> None:
    """Show what one jurisdiction asks, by which law, since when, and what was read for it. Not legal advice."""
    from sayso.workflows.speech.labels import shown  # noqa: PLC0415 - loads what a voice speaks with

    row = shapes.jurisdiction(shown(jurisdiction))
    plain = {**row, "asks": ", ".join(row["asks"]) or "-"}
    show(row, (f"{name:<13} {value}" for name, value in plain.items() if value is not None), as_json=as_json)


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="Audio files, hundreds if need be.")], as_json: AsJson = False
) -> None:
    """Show the labels in the tags of each file. Anyone can write tags: `sayso verify` tells what is proved."""
    from sayso.workflows.speech.labels import read_file  # noqa: PLC0415 - loads what a voice speaks with

    raise typer.Exit(each(files, lambda file: shapes.file_labels(read_file(file)), _read, as_json=as_json))


def _read(found: dict[str, Any]) -> Iterator[str]:
    yield f"{found['file']}: {len(found['tags']) or 'no'} labels in tags"
    for name, text in found["tags"].items():
        yield f"  {name}: {text}"
