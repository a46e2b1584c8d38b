"""Readers: a file in, a `Manuscript` out. The format is told by the file's name and held against its bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from sayso.disk import FileTooLarge, read_bounded
from sayso.errors import about
from sayso.productions.errors import ManuscriptEmpty, ManuscriptInvalid, ManuscriptTooLarge
from sayso.productions.manuscript import MAX_CHARACTERS, BlockKind, Manuscript

MAX_BYTES: Final = 200_000_000
"""Of a file, before anything in it is unpacked."""

Reader = Callable[[bytes, str], Manuscript]


def read_manuscript(path: Path) -> Manuscript:
    """Return the text of the file ``path``: EPUB 2 and 3, Markdown, plain text, HTML, DOCX, PDF with text, or a script.

    Raises
    ------
    ManuscriptInvalid : not a file of its format, or of no format that is read
    ManuscriptLocked : DRM or a password
    ManuscriptTooLarge : more bytes or text than are read, packed or unpacked
    ManuscriptEmpty : no text
    ExtraMissing : a package of the extra ``productions`` is not installed
    FileMissing : the file cannot be read
    """
    reader = _reader(path)
    try:
        data = read_bounded(path, MAX_BYTES)
    except FileTooLarge as error:
        raise ManuscriptTooLarge(error.message) from None
    with about(str(path)):
        found = reader(data, path.stem)
        _check(found)
    return found


def _check(found: Manuscript) -> None:
    size = sum(len(block.text) for block in found.blocks)
    if size > MAX_CHARACTERS:
        raise ManuscriptTooLarge(f"got {size:,} characters of text, expected at most {MAX_CHARACTERS:,}; split it")
    if not any(block.kind in {BlockKind.TEXT, BlockKind.HEADING} for block in found.blocks):
        raise ManuscriptEmpty("got no text, expected some; a scanned book needs text recognition first")


def _reader(path: Path) -> Reader:
    from sayso.productions.readers import (  # noqa: PLC0415 - each loads what it reads with when it is asked
        docx,
        dramatic,
        epub,
        html,
        markdown,
        pdf,
        plain,
    )

    readers: dict[str, Reader] = {
        ".epub": epub.read,
        ".md": markdown.read,
        ".markdown": markdown.read,
        ".txt": plain.read,
        ".text": plain.read,
        ".html": html.read,
        ".htm": html.read,
        ".xhtml": html.read,
        ".docx": docx.read,
        ".pdf": pdf.read,
        ".script": dramatic.read,
    }
    found = readers.get(path.suffix.lower())
    if found is None:
        names = ", ".join(readers)
        raise ManuscriptInvalid(f"got the file name {path.name[-80:]!r}, expected one that ends in {names}")
    return found
