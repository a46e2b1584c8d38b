"""HTML and XHTML, read by lxml: blocks in order, without scripts, navigation and what is hidden. Nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from sayso.productions.cleaning import tidied
from sayso.productions.errors import ExtraMissing, ManuscriptInvalid
from sayso.productions.manuscript import Block, BlockKind, Manuscript

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_BLOCKS: Final = frozenset(
    [
        "p",
        "div",
        "li",
        "dd",
        "dt",
        "blockquote",
        "pre",
        "section",
        "article",
        "aside",
        "main",
        "header",
        "footer",
        "figure",
        "figcaption",
        "td",
        "th",
        "tr",
        "table",
        "ul",
        "ol",
        "dl",
        "body",
        "html",
        "address",
    ]
)
_DROPPED: Final = {
    "script": "scripts",
    "style": "style sheets",
    "nav": "navigation",
    "svg": "drawings",
    "math": "formulas in MathML",
    "iframe": "frames",
    "object": "embedded objects",
    "audio": "embedded sound",
    "video": "embedded video",
    "head": "",
    "template": "",
    "form": "forms",
    "rt": "ruby annotations",
    "rp": "",
}
_NOTE_TYPES: Final = frozenset({"footnote", "endnote", "rearnote", "note", "doc-footnote", "doc-endnote"})
_NOTE_REFERENCES: Final = frozenset({"noteref", "doc-noteref"})
_SKIPPED_TYPES: Final = {
    "toc": "a table of contents",
    "landmarks": "landmarks",
    "page-list": "a list of pages",
    "pagebreak": "page numbers",
    "doc-pagebreak": "page numbers",
    "index": "an index",
    "doc-index": "an index",
    "cover": "the cover's page",
    "doc-cover": "the cover's page",
}
_REFERENCE: Final = re.compile(r"^[\[(]?(?:\d{1,3}|[*†‡§])[\])]?$")
_DEEPEST: Final = 200


def read(data: bytes, name: str) -> Manuscript:
    """Return the manuscript of one page; raise `ManuscriptInvalid` for what is no page."""
    root = parsed(data)
    told: dict[str, int] = {}
    blocks = tuple(blocks_of(root, told))
    title = _first(root, ".//title") or name
    author = next((str(one.get("content")) for one in root.iterfind(".//meta[@name='author']")), "")
    language = str(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "en")
    return Manuscript(tidied(title), tidied(author), language, blocks, tuple(dropped(told)))


def parsed(data: bytes) -> Any:
    """Return the root of a page; entities are not expanded and nothing is fetched."""
    html = lxml_html()
    if b"\0" in data[:1000] and data[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        raise ManuscriptInvalid("got bytes that are no HTML")
    is_xml = data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<?xml")
    # An XHTML file names its encoding itself, or is UTF-8; HTML without a declaration would be read as Latin-1.
    encoding = "utf-8" if is_xml or b"charset" not in data[:2000].lower() else None
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encoding = "utf-16"
    parser = html.HTMLParser(encoding=encoding, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(data, parser=parser)
    except Exception as error:
        raise ManuscriptInvalid(f"got a page that cannot be read: {str(error)[:100]}") from None
    return root


def lxml_html() -> Any:
    """Return ``lxml.html``; raise `ExtraMissing`."""
    try:
        from lxml import html  # noqa: PLC0415 - of the extra
    except ImportError:
        raise ExtraMissing("lxml is not installed; install sayso[productions]") from None
    return html


def blocks_of(root: Any, told: dict[str, int]) -> Iterator[Block]:
    """Yield the blocks of a page; ``told`` counts what is dropped, by what it is."""
    walk = _Walk(told)
    walk.element(root, 0)
    walk.flush()
    yield from walk.blocks


def dropped(told: dict[str, int]) -> Iterator[str]:
    """Yield a line for each kind of what was dropped."""
    yield from (f"{what} ({count})" if count > 1 else what for what, count in told.items() if what)


class _Walk:
    """Collects text until a block ends."""

    def __init__(self, told: dict[str, int]) -> None:
        self.blocks: list[Block] = []
        self._told = told
        self._text: list[str] = []
        self._kind, self._level = BlockKind.TEXT, 0

    def flush(self) -> None:
        text = tidied("".join(self._text))
        self._text = []
        if text:
            self.blocks.append(Block(self._kind, text, level=self._level))

    def element(self, node: Any, depth: int) -> None:
        tag = node.tag if isinstance(node.tag, str) else ""
        if depth > _DEEPEST:
            raise ManuscriptInvalid(f"got elements nested deeper than {_DEEPEST}, expected a page of text")
        if not tag or self._is_skipped(node, tag):
            return
        if tag in {"br", "hr", "img"}:
            self._void(node, tag)
        elif tag in _HEADINGS or tag in _BLOCKS:
            self._block(node, tag, depth)
        else:
            self._inside(node, depth)

    def _inside(self, node: Any, depth: int) -> None:
        self._text.append(node.text or "")
        for child in node:
            self.element(child, depth + 1)
            self._text.append(child.tail or "")

    def _block(self, node: Any, tag: str, depth: int) -> None:
        self.flush()
        before = self._kind, self._level
        if tag in _HEADINGS:
            self._kind, self._level = BlockKind.HEADING, _HEADINGS[tag]
        elif _types(node) & _NOTE_TYPES:
            self._kind, self._level = BlockKind.NOTE, 0
        self._inside(node, depth)
        self.flush()
        self._kind, self._level = before

    def _void(self, node: Any, tag: str) -> None:
        if tag == "br":
            self._text.append("\n")
        elif tag == "hr":
            self.flush()
            self.blocks.append(Block(BlockKind.BREAK, ""))
        elif alt := tidied(node.get("alt") or ""):
            self.flush()
            self.blocks.append(Block(BlockKind.IMAGE, alt))
        else:
            self._note("images without words for them")

    def _is_skipped(self, node: Any, tag: str) -> bool:
        types = _types(node)
        if tag in _DROPPED:
            self._note(_DROPPED[tag])
            return True
        for kind, what in _SKIPPED_TYPES.items():
            if kind in types:
                self._note(what)
                return True
        if node.get("hidden") is not None or node.get("aria-hidden") == "true":
            self._note("hidden text")
            return True
        return self._is_reference(node, tag, types)

    def _is_reference(self, node: Any, tag: str, types: frozenset[str]) -> bool:
        text = "".join(node.itertext()).strip() if tag in {"a", "sup"} else ""
        is_link = tag == "a" and "#" in (node.get("href") or "")
        has_link = tag == "sup" and any(child.tag == "a" for child in node)
        if types & _NOTE_REFERENCES or ((is_link or has_link) and _REFERENCE.match(text)):
            self._note("references to notes")
            return True
        return False

    def _note(self, what: str) -> None:
        self._told[what] = self._told.get(what, 0) + 1


def _types(node: Any) -> frozenset[str]:
    names = f"{node.get('epub:type') or ''} {node.get('role') or ''}"
    return frozenset(names.lower().split())


def _first(root: Any, path: str) -> str:
    found = root.find(path)
    return "" if found is None else "".join(found.itertext()).strip()
