"""PDF with text, read by pypdf: pages without their furniture, paragraphs joined over line and page ends."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from typing import Any, Final

from sayso.productions.cleaning import joined_lines, tidied, without_furniture
from sayso.productions.errors import (
    ExtraMissing,
    ManuscriptEmpty,
    ManuscriptInvalid,
    ManuscriptLocked,
    ManuscriptTooLarge,
)
from sayso.productions.manuscript import MAX_CHARACTERS, Manuscript
from sayso.productions.readers.plain import block_of

MAX_PAGES: Final = 5_000

_ENDS: Final = re.compile(r"[.!?:…][\"”’')\]]*\s*$")
_SHORT: Final = 0.75
_LEAST_CHARACTERS: Final = 5


def read(data: bytes, name: str) -> Manuscript:
    """Return the manuscript of a PDF; raise `ManuscriptLocked` for a password, `ManuscriptEmpty` for a scan."""
    document = _opened(data)
    pages, furniture = without_furniture(_pages(document))
    if sum(map(len, pages)) < _LEAST_CHARACTERS * len(pages):
        raise ManuscriptEmpty(f"got {len(pages)} pages almost without text, expected text; a scan must be read first")
    blocks = [block for part in _paragraphs("\n".join(pages)) for block in block_of(part)]
    told = _metadata(document)
    dropped = [f"page numbers and running heads ({furniture} lines)"] if furniture else []
    title, author = (tidied(str(told.get(key) or "")) for key in ("/Title", "/Author"))
    return Manuscript(title or name, author, "en", tuple(blocks), tuple(dropped))


def _opened(data: bytes) -> Any:
    try:
        import pypdf  # noqa: PLC0415 - of the extra
    except ImportError:
        raise ExtraMissing("pypdf is not installed; install sayso[productions]") from None
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it mends it tells; what it cannot, it raises
    try:
        document = pypdf.PdfReader(io.BytesIO(data))
        is_locked = document.is_encrypted and not document.decrypt("")
        count = 0 if is_locked else len(document.pages)
    except Exception as error:
        raise ManuscriptInvalid(f"got a PDF that cannot be read: {str(error)[:100]}") from None
    if is_locked:
        raise ManuscriptLocked("got a PDF with a password; bring a copy without one")
    if count > MAX_PAGES:
        raise ManuscriptInvalid(f"got {count} pages, expected at most {MAX_PAGES}; split it")
    return document


def _pages(document: Any) -> list[str]:
    texts, size = [], 0
    for number, page in enumerate(document.pages, 1):
        try:
            texts.append(str(page.extract_text() or ""))
        except Exception as error:
            raise ManuscriptInvalid(f"page {number}: cannot be read: {str(error)[:100]}") from None
        size += len(texts[-1])
        if size > MAX_CHARACTERS:  # pages may share one content, which is then counted each time
            raise ManuscriptTooLarge(f"page {number}: got more than {MAX_CHARACTERS:,} characters of text; split it")
    return texts


def _metadata(document: Any) -> dict[str, str]:
    """Return what the file says of itself: nothing where that cannot be read, for the text is there."""
    try:
        return {key: str(value) for key, value in (document.metadata or {}).items()}
    except Exception:
        return {}


def _paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs: one ends with a sentence on a line that does not fill the page, or before a heading."""
    lines = text.split("\n")
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    full = lengths[int(len(lengths) * 0.9)] if lengths else 0
    held: list[str] = []
    for line in map(str.strip, lines):
        is_heading = bool(line) and not held and any(block.level for block in block_of(tidied(line)))
        if line:
            held.append(line)
        if held and (not line or is_heading or (_ENDS.search(line) and len(line) < _SHORT * full)):
            yield joined_lines("\n".join(held))
            held = []
    if held:
        yield joined_lines("\n".join(held))
