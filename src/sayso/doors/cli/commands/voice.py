"""``sayso voice``: clone, list and show voices."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.group import group
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import voices as shapes

app = group()


@app.command()
def clone(
    audio: Annotated[list[Path], typer.Argument(help="Recordings of the speaker alone, 5 s or more in total.")],
    speaker: Annotated[str, typer.Option(help="Speaker id, spk_...")],
    effort: Annotated[
        str, typer.Option(help="fast (about 30 s on two idle cores) or best (about 5 minutes).")
    ] = "best",
    engine: Annotated[str | None, typer.Option(help="Engine to clone for; default: the settings.")] = None,
    seed: Annotated[int, typer.Option(help="Random seed; same seed and recordings, same voice.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Clone a voice from recordings.

    Needs a grant that allows cloning. The recordings are stored encrypted.
    """
    from sayso.workflows.voices.cloning import Commission, clone_voice  # noqa: PLC0415

    with bar("cloning the voice") as report:
        cloned = clone_voice(local_session(), Commission(speaker, tuple(audio), effort, engine, seed), report)
    similarity = f"similarity {cloned.similarity:.2f} (1.00 is identical), measured on held-out sentences"
    lines = (f"voice {cloned.voice}", f"{similarity}, {cloned.seconds:.0f} s with {cloned.engine}")
    show(shapes.cloned(cloned), lines, as_json=as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List cloned and stock voices."""
    from sayso.workflows.voices import voicebook  # noqa: PLC0415

    listed = shapes.voices(voicebook.listed(local_session()))
    columns = ("voice", "name", "engine", "language", "similarity")
    show(listed, tables.rows(columns, listed["voices"]), as_json=as_json)


@app.command("show")
def show_(
    voice: Annotated[str, typer.Argument(help="Voice id, voi_..., or name of a stock voice.")], as_json: AsJson = False
) -> None:
    """Show a voice: engine, similarity, quality, grants."""
    from sayso.workflows.voices import voicebook  # noqa: PLC0415

    shown = shapes.voice(voicebook.shown(local_session(), voice))
    show(shown, tables.pairs(shown), as_json=as_json)
