"""Markdown, read by markdown-it (CommonMark), with YAML front matter for title, author and language."""

from __future__ import annotations

import re
from typing import Final

from sayso.productions.cleaning import tidied
from sayso.productions.errors import ExtraMissing
from sayso.productions.manuscript import Block, BlockKind, Manuscript
from sayso.productions.readers import html
from sayso.productions.readers.plain import decoded

_FRONT: Final = re.compile(r"\A---\n(.*?)\n(?:---|\.\.\.)\n", re.DOTALL)
_FIELD: Final = re.compile(r"^(title|author|language|lang):\s*[\"']?(.*?)[\"']?\s*$", re.MULTILINE | re.IGNORECASE)
_NOTE: Final = re.compile(r"^\[\^([^\]]+)\]:\s*(.*(?:\n(?:    |\t).*)*)$", re.MULTILINE)
_NESTING: Final = 60  # deeper than this the library leaves text out and says nothing
_NOTE_REFERENCE: Final = re.compile(r"\[\^[^\]]+\](?!:)")


def read(data: bytes, name: str) -> Manuscript:
    """Return the manuscript of a Markdown file; footnotes (``[^1]``) are notes, raw HTML is read as HTML."""
    try:
        from markdown_it import MarkdownIt  # noqa: PLC0415 - of the extra
    except ImportError:
        raise ExtraMissing("markdown-it-py is not installed; install sayso[productions]") from None
    text = decoded(data)
    front = _FRONT.match(text)
    told = {key.lower(): value for key, value in _FIELD.findall(front[1])} if front else {}
    text = text[front.end() :] if front else text
    notes = [found[2] for found in _NOTE.finditer(text)]
    text = _NOTE_REFERENCE.sub("", _NOTE.sub("", text))
    as_html = MarkdownIt("commonmark", {"maxNesting": _NESTING}).enable("table").render
    page = as_html(text)
    counted: dict[str, int] = {}
    blocks = list(html.blocks_of(html.parsed(f"<html><body>{page}</body></html>".encode()), counted)) if page else []
    blocks += [Block(BlockKind.NOTE, note) for each in notes if (note := _plain(as_html(each)))]
    title = tidied(told.get("title", "")) or next(
        (b.text for b in blocks if b.kind is BlockKind.HEADING and b.level == 1), name
    )
    language = told.get("language") or told.get("lang") or "en"
    return Manuscript(title, tidied(told.get("author", "")), language, tuple(blocks), tuple(html.dropped(counted)))


def _plain(page: str) -> str:
    """Return the words of a note, without the signs of its markup."""
    return " ".join(b.text for b in html.blocks_of(html.parsed(f"<html><body>{page}</body></html>".encode()), {}))
