"""DOCX, read by python-docx: paragraphs and their styles. What Word keeps beside the text is dropped and told."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final

from sayso.productions.cleaning import tidied
from sayso.productions.errors import ExtraMissing, ManuscriptInvalid, ManuscriptLocked
from sayso.productions.manuscript import Block, BlockKind, Manuscript
from sayso.productions.readers.plain import block_of
from sayso.productions.readers.zipped import ZipBox

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADING: Final = re.compile(r"^heading (\d)$", re.IGNORECASE)
_LEFT_OUT: Final = {
    "word/footnotes.xml": "footnotes",
    "word/endnotes.xml": "endnotes",
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
    core = document.core_properties
    dropped = [what for part, what in _LEFT_OUT.items() if part in box]
    blocks = list(_blocks(document))
    dropped += [f"tables ({len(document.tables)})"] if document.tables else []
    title = tidied(core.title or "") or name
    return Manuscript(title, tidied(core.author or ""), core.language or "en", tuple(blocks), tuple(dropped))


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
