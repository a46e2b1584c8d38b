"""EPUB 2 and 3: the spine in order, with title, author, language and cover of the package; DRM is refused.

Specifications: EPUB 3.3, sections 4 (OCF) and 5 (package); OPF 2.0.1 for EPUB 2.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

from sayso.errors import about
from sayso.productions.cleaning import tidied
from sayso.productions.errors import ExtraMissing, ManuscriptInvalid, ManuscriptLocked
from sayso.productions.manuscript import Block, BlockKind, Cover, Manuscript
from sayso.productions.readers import html
from sayso.productions.readers.zipped import ZipBox, resolved

_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_RIGHTS: Final = ("META-INF/rights.xml", "META-INF/sinf.xml", "META-INF/license.lcpl")
_OPF: Final = "{http://www.idpf.org/2007/opf}"
_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_OCF: Final = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_ENC: Final = "{http://www.w3.org/2001/04/xmlenc#}"
_FONTS: Final = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})
"""Ways to obfuscate fonts, which hide no text (EPUB 3.3, section 4.4)."""

_PAGES: Final = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})
_IMAGES: Final = frozenset({"image/jpeg", "image/png"})
_LARGEST_COVER: Final = 20_000_000


def read(data: bytes, name: str) -> Manuscript:
    """Return the manuscript of a book; raise `ManuscriptLocked` for DRM, `ManuscriptInvalid` for a broken container."""
    box = ZipBox(data)
    if _CONTAINER not in box:
        raise ManuscriptInvalid(f"got a zip container without {_CONTAINER}, expected an EPUB")
    _check_encryption(box)
    place, package = _package(box)
    items = {str(item.get("id")): item for item in package.iterfind(f"{_OPF}manifest/{_OPF}item")}
    told: dict[str, int] = {}
    blocks = [block for page in _spine(package, items, place, told) for block in _page(box, page, told)]
    return Manuscript(
        title=_metadata(package, "title") or name,
        author=", ".join(_all(package, "creator")),
        language=_metadata(package, "language") or "en",
        blocks=tuple(blocks),
        dropped=tuple(html.dropped(told)),
        cover=_cover(box, package, items, place),
    )


def xml(data: bytes, what: str) -> Any:
    """Return the root of an XML file: no entities, no network; raise `ManuscriptInvalid`."""
    try:
        from lxml import etree  # noqa: PLC0415 - of the extra
    except ImportError:
        raise ExtraMissing("lxml is not installed; install sayso[productions]") from None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ManuscriptInvalid(f"{what}: is no well-formed XML: {str(error)[:100]}") from None


def _check_encryption(box: ZipBox) -> None:
    if named := [name for name in _RIGHTS if name in box]:
        raise ManuscriptLocked(f"got a book with DRM ({named[0]}); bring a copy without it")
    if _ENCRYPTION not in box:
        return
    for hidden in xml(box.read(_ENCRYPTION), _ENCRYPTION).iter(f"{_ENC}EncryptedData"):
        method = hidden.find(f"{_ENC}EncryptionMethod")
        if method is not None and str(method.get("Algorithm")) in _FONTS:
            continue
        raise ManuscriptLocked("got a book with DRM (META-INF/encryption.xml); bring a copy without it")


def _package(box: ZipBox) -> tuple[str, Any]:
    roots = xml(box.read(_CONTAINER), _CONTAINER).iter(f"{_OCF}rootfile")
    place = next((str(root.get("full-path")) for root in roots if root.get("full-path")), "")
    if not place:
        raise ManuscriptInvalid(f"{_CONTAINER}: names no package")
    return place, xml(box.read(place), place)


def _spine(package: Any, items: dict[str, Any], place: str, told: dict[str, int]) -> list[str]:
    pages = []
    for reference in package.iterfind(f"{_OPF}spine/{_OPF}itemref"):
        item = items.get(str(reference.get("idref")))
        if item is None:
            raise ManuscriptInvalid(
                f"{place}: the spine names {str(reference.get('idref'))[:60]!r}, which is not there"
            )
        properties = str(item.get("properties") or "").split()
        if reference.get("linear") == "no" or "nav" in properties:
            told["pages outside the reading order"] = told.get("pages outside the reading order", 0) + 1
        elif item.get("media-type") in _PAGES:
            page = resolved(place, unquote(str(item.get("href") or "")))
            if page in pages:
                told["pages named twice"] = told.get("pages named twice", 0) + 1
            else:
                pages.append(page)
        else:
            told["pages that are no text"] = told.get("pages that are no text", 0) + 1
    if not pages:
        raise ManuscriptInvalid(f"{place}: the spine has no page of text")
    return pages


def _page(box: ZipBox, name: str, told: dict[str, int]) -> list[Block]:
    data = box.read(name)
    if not data.strip():
        told["empty pages"] = told.get("empty pages", 0) + 1
        return []
    with about(name[-80:]):
        root = html.parsed(data)
    blocks = list(html.blocks_of(root, told))
    text = "".join(block.text for block in blocks)
    if blocks and not any(block.kind is BlockKind.HEADING for block in blocks) and len(text) < 40 and "cover" in name:
        told["the cover's page"] = told.get("the cover's page", 0) + 1
        return []
    return blocks


def _all(package: Any, name: str) -> list[str]:
    found = package.iterfind(f"{_OPF}metadata/{_DC}{name}")
    return [text for each in found if (text := tidied("".join(each.itertext())))]


def _metadata(package: Any, name: str) -> str:
    return next(iter(_all(package, name)), "")


def _cover(box: ZipBox, package: Any, items: dict[str, Any], place: str) -> Cover | None:
    named = next((m.get("content") for m in package.iterfind(f"{_OPF}metadata/{_OPF}meta[@name='cover']")), None)
    for key, item in items.items():
        is_cover = key == named or "cover-image" in str(item.get("properties") or "").split()
        path = resolved(place, unquote(str(item.get("href") or "")))
        if is_cover and item.get("media-type") in _IMAGES and path in box:
            data = box.read(path)
            return Cover(data, str(item.get("media-type"))) if len(data) <= _LARGEST_COVER else None
    return None
