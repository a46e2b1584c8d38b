"""Every format gives the same book; what cannot be read is told, and nothing is half-imported."""

from __future__ import annotations

import pytest

from sayso.productions import BlockKind, read_manuscript
from sayso.productions.errors import ManuscriptEmpty, ManuscriptInvalid, ManuscriptLocked, ManuscriptTooLarge
from sayso.productions.script import NARRATOR

from . import books


def texts(manuscript, kind=BlockKind.TEXT):
    return [block.text for block in manuscript.blocks if block.kind is kind]


@pytest.fixture
def read(tmp_path):
    def read(name, data):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return read_manuscript(path)

    return read


@pytest.mark.parametrize("version", ["2.0", "3.0"])
def test_an_epub_is_read_along_its_spine(read, version):
    book = read("b.epub", books.epub(version))
    assert (book.title, book.author, book.language) == ("The Lamp", "A. Keeper", "en-GB")
    assert texts(book, BlockKind.HEADING) == ["One", "Two"]
    assert texts(book) == ["The fire was out. He waited.", "“Who is there?” asked Ada.", "Nobody."]
    assert texts(book, BlockKind.NOTE) == ["A note."]
    assert texts(book, BlockKind.IMAGE) == ["A map of the bay"]
    assert book.cover is not None
    assert {
        "pages outside the reading order", "references to notes", "images without words for them", "scripts"
    } <= set(book.dropped)  # fmt: skip


def test_markdown_html_docx_and_pdf_give_the_same_paragraphs(read):
    pages = [["The Lamp", "One", "The fire was", "out.", "1"], ["The Lamp", "Two", "Nobody came.", "2"]]
    found = [
        read("b.md", "# One\n\nThe fire *was*\nout.[^1]\n\n# Two\n\nNobody came.\n\n[^1]: A note.\n"),
        read("b.html", "<h1>One</h1><p>The fire was out.</p><h1>Two</h1><div>Nobody <b>came</b>.</div>"),
        read("b.docx", books.docx()),
        read("b.txt", "One\r\n\r\nThe fire was\r\nout.\r\n\r\nTwo\r\n\r\nNobody came.\r\n"),
        read("b.pdf", books.pdf([*pages, ["The Lamp", "Chapter Three", "3"]])),
    ]
    for book in found:
        words = " ".join(block.text for block in book.blocks if block.kind is not BlockKind.NOTE)
        assert words.replace("Chapter Three", "").strip() == "One The fire was out. Two Nobody came.", book
    assert texts(found[0], BlockKind.NOTE) == ["A note."]
    assert found[2].dropped == ("tables (1)",)
    assert "page numbers" in found[4].dropped[0]


def test_plain_text_loses_what_only_a_page_needs(read):
    text = "Title: The Lamp\nAuthor: A. Keeper\n\nCHAPTER I\n\nThe light-\nhouse stood well-\nlit, and was well-lit.\n\n17\n\n* * *\n\nEnd."
    book = read("b.txt", text)
    assert (book.title, book.author) == ("The Lamp", "A. Keeper")
    assert texts(book) == ["The lighthouse stood well-lit, and was well-lit.", "End."]
    assert [b.kind for b in book.blocks] == [BlockKind.HEADING, BlockKind.TEXT, BlockKind.BREAK, BlockKind.TEXT]


def test_a_script_names_its_speakers_and_drops_directions(read):
    text = "# At the light\n\nKEEPER: Who is there? (He stands.)\nADA: I am.\n[pause 2s]\nTHE BOY: And I."
    for name in ("b.script", "b.txt"):
        book = read(name, text)
        spoken = [(b.speaker, b.text) for b in book.blocks if b.kind is BlockKind.TEXT]
        assert spoken == [("KEEPER", "Who is there?"), ("ADA", "I am."), ("THE BOY", "And I.")]
        assert [b.pause_ms for b in book.blocks if b.kind is BlockKind.BREAK] == [2000]
        assert book.dropped == ("1 stage directions",)
    assert read("c.script", "The wind rose.").blocks[0].speaker == NARRATOR


ENCRYPTED = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#">'
    '<EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>'
)


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("b.epub", b"no zip", ManuscriptInvalid),
        ("b.epub", books.epub()[:-400], ManuscriptInvalid),
        ("b.epub", books.zipped({"a": "b"}), ManuscriptInvalid),
        ("b.epub", books.epub(**{"OEBPS/book.opf": "<package"}), ManuscriptInvalid),
        ("b.epub", books.epub(**{"META-INF/rights.xml": "<r/>"}), ManuscriptLocked),
        ("b.epub", books.epub(**{"META-INF/encryption.xml": ENCRYPTED.format("http://x/aes256")}), ManuscriptLocked),
        ("b.epub", books.epub(**{"OEBPS/bomb.xhtml": b"0" * 30_000_000}), ManuscriptTooLarge),
        ("b.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rest", ManuscriptLocked),
        ("b.docx", books.zipped({"word/document.xml": "<w"}), ManuscriptInvalid),
        ("b.pdf", b"%PDF-1.4 broken", ManuscriptInvalid),
        ("b.pdf", books.pdf([[], [], []]), ManuscriptEmpty),
        ("b.txt", b"\xff\x00\xffno text", ManuscriptInvalid),
        ("b.txt", b"\x7fELF\x00\x01", ManuscriptInvalid),
        ("b.txt", b" \n\n 12 \n", ManuscriptEmpty),
        ("b.html", b"<p></p>" + b"<div>" * 300 + b"x", ManuscriptInvalid),
        ("b.odt", b"text", ManuscriptInvalid),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(read, name, data, error):
    with pytest.raises(error) as raised:
        read(name, data)
    assert type(raised.value) is error
    assert "\n" not in raised.value.message


def test_obfuscated_fonts_are_no_drm(read):
    fonts = ENCRYPTED.format("http://www.idpf.org/2008/embedding")
    assert read("b.epub", books.epub(**{"META-INF/encryption.xml": fonts})).title == "The Lamp"


def test_entities_of_a_package_are_not_expanded(read):
    bomb = '<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    opf = books.OPF.format(version="3.0").replace("?>\n", f"?>\n{bomb}\n", 1).replace("The Lamp", "&b;")
    assert "aaaa" not in read("b.epub", books.epub(**{"OEBPS/book.opf": opf})).title
