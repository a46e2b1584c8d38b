"""What strangers hand over: each file is read as it was meant, or refused in one line; nothing of it is lost in silence."""

from __future__ import annotations

import io
import zipfile

import pytest

from sayso.productions import BlockKind, CastList, lines_of, read_manuscript
from sayso.productions.cast_file import cast_of
from sayso.productions.errors import CastInvalid, ManuscriptInvalid, ManuscriptLocked, ManuscriptTooLarge
from sayso.productions.lines import LONGEST
from sayso.productions.manuscript import Block, Manuscript
from sayso.productions.quoting import Conversation
from sayso.productions.script import NARRATOR

from . import books
from .test_readers import read, texts

__all__ = ["read"]

XHTML = '<?xml version="1.0" encoding="{0}"?><html><body><p>caf\xe9</p></body></html>'


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_a_page_is_read_in_the_encoding_it_names(read, encoding):
    page = XHTML.format(encoding).encode(encoding)
    assert texts(read("b.xhtml", page)) == ["café"]
    assert texts(read("b.epub", books.epub(**{"OEBPS/one.xhtml": page})))[0] == "café"


def test_a_text_longer_than_the_parser_takes_is_not_dropped(read):
    page = b"<p>" + b"word " * 2_100_000 + b"</p><p>after</p>"
    assert sum(map(len, texts(read("b.html", page)))) == 5 * 2_100_000 - 1 + len("after")


def test_what_a_page_does_not_show_is_not_said(read):
    page = (
        "<p style='display: none'>a</p><noscript>b</noscript><select><option>c</option></select>"
        "<p>d<sup><a href='#n'>1</a></sup></p><div class='footnotes'><p id='n'>e <a href='#r'>↩</a></p></div>"
    )
    book = read("b.html", page)
    assert texts(book) == ["d"]
    assert texts(book, BlockKind.NOTE) == ["e"]


def test_characters_that_no_file_takes_are_taken_out(read):
    page = "<p>a&#1;b&#x202e;c&#xfffe;d&#x2028;e&#x2029;f</p>"
    assert texts(read("b.html", page)) == ["abcd e f"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Part of him wanted to go.", BlockKind.TEXT),
        ("Act as if nothing happened.", BlockKind.TEXT),
        ("Part I played in that was small.", BlockKind.TEXT),
        ("Book One: The Sea", BlockKind.HEADING),
        ("CHAPTER XIV THE STRANGE MAN", BlockKind.HEADING),
        ("Chapter the Last", BlockKind.HEADING),
        ("Chapter Twenty-One", BlockKind.HEADING),
        ("Act II. A wood", BlockKind.HEADING),
        ("IV.", BlockKind.HEADING),
        ("Ill", BlockKind.TEXT),
        ("Civil", BlockKind.TEXT),
    ],
)
def test_headings_are_told_from_sentences_that_begin_like_one(read, text, kind):
    assert read("b.txt", f"{text}\n\nMore.").blocks[0].kind is kind


def test_numbers_of_pages_that_are_left_out_are_told(read):
    book = read("b.txt", "He left.\n\n17\n\nxiv\n\ncivil\n\nThe end.")
    assert texts(book) == ["He left.", "civil", "The end."]
    assert book.dropped == ("page numbers (2)",)


def said(book):
    return [(b.speaker, b.text) if b.kind is BlockKind.TEXT else b.pause_ms for b in book.blocks]


def test_a_script_keeps_to_its_form(read):
    text = (
        "There were three: one, two.\rADA: Hi (she goes\rout) now. [pause 1s] More. (He (quietly) leaves.) Yes.\r"
        "[pause 1e9]\rBEN:\rADA (low): Low.\rTHE KING OF SPAIN： Far.\rhttps://x.org is a place.\r(never closed\r\rEnd."
    )
    assert said(read("b.script", text)) == [
        (NARRATOR, "There were three: one, two."), ("ADA", "Hi now."), 1000, ("ADA", "More. Yes."), ("ADA", "Low."),
        ("THE KING OF SPAIN", "Far."), ("THE KING OF SPAIN", "https://x.org is a place."),
        ("THE KING OF SPAIN", "(never closed"), ("THE KING OF SPAIN", "End."),
    ]  # fmt: skip


def packed(method):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as box:
        box.writestr("META-INF/container.xml", books.CONTAINER)
    return data.getvalue()


