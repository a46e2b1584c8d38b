# ruff: noqa: RUF001, E501 - typographic characters are the matter here; tables read best so
"""Verses: references to the Bible, "Gen. 1:1-3" read as "Genesis one, one to three"."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.reading.numerals import cardinal
from sayso.synthesis.reading.rules import Rules, rule, stop_if_ends

_BOOKS: Final = {
    "Gen": "Genesis", "Ex": "Exodus", "Exod": "Exodus", "Lev": "Leviticus", "Num": "Numbers", "Deut": "Deuteronomy",
    "Josh": "Joshua", "Judg": "Judges", "Sam": "Samuel", "Kgs": "Kings", "Chr": "Chronicles", "Chron": "Chronicles",
    "Neh": "Nehemiah", "Esth": "Esther", "Ps": "Psalm", "Pss": "Psalms", "Prov": "Proverbs", "Eccl": "Ecclesiastes",
    "Isa": "Isaiah", "Is": "Isaiah", "Am": "Amos", "Jl": "Joel", "Jon": "Jonah", "Jdg": "Judges", "Dt": "Deuteronomy",
     "Jer": "Jeremiah", "Lam": "Lamentations", "Ezek": "Ezekiel", "Dan": "Daniel", "Hos": "Hosea",
    "Obad": "Obadiah", "Mic": "Micah", "Nah": "Nahum", "Hab": "Habakkuk", "Zeph": "Zephaniah", "Hag": "Haggai",
    "Zech": "Zechariah", "Mal": "Malachi", "Matt": "Matthew", "Mt": "Matthew", "Mk": "Mark", "Lk": "Luke", "Jn": "John",
    "Rom": "Romans", "Cor": "Corinthians", "Gal": "Galatians", "Eph": "Ephesians", "Phil": "Philippians",
    "Col": "Colossians", "Thess": "Thessalonians", "Tim": "Timothy", "Tit": "Titus", "Philem": "Philemon",
    "Heb": "Hebrews", "Jas": "James", "Pet": "Peter", "Rev": "Revelation",
}  # fmt: skip
_WHOLE_BOOKS: Final = "|".join(
    {
        *_BOOKS.values(),
        "Surah",
        "Sura",
        "Song",
        "Ezra",
        "Ruth",
        "Job",
        "Joel",
        "Amos",
        "Jonah",
        "Luke",
        "Acts",
        "Jude",
        "Song of Songs",
    }
)
_VERSE: Final = r"\d{1,3}(?:[a-c]\b)?"
_VERSES: Final = (
    rf"(\d{{1,3}}):({_VERSE})(?:\s?[-–—]\s?(?:(\d{{1,3}}):)?({_VERSE}))?((?:, ?{_VERSE}(?:[-–]{_VERSE})?)*)(?![\d:])"
)
_BOOK_NUMBERS: Final = {"1": "First", "2": "Second", "3": "Third", "I": "First", "II": "Second", "III": "Third"}
_SHORT: Final = "|".join(sorted(_BOOKS, key=len, reverse=True))


def _verse(written: str) -> str:
    """Return the verse in words; a half of it has its letter."""
    return f"{cardinal(int(written.rstrip('abc')))}{f' {written[-1].upper()}' if written[-1].isalpha() else ''}"


def _verses(match: re.Match[str]) -> str:
    number, book, chapter, verse, last_chapter, last, more = match.groups()
    words = f"{_BOOK_NUMBERS[number]} " if number else ""
    words += f"{_BOOKS.get(book, book)} {cardinal(int(chapter))}{',' if last or more else ''} {_verse(verse)}"
    if last:
        words += f" to {f'{cardinal(int(last_chapter))}, ' if last_chapter else ''}{_verse(last)}"
    others = [" to ".join(map(_verse, re.split("[-–]", other.strip()))) for other in more.split(",")[1:]]
    return words + "".join(f", {other}" for other in others[:-1]) + "".join(f" and {other}" for other in others[-1:])


RULES: Final = Rules(
    rule(r"(?<=\d)ff\.(?!\w)", lambda match: " and following" + stop_if_ends(match)),
    rule(r"\b(pp?\. ?\d+)f\.(?!\w)", lambda match: f"{match[1]} and following" + stop_if_ends(match)),
    rule(rf"\b(?:([1-3]|I{{1,3}}) )?({_SHORT})\.? {_VERSES}", _verses),
    rule(rf"\b(?:([1-3]|I{{1,3}}) )?({_WHOLE_BOOKS}) {_VERSES}", _verses),
    rule(
        r"\b([1-3]|I{1,3}) (Sam|Kgs|Chr|Chron|Cor|Thess|Tim|Pet|Jn)\.? (?=\d{1,3}(?!:))",
        lambda match: f"{_BOOK_NUMBERS[match[1]]} {_BOOKS[match[2]]} ",
    ),
    rule(
        r"\b(Gen|Exod|Lev|Deut|Josh|Judg|Isa|Jer|Ezek|Hos|Mic|Zech|Mal|Matt|Rom|Gal|Eph|Phil|Heb|Jas|Rev|Prov|Eccl)\.? (?=\d{1,3}(?![\d:%]))",
        lambda match: f"{_BOOKS[match[1]]} ",
    ),
    rule(r"\bPs\.? (?=\d)", "Psalm "),
    rule(r"\bPss\.? (?=\d)", "Psalms "),
)
