"""Plain text: paragraphs between blank lines, headings by their words, line ends that only fit a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sayso.productions.cleaning import is_page_number, paragraphs, tidied
from sayso.productions.errors import ManuscriptInvalid
from sayso.productions.manuscript import Block, BlockKind, Manuscript

_ROMAN: Final = r"(?-i:(?=[IVXLC])C{0,3}(?:XC|XL|L?X{0,4})(?:IX|IV|V?I{0,4}))"
_UNITS: Final = "one|two|three|four|five|six|seven|eight|nine"
_TENS: Final = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_WORD: Final = (
    rf"(?:{_TENS})(?:[- ](?:{_UNITS}))?|{_UNITS}|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    "|nineteen|the (?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last)|first|second|third|last"
)
_ORDINAL: Final = rf"(?:{_ROMAN}|\d{{1,4}}|{_WORD})(?![\w’'])"
_TITLE: Final = r"(?:\s*[.:\-\u2013\u2014]\s*.{0,80}|\s+(?-i:[^a-z\W]).{0,80}(?<![.!?…,;”’\"]))?"
"""What may follow a number: a title behind a sign, or one with a capital that does not end like a sentence."""

_PART: Final = re.compile(rf"^(?:part|book|volume)\s+{_ORDINAL}{_TITLE}$", re.IGNORECASE)
_CHAPTER: Final = re.compile(
    rf"^(?:(?:chapter|letter|act|scene|story)\s+{_ORDINAL}{_TITLE}"
    rf"|prologue|epilogue|preface|foreword|introduction|afterword|{_ROMAN}\.?)$",
    re.IGNORECASE,
)
_BREAK: Final = re.compile(r"^(?:[*#~•·\-_=—–]\s*){1,}$")
_TITLED: Final = re.compile(r"^(title|author|language):\s*(\S.*)$", re.IGNORECASE)
_MARKER: Final = re.compile(r"^\*\*\* ?(START|END) OF TH(?:E|IS) PROJECT GUTENBERG EBOOK.*$", re.MULTILINE)
_SPEAKER: Final = re.compile(r"^[A-Z][A-Z .'’0-9-]{0,39}: *\S", re.MULTILINE)
_SCRIPT_SHARE: Final = 0.5
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f]")


def read(data: bytes, name: str) -> Manuscript:
    """Return the manuscript that ``data`` is, in UTF-8; lines such as ``Title: ...`` at its start name it.

    A text of which most paragraphs begin with a name in capitals and a colon is read as a script.
    """
    text, dropped = _body(decoded(data))
    if _is_script(text):
        from sayso.productions.readers import dramatic  # noqa: PLC0415 - which reads text by this module

        return dramatic.read(data, name)
    found = {"title": name, "author": "", "language": "en"}
    parts = paragraphs(text)
    blocks: list[Block] = []
    for place, part in enumerate(parts):
        told = dict(_told(part)) if place < 6 and not blocks else {}
        if told:
            found |= told
        else:
            blocks += block_of(part)
    if numbers := sum(is_page_number(part) and not any(block_of(part)) for part in parts):
        dropped.append(f"page numbers ({numbers})")
    return Manuscript(found["title"], found["author"], found["language"], tuple(blocks), tuple(dropped))


def _is_script(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()]
    return len(_SPEAKER.findall(text)) > _SCRIPT_SHARE * len(lines)


def decoded(data: bytes) -> str:
    """Return text in UTF-8 or, by its byte order mark, UTF-16; raise `ManuscriptInvalid` for other bytes."""
    is_wide = data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    try:
        text = data.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ManuscriptInvalid(f"line {line}: got bytes that are no UTF-8 text; convert the file first") from None
    if _CONTROL.search(text):
        raise ManuscriptInvalid("got control characters, expected text; this is no text file")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def block_of(part: str) -> Iterator[Block]:
    """Yield the block that a paragraph is: nothing for the number of a page."""
    if _BREAK.match(part):
        yield Block(BlockKind.BREAK, "")
    elif _PART.match(part):
        yield Block(BlockKind.HEADING, part, level=1)
    elif _CHAPTER.match(part):
        yield Block(BlockKind.HEADING, part, level=2)
    elif not is_page_number(part):
        yield Block(BlockKind.TEXT, part)


def _body(text: str) -> tuple[str, list[str]]:
    """Return the text between the marks of a transcriber's licence, where there are any."""
    marks = {found[1]: found for found in _MARKER.finditer(text)}
    if "START" not in marks:
        return text, []
    start = marks["START"].end()
    stop = marks["END"].start() if "END" in marks else len(text)
    return text[start:stop], ["the licence of the transcriber, around the text"]


def _told(part: str) -> Iterator[tuple[str, str]]:
    found = _TITLED.match(part)
    while found:
        value, rest = found[2], ""
        again = re.search(r"\s(?=(?:title|author|language):\s)", value, re.IGNORECASE)
        if again:
            value, rest = value[: again.start()], value[again.end() :]
        yield found[1].lower(), tidied(value)
        found = _TITLED.match(rest)
