"""HTML and XHTML, read by lxml: blocks in order, without scripts, navigation and what is hidden. Nothing is fetched."""

from __future__ import annotations

import codecs
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
    "noscript": "",
    "select": "forms",
    "textarea": "forms",
    "button": "forms",
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
_REFERENCE: Final = re.compile(r"^[\[(]?(?:\d{1,3}|[*†‡§↩↑⏎])\ufe0e?[\])]?$")
_DEEPEST: Final = 200
_DECLARED: Final = re.compile(
    rb"""(?:<\?xml[^>]*?encoding|<meta[^>]*?charset)\s*=\s*["']?([A-Za-z0-9_.:-]+)""", re.IGNORECASE
)
_UNSEEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NOTE_CLASSES: Final = frozenset({"footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes"})


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
    text = _text(data)
    # Without `huge_tree` the parser drops a text of more than 10 MB and says nothing; the file itself is bounded.
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(text.encode(), parser=parser)
    except Exception as error:
        raise ManuscriptInvalid(f"got a page that cannot be read: {str(error)[:100]}") from None
    return root


def _text(data: bytes) -> str:
    """Return the text of a page in the encoding that it names, or UTF-8; raise `ManuscriptInvalid` where it is not.

    The parser would put another letter in place of what it cannot read, and the listener would hear that.
    """
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except LookupError:
        raise ManuscriptInvalid(
            f"got the encoding {encoding[:30]!r}, expected one that is known, such as utf-8"
        ) from None
    except UnicodeError as error:
        line = data.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise ManuscriptInvalid(f"line {line}: got bytes that are no {encoding}; convert the file first") from None
    if "\0" in text:
        raise ManuscriptInvalid("got bytes that are no HTML")
    return text


def _encoding(data: bytes) -> str:
    """Return the encoding of a page: by its byte order mark, its own words, or UTF-8 (WHATWG Encoding, section 4.2)."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return encoding
    found = _DECLARED.search(data[:2000])
    named = found[1].decode("ascii").lower() if found else "utf-8"
    return "windows-1252" if named in {"iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"} else named


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
        elif _types(node) & _NOTE_TYPES or _NOTE_CLASSES & set((node.get("class") or "").lower().split()):
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
        if (
            node.get("hidden") is not None
            or node.get("aria-hidden") == "true"
            or _UNSEEN.search(node.get("style") or "")
        ):
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
