"""``sayso export``: a clip again, in another container, released under a permit of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sayso.doors.cli.output import AsJson, show
from sayso.doors.cli.session import local_session
from sayso.doors.shapes import speech as shapes


def export(
    clip_or_file: Annotated[str, typer.Argument(metavar="CLIP|FILE", help="A clip, clp_..., or a file that holds it.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to: .wav, .flac, .mp3, .m4a or .opus.")],
    language: Annotated[str | None, typer.Option(help="The language of the text, if not the voice's.")] = None,
    territory: Annotated[str | None, typer.Option(help="Where it will be heard: a country code such as DE.")] = None,
    channel: Annotated[str | None, typer.Option(help="How it will be released: one word such as broadcast.")] = None,
    sublicensee: Annotated[str | None, typer.Option(help="Who acts in place of the licensee.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a clip once more, in the container that the output's name asks for, if its grant lets it be published.

    The new file carries the same mark, and credentials that name the first file as what it was made from.
    """
    from sayso.workflows.speech.exporting import Publication  # noqa: PLC0415
    from sayso.workflows.speech.exporting import export as released  # noqa: PLC0415

    release = Publication(clip_or_file, language, territory, channel, sublicensee)
    exported = released(local_session(), release, output)
    signed = "signed" if exported.content_credentials else "its container carries no credentials; the mark stays"
    lines = (
        f"{output}: clip {exported.clip}, {signed}",
        f"permitted by {exported.grant}, ledger entry {exported.entry}",
    )
    show(shapes.exported(exported), lines, as_json=as_json)