HIDDEN = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"/></encryption>'
)


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("b.html", b"<p>one \xff two</p>", ManuscriptInvalid),
        ("b.html", b"<meta charset='bogus'><p>x</p>", ManuscriptInvalid),
        ("b.html", b"<meta charset='zlib'><p>x</p>", ManuscriptInvalid),
        ("b.html", b"<p>" + b"a " * 2000 + b"\0</p>", ManuscriptInvalid),
        ("b.html", b"", ManuscriptInvalid),
        ("b.epub", packed(zipfile.ZIP_LZMA), ManuscriptInvalid),
        ("b.epub", packed(zipfile.ZIP_BZIP2), ManuscriptInvalid),
        ("b.epub", b"PK\x01\x02" * 20_001, ManuscriptTooLarge),
        ("b.epub", books.epub(**{"META-INF/sinf.xml": "<s/>"}), ManuscriptLocked),
        ("b.epub", books.epub(**{"META-INF/encryption.xml": HIDDEN}), ManuscriptLocked),
        ("b.epub", books.epub(**{"OEBPS/one.xhtml": b"\0" * 2000}), ManuscriptInvalid),
        ("b.docx", books.zipped({"word/document.xml": "<a/>"}), ManuscriptInvalid),
        ("b.docx", books.docx()[:-100], ManuscriptInvalid),
        ("b.docx", books.docx(**{"word/document.xml": '<?xml version="1.0"?><a/>'}), ManuscriptInvalid),
        ("b.docx", books.docx(**{"docProps/core.xml": "<broken"}), ManuscriptInvalid),
        ("b.docx", books.docx(**{"word/footnotes.xml": "<broken"}), ManuscriptInvalid),
        ("b.pdf", b"", ManuscriptInvalid),
        ("b.pdf", books.pdf([["One", "two three four"]])[:-120], ManuscriptInvalid),
        ("b.txt", "wide".encode("utf-32"), ManuscriptInvalid),
    ],
)
def test_rubbish_is_one_clear_error(read, name, data, error):
    with pytest.raises(error) as raised:
        read(name, data)
    assert type(raised.value) is error
    assert "\n" not in raised.value.message


def test_a_page_that_a_spine_names_again_and_again_is_read_once(read):
    opf = books.OPF.format(version="3.0").replace('<itemref idref="one"/>', '<itemref idref="one"/>' * 300)
    book = read("b.epub", books.epub(**{"OEBPS/book.opf": opf}))
    assert texts(book, BlockKind.HEADING) == ["One", "Two"]
    assert "pages named twice (299)" in book.dropped


def test_notes_and_what_is_not_read_of_a_docx_are_told(read):
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    notes = f'<w:footnotes xmlns:w="{w}">' + "".join(
        f"<w:footnote {kind}><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote>"
        for kind, text in (('w:type="separator"', "-"), ('w:id="2"', "A note."))
    )
    book = read("b.docx", books.docx(**{"word/footnotes.xml": f"{notes}</w:footnotes>"}))
    assert texts(book, BlockKind.NOTE) == ["A note."]
    assert book.dropped == ("tables (1)",)


def test_notes_of_markdown_lose_their_markup(read):
    book = read("b.md", "Said.[^1]\n\n[^1]: A *note* with `code`.\n")
    assert texts(book, BlockKind.NOTE) == ["A note with code."]


def talk(*paragraphs):
    conversation = Conversation()
    return [list(conversation.stretches(each)) for each in paragraphs]


def test_a_quotation_goes_on_over_paragraphs():
    found = talk("“Stay,” said Ada.", "“I will,” said Ben. “But first", "“we eat, and then", "“we go.”", "“Good.”")
    assert [parts[0][0] for parts in found] == ["Ada", "Ben", "Ben", "Ben", "Ada"]


def test_single_signs_quote_and_apostrophes_do_not():
    assert talk("‘Don’t go,’ said Ada. The dog’s ears rose.")[0] == [
        ("Ada", "‘Don’t go,’"),
        (NARRATOR, "said Ada. The dog’s ears rose."),
    ]
    assert talk("“She said ‘no’ twice,” said Ben.")[0][0] == ("Ben", "“She said ‘no’ twice,”")


def test_a_sentence_without_end_is_cut_and_nothing_of_it_is_lost():
    words = " ".join(f"word{n}" for n in range(20_000))
    script = lines_of(Manuscript("t", "", "en", (Block(BlockKind.TEXT, words),)), CastList.single("heart"))
    assert max(len(line.text) for line in script.lines()) <= LONGEST
    assert " ".join(line.text for line in script.lines()) == words


@pytest.mark.parametrize("value", [".nan", ".inf", "-.inf", "1e300", "[1]", "yes"])
def test_no_number_of_a_cast_is_taken_that_is_none(value):
    for field in ("speed", "pause_ms"):
        with pytest.raises(CastInvalid):
            cast_of(f"sayso-cast: 1\nnarrator: heart\nlines: {{c01-0001: {{{field}: {value}}}}}".encode(), "cast.yaml")


def test_the_reader_is_told_by_the_name(tmp_path):
    path = tmp_path / "B.TXT"
    path.write_text("Hello there.")
    assert read_manuscript(path).title == "B"
