"""DOCX, read by python-docx: paragraphs and their styles. What Word keeps beside the text is dropped and told."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final

from sayso.productions.cleaning import tidied
from sayso.productions.errors import ExtraMissing, ManuscriptInvalid, ManuscriptLocked
from sayso.productions.manuscript import Block, BlockKind, Manuscript
from sayso.productions.readers.epub import xml
from sayso.productions.readers.plain import block_of
from sayso.productions.readers.zipped import ZipBox

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADING: Final = re.compile(r"^heading (\d)$", re.IGNORECASE)
_LEFT_OUT: Final = {
    "word/comments.xml": "comments",
    "word/header1.xml": "running heads",
    "word/footer1.xml": "running feet",
}


def read(data: bytes, name: str) -> Manuscript:
    """Return the manuscript of a DOCX file; raise `ManuscriptLocked` for a password."""
    if data.startswith(_OLE):
        raise ManuscriptLocked("got a file with a password, or of Word before 2007; save it as .docx without one")
    box = ZipBox(data)
    if "word/document.xml" not in box:
        raise ManuscriptInvalid("got a zip container without word/document.xml, expected a DOCX")
    document = _opened(data)
    try:
        core, blocks = document.core_properties, [*_blocks(document), *_notes(box)]
        dropped = [what for part, what in _LEFT_OUT.items() if part in box] + list(_dropped(document))
        title, author, language = tidied(core.title or "") or name, tidied(core.author or ""), core.language or "en"
    except ManuscriptInvalid:
        raise
    except Exception as error:
        raise ManuscriptInvalid(f"got a DOCX that cannot be read: {str(error)[:100]}") from None
    return Manuscript(title, author, language, tuple(blocks), tuple(dropped))


def _notes(box: ZipBox) -> Iterator[Block]:
    """Yield footnotes and endnotes; those with a type are the lines that Word draws above them."""
    for part in ("word/footnotes.xml", "word/endnotes.xml"):
        if part not in box:
            continue
        for note in xml(box.read(part), part):
            text = tidied("".join(each.text or "" for each in note.iter(f"{_W}t")))
            if text and note.get(f"{_W}type") is None:
                yield Block(BlockKind.NOTE, text)


def _dropped(document: Any) -> Iterator[str]:
    """Yield what of the body is not read."""
    body = document.element.body
    for what, count in (
        ("tables", len(document.tables)),
        ("content controls", sum(1 for _ in body.iterchildren(f"{_W}sdt"))),
        ("text boxes", sum(1 for _ in body.iter(f"{_W}txbxContent"))),
        ("images", sum(1 for _ in body.iter(f"{_W}drawing"))),
    ):
        if count:
            yield f"{what} ({count})"


def _opened(data: bytes) -> Any:
    try:
        import docx  # noqa: PLC0415 - of the extra
    except ImportError:
        raise ExtraMissing("python-docx is not installed; install sayso[productions]") from None
    try:
        return docx.Document(io.BytesIO(data))
    except Exception as error:
        raise ManuscriptInvalid(f"got a DOCX that cannot be read: {str(error)[:100]}") from None


def _blocks(document: Any) -> Iterator[Block]:
    for paragraph in document.paragraphs:
        text = tidied(paragraph.text)
        style = str(getattr(paragraph.style, "name", "") or "")
        found = _HEADING.match(style)
        if text and (found or style == "Title"):
            yield Block(BlockKind.HEADING, text, level=int(found[1]) if found else 1)
        elif text:
            yield from block_of(text)
