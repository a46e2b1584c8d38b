"""Parsing of options that several commands share."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from sayso.errors import Invalid, NotFound

MAX_TEXT_BYTES: Final = 1_000_000

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

LexiconFile = Annotated[
    Path | None,
    typer.Option("--lexicon", help="How words are said: PLS 1.0, or lines of a word, a tab and a respelling or /IPA/."),
]


def declared(topics: Sequence[str] | None) -> tuple[str, ...] | None:
    """Return the topics that were declared: None if the option is absent, an empty tuple for ``none``."""
    if not topics:
        return None
    return () if list(topics) == ["none"] else tuple(topics)


def several(text: str | None) -> tuple[str, ...] | None:
    """Return the names in ``text``, separated by commas; None if the option is absent."""
    return None if text is None else tuple(name.strip() for name in text.split(",") if name.strip())


def read_text(argument: str) -> str:
    """Return the text itself, or what standard input (``-``) or a file (``@FILE``) holds."""
    if argument == "-":
        return _decoded(sys.stdin.buffer.read(MAX_TEXT_BYTES + 1), "standard input")
    if argument.startswith("@"):
        return _decoded(read_file(Path(argument[1:])), argument[1:])
    return argument


def read_file(path: Path) -> bytes:
    """Return the first `MAX_TEXT_BYTES` + 1 bytes of a file; raise `NotFound`."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_TEXT_BYTES + 1)
    except OSError as error:
        raise NotFound(f"the file {path} cannot be read: {error.strerror}") from None


def _decoded(data: bytes, source: str) -> str:
    if len(data) > MAX_TEXT_BYTES:
        raise Invalid(f"{source}: got more than {MAX_TEXT_BYTES:,} bytes of text; split it into parts")
    encoding = _encoding_of(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8-sig":
            raise Invalid(
                f"{source}: got bytes with zeros among them that are no whole {encoding.upper()} text, expected text; "
                "save it as UTF-8"
            ) from None
        raise Invalid(
            f"{source}: got bytes that are no UTF-8 text, perhaps Latin-1 or Windows-1252; "
            f"convert it first: iconv -f WINDOWS-1252 -t UTF-8"
        ) from None


def _encoding_of(data: bytes) -> str:
    """Return the encoding that a mark at the start, or the places of zero bytes, tell; UTF-8 where none do.

    Text in UTF-8 has no zero bytes, and in UTF-16 nearly every space and stop has one, in the same half.
    """
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if marked or b"\0" not in data:
        return marked or "utf-8-sig"
    return "utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le"
