"""EPUB 3 with media overlays: the text of a book, each line lit up while it is heard (EPUB 3.3, section 9)."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, BinaryIO, Final
from xml.sax.saxutils import escape, quoteattr

_CONTAINER: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<container version="1.0" '
    'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/package.opf" '
    'media-type="application/oebps-package+xml"/></rootfiles></container>\n'
)
_STYLE: Final = "body { line-height: 1.5; }\n.active { background-color: #ffe9a8; }\n"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_XHTML: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" '
    'xmlns:epub="http://www.idpf.org/2007/ops" lang={language} xml:lang={language}>\n<head><title>{title}</title>'
    '<link rel="stylesheet" type="text/css" href="style.css"/></head>\n<body>\n{body}\n</body>\n</html>\n'
)


@dataclass(frozen=True, slots=True)
class SpokenBook:
    """What an EPUB says of a production; ``disclosure`` tells that the voices are synthetic."""

    production: str
    title: str
    author: str
    language: str
    planned_at: str
    disclosure: str
    cover: tuple[bytes, str] | None = None


def write_epub(
    file: BinaryIO,
    book: SpokenBook,
    records: Sequence[Mapping[str, Any]],
    sound: Callable[[Mapping[str, Any]], bytes],
) -> None:
    """Write the EPUB of the chapters in ``records`` into ``file``, with the M4A file that ``sound`` returns of each.

    It is always the same, and one of those files at a time is held.
    """
    with zipfile.ZipFile(file, "w") as box:
        _put(box, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        _put(box, "META-INF/container.xml", _CONTAINER.encode())
        _put(box, "OEBPS/package.opf", _package(book, records).encode())
        _put(box, "OEBPS/nav.xhtml", _navigation(book, records).encode())
        _put(box, "OEBPS/style.css", _STYLE.encode())
        if book.cover is not None:
            _put(box, f"OEBPS/{_cover_name(book.cover[1])}", book.cover[0], zipfile.ZIP_STORED)
        for record in records:
            number = record["number"]
            _put(box, f"OEBPS/{number:02d}.xhtml", _page(book, record).encode())
            _put(box, f"OEBPS/{number:02d}.smil", _overlay(record).encode())
            _put(box, f"OEBPS/audio/{number:02d}.m4a", sound(record), zipfile.ZIP_STORED)


def _put(box: zipfile.ZipFile, name: str, data: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = method
    box.writestr(info, data)


def _package(book: SpokenBook, records: Sequence[Mapping[str, Any]]) -> str:
    total = sum(record["duration_ms"] for record in records)
    durations = "".join(
        f'<meta property="media:duration" refines="#smil{r["number"]:02d}">{_clock(r["duration_ms"])}</meta>'
        for r in records
    )
    items = "".join(
        f'<item id="page{n:02d}" href="{n:02d}.xhtml" media-type="application/xhtml+xml" media-overlay="smil{n:02d}"/>'
        f'<item id="smil{n:02d}" href="{n:02d}.smil" media-type="application/smil+xml"/>'
        f'<item id="sound{n:02d}" href="audio/{n:02d}.m4a" media-type="audio/mp4"/>'
        for n in (record["number"] for record in records)
    )
    spine = "".join(f'<itemref idref="page{record["number"]:02d}"/>' for record in records)
    cover = ""
    if book.cover is not None:
        name = _cover_name(book.cover[1])
        cover = f'<item id="cover" href="{name}" media-type="{book.cover[1]}" properties="cover-image"/>'
    author = f"<dc:creator>{escape(book.author)}</dc:creator>" if book.author else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        f'unique-identifier="id" xml:lang={quoteattr(book.language)}>'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">urn:sayso:{book.production}</dc:identifier><dc:title>{escape(book.title)}</dc:title>'
        f"{author}<dc:language>{escape(book.language)}</dc:language>"
        f'<meta property="dcterms:modified">{book.planned_at[:19]}Z</meta>'
        f'<meta property="media:duration">{_clock(total)}</meta>{durations}'
        f'<meta property="media:narrator">{escape(book.disclosure)}</meta>'
        '<meta property="media:active-class">active</meta></metadata>'
        '<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        f'<item id="style" href="style.css" media-type="text/css"/>{cover}{items}</manifest>'
        f"<spine>{spine}</spine></package>\n"
    )


def _navigation(book: SpokenBook, records: Sequence[Mapping[str, Any]]) -> str:
    rows = "".join(f'<li><a href="{r["number"]:02d}.xhtml">{escape(r["title"])}</a></li>' for r in records)
    return _xhtml(book, book.title, f'<nav epub:type="toc"><ol>{rows}</ol></nav>')


def _page(book: SpokenBook, record: Mapping[str, Any]) -> str:
    parts = []
    for _, rows in groupby(record["lines"], key=lambda row: (row["paragraph"], row["is_heading"])):
        lines = list(rows)
        tag = "h1" if lines[0]["is_heading"] else "p"
        words = " ".join(f'<span id="{row["line"]}">{escape(row["text"])}</span>' for row in lines)
        parts.append(f"<{tag}>{words}</{tag}>")
    return _xhtml(book, record["title"], "\n".join(parts))


def _xhtml(book: SpokenBook, title: str, body: str) -> str:
    return _XHTML.format(language=quoteattr(book.language), title=escape(title), body=body)


def _overlay(record: Mapping[str, Any]) -> str:
    name = f"{record['number']:02d}"
    parts = "".join(
        f'<par id="p-{row["line"]}"><text src="{name}.xhtml#{row["line"]}"/><audio src="audio/{name}.m4a" '
        f'clipBegin="{_clock(row["start_ms"])}" clipEnd="{_clock(row["end_ms"])}"/></par>'
        for row in record["lines"]
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<smil xmlns="http://www.w3.org/ns/SMIL" version="3.0"><body>'
        f"{parts}</body></smil>\n"
    )


def _clock(ms: int) -> str:
    """Return milliseconds as a full clock value: ``0:01:02.345``."""
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def _cover_name(media_type: str) -> str:
    return "cover.png" if media_type == "image/png" else "cover.jpg"
