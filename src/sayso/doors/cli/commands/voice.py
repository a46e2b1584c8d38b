"""``sayso voice``: clone, list and show voices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.doors.cli import tables
from sayso.doors.cli.group import group
from sayso.doors.cli.outlet import Force, optional_outlet, show_at
from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.progress import bar
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import voices as shapes

if TYPE_CHECKING:
    from sayso.workflows.voices.cloning import Cloned

app = group()


@app.command()
def clone(
    audio: Annotated[list[Path], typer.Argument(help="Recordings of the speaker alone, 5 s or more in total.")],
    speaker: Annotated[str, typer.Option(help="Speaker id, spk_...")],
    effort: Annotated[
        str,
        typer.Option(
            help="fast (about a minute on two idle cores), best (about 5), studio (about 20), or auto: fast, and best"
            " from there where the voice is not like the speaker."
        ),
    ] = "best",
    go_on: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Go on from this voice of the speaker (kokoro), or learn it (--engine hibari), for live speech.",
        ),
    ] = None,
    engine: Annotated[str | None, typer.Option(help="Engine to clone for; default: the settings.")] = None,
    seed: Annotated[int, typer.Option(help="Random seed; same seed and recordings, same voice.")] = 0,
    licence: Annotated[
        str | None,
        typer.Option(help="For recordings that anybody may adapt: public-domain, CC0-1.0, CC-BY-4.0 or CC-BY-SA-4.0."),
    ] = None,
    evidence: Annotated[
        str | None, typer.Option(help="Address of the page that says so, https://...; with --licence.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Clone a voice from recordings.

    Needs a grant that allows cloning, and that the speaker enrolled with these recordings (sayso enroll start), or
    --licence. The recordings are stored encrypted. Stopped with Ctrl-C, nothing is kept.
    """
    from sayso.workflows.voices.cloning import Commission, clone_voice  # noqa: PLC0415

    with bar("cloning the voice") as report:
        commission = Commission(speaker, tuple(audio), effort, engine, seed, go_on, licence, evidence)
        cloned = clone_voice(local_session(), commission, report)
    came = f"recordings: {cloned.basis.path}" + (f", {cloned.basis.licence}" if cloned.basis.licence else "")
    how = cloned.engine + (f", effort {cloned.effort}" if cloned.effort else "")
    lines = (f"voice {cloned.voice}", came, *likeness_lines(cloned), f"{cloned.seconds:.0f} s with {how}")
    show(shapes.cloned(cloned), lines, as_json=as_json)


def likeness_lines(cloned: Cloned) -> Iterator[str]:
    """Yield what a person should know of how alike the clone and the speaker are."""
    from sayso.voices.likeness import LIKE, in_words  # noqa: PLC0415 - loads the judge

    yield f"similarity {cloned.similarity:.2f} on sentences and recordings that the search did not hear"
    yield f"for comparison: two recordings of one person 0.85 to 0.95, the nearest stranger {cloned.stranger:.2f}"
    yield in_words(cloned.similarity, cloned.stranger)
    if cloned.similarity < LIKE:
        yield f"this clone does not sound like the speaker yet (below {LIKE:.2f}); use more or cleaner recordings"


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List cloned and stock voices."""
    from sayso.workflows.voices import voicebook  # noqa: PLC0415

    listed = shapes.voices(voicebook.listed(local_session()))
    columns = ("voice", "name", "engine", "language", "similarity")
    show(listed, tables.rows(columns, listed["voices"]), as_json=as_json)


@app.command("show")
def show_(
    voice: Annotated[str, typer.Argument(help="Voice id, voi_..., or name of a stock voice.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Also write a page (.html) to compare by ear, for the speaker."),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Show a voice: engine, similarity, quality, grants.

    The page plays a recording of the speaker and the newest clip of the voice, which is published under a grant.
    """
    from sayso.disk import write_document  # noqa: PLC0415
    from sayso.workflows.voices import voicebook  # noqa: PLC0415

    with optional_outlet(output, force=force, suffix=".html") as out:
        found = voicebook.shown(local_session(), voice)
        if out is not None:
            from sayso.doors.reports.likeness import page  # noqa: PLC0415
            from sayso.workflows.speech.comparing import compared  # noqa: PLC0415

            write_document(out.path, page(compared(local_session(), found)), mode=0o600)
        shown = shapes.voice(found)
        show_at(out, shown, tables.pairs(shown), as_json=as_json)
