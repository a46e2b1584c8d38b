"""``sayso text``: show what will be spoken for a text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from sayso.doors.cli.options import LexiconFile, read_text
from sayso.doors.cli.output import AsJson, show
from sayso.doors.shapes import speech as shapes

if TYPE_CHECKING:
    from sayso.workflows.speech.reading import ReadText


def text(
    text: Annotated[str, typer.Argument(help="The text; - reads standard input, @FILE reads a file.")],
    phonemes: Annotated[bool, typer.Option("--phonemes", help="Show the phonemes, too.")] = False,
    language: Annotated[str, typer.Option(help="Language of the text.")] = "en",
    lexicon: LexiconFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what will be spoken for TEXT."""
    from sayso.workflows.speech import reading  # noqa: PLC0415

    read = reading.read_text(read_text(text), with_phonemes=phonemes or as_json, language=language, lexicon=lexicon)
    show(shapes.read(read), _lines(read, phonemes=phonemes), as_json=as_json)


def _lines(read: ReadText, *, phonemes: bool) -> Iterator[str]:
    yield read.spoken
    if phonemes and read.phonemes:
        yield read.phonemes
    if read.skipped:
        yield f"not read: {' '.join(read.skipped)}"
