"""``sayso voice``: clone a voice under consent; list and show voices."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import voices as shapes

app = typer.Typer(no_args_is_help=True)


@app.command()
def clone(
    audio: Annotated[list[Path], typer.Argument(help="Recordings of the speaker alone, 5 s or more in all.")],
    speaker: Annotated[str, typer.Option(help="The speaker, such as spk_...")],
    effort: Annotated[str, typer.Option(help="fast (at most 30 s) or best (at most 5 minutes).")] = "best",
    engine: Annotated[str | None, typer.Option(help="The engine to clone for; without it, the settings'.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed and recordings give the same voice.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Clone the voice in AUDIO, which needs a grant that allows cloning. The recordings are kept, encrypted."""
    from sayso.workflows.voices.cloning import Commission, clone_voice  # noqa: PLC0415

    with bar("cloning the voice") as report:
        cloned = clone_voice(local_session(), Commission(speaker, tuple(audio), effort, engine, seed), report)
    likeness = f"likeness {cloned.similarity:.2f} (1.00 is the same voice) on sentences the search never heard"
    lines = (f"voice {cloned.voice}", f"{likeness}, {cloned.seconds:.0f} s with {cloned.engine}")
    show(shapes.cloned(cloned), lines, as_json=as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List voices: cloned ones, and the engines' own."""
    from sayso.workflows.voices import voicebook  # noqa: PLC0415

    listed = shapes.voices(voicebook.listed(local_session()))
    columns = ("voice", "name", "engine", "language", "similarity")
    show(listed, tables.rows(columns, listed["voices"]), as_json=as_json)


@app.command("show")
def show_(voice: Annotated[str, typer.Argument(help="The voice, such as voi_...")], as_json: AsJson = False) -> None:
    """Show one voice: engine, likeness, quality, and the grants that reach it."""
    from sayso.workflows.voices import voicebook  # noqa: PLC0415

    shown = shapes.voice(voicebook.shown(local_session(), voice))
    show(shown, tables.pairs(shown), as_json=as_json)
