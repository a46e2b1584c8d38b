"""Cleaning: what a page needs and a listener does not: ligatures, hyphens at line ends, page numbers, running heads."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

_LIGATURE: Final = re.compile("[\ufb00-\ufb06]")
_INVISIBLE: Final = re.compile("[\u00ad\u200b\u2060\ufeff]")
_SPACES: Final = re.compile(r"[\s\u0085\u00a0\u2028\u2029]+")
_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
"""What no XML takes, and what turns the direction of text around: nothing of it is said."""

_BROKEN: Final = re.compile(r"(?<=[^\W\d_])[-\u2010]\n\s*(?=[a-zß-öø-ÿ])")
_PAGE: Final = re.compile(
    r"^\s*(?:[-\u2013\u2014\[(]?\s*(?:page|p\.)?\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\s*[-\u2013\u2014\])]?"
    r"|(?-i:(?=[ivxlc])l?x{0,4}(?:ix|iv|v?i{0,3})))\s*$",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"\d+")
_BLANK: Final = re.compile(r"\n[ \t]*\n")
_FEWEST_PAGES: Final = 3
_COMPOUND: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")


def tidied(text: str) -> str:
    """Return ``text`` on one line: ligatures as letters (NFC for the rest), nothing invisible, single spaces."""
    text = _LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", _CONTROLS.sub("", text)))
    return _SPACES.sub(" ", text).strip()


def joined_lines(text: str) -> str:
    """Return a paragraph whose lines were broken, and words hyphenated, to fit a page.

    A hyphen at a line's end stays where the same compound stands elsewhere in ``text`` with its hyphen.
    """
    compounds = {found[0].lower() for found in _COMPOUND.finditer(text.replace("-\n", "\n"))}

    def mended(found: re.Match[str]) -> str:
        before = re.search(r"[^\W\d_]+$", text[: found.start()])
        after = re.match(r"[^\W\d_]+", text[found.end() :])
        whole = f"{before[0] if before else ''}-{after[0] if after else ''}".lower()
        return "-" if whole in compounds else ""

    return tidied(_BROKEN.sub(mended, text))


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text that are parted by blank lines, each on one line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    return [one for part in _BLANK.split(text) if (one := joined_lines(part.strip("\n")))]


def is_page_number(line: str) -> bool:
    """Return whether a line is the number of a page and nothing else."""
    return bool(line.strip()) and bool(_PAGE.match(line))


def without_furniture(pages: Sequence[str]) -> tuple[list[str], int]:
    """Return the pages without page numbers and running heads or feet, and how many lines were taken off.

    A running head is a first or last line that comes again, numbers apart, on a third of the pages or more.
    """
    split = [[line for line in page.split("\n") if line.strip()] for page in pages]
    edges = Counter(_bare(line) for lines in split for line in {*lines[:1], *lines[-1:]})
    least = max(_FEWEST_PAGES, len(pages) // 3)
    running = {line for line, count in edges.items() if count >= least}
    kept, dropped = [], 0
    for lines in split:
        body = _stripped(lines, running)
        dropped += len(lines) - len(body)
        kept.append("\n".join(body))
    return kept, dropped


def _stripped(lines: list[str], running: set[str]) -> list[str]:
    while lines and (is_page_number(lines[0]) or _bare(lines[0]) in running):
        lines = lines[1:]
    while lines and (is_page_number(lines[-1]) or _bare(lines[-1]) in running):
        lines = lines[:-1]
    return lines


def _bare(line: str) -> str:
    return _DIGITS.sub("#", line.strip().lower())
