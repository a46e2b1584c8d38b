"""The script format: ``NAME: line`` for several speakers, ``(stage directions)``, ``[pause 2s]``, ``# headings``.

A line without a name goes on with the speaker before it, and is the narrator's at the start of a scene.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sayso.productions.cleaning import tidied
from sayso.productions.manuscript import Block, BlockKind, Manuscript
from sayso.productions.readers.plain import decoded
from sayso.productions.script import NARRATOR

_SPOKEN: Final = re.compile(r"^([^\W\d_][\w .'’-]{0,39}?)\s*[:\uff1a](?!//)\s*(.*)$")
_MOST_WORDS: Final = 4
_SMALL: Final = frozenset({"of", "the", "and", "de", "du", "la", "le", "von", "van", "der", "di", "da", "al", "in"})
_HEADING: Final = re.compile(r"^(#{1,6})\s+(\S.*)$")
_PAUSE: Final = re.compile(r"^\[\s*pause(?:\s+(\d+(?:\.\d+)?)\s*(ms|s)?)?\s*\]$", re.IGNORECASE)
_INLINE: Final = re.compile(r"(\[\s*pause(?:\s+\d+(?:\.\d+)?\s*(?:ms|s)?)?\s*\])", re.IGNORECASE)
_KEPT: Final = r"\[\s*pause(?:\s+\d+(?:\.\d+)?\s*(?:ms|s)?)?\s*\]"
_DIRECTION: Final = re.compile(rf"\((?:[^()\n]|\n(?!\n))*\)|(?!{_KEPT})\[(?:[^\[\]\n]|\n(?!\n))*\]", re.IGNORECASE)
"""In brackets, over several lines too, but not over a blank one: then a bracket was left open."""

_BREAK: Final = re.compile(r"^(?:---+|\*\*\*+)$")
_FIELDS: Final = ("title", "author", "language")
_PAUSE_MS: Final = 1000
_LONGEST_PAUSE_MS: Final = 60_000
_MOST_DIRECTIONS: Final = 100_000


def read(data: bytes, name: str) -> Manuscript:
    """Return the manuscript of a script; stage directions are dropped, and counted in ``dropped``."""
    head, lines = _head(decoded(data).split("\n"))
    body, directions = _without_directions("\n".join(lines))
    dropped = (f"{directions} stage directions",) if directions else ()
    blocks = tuple(_blocks(body.split("\n")))
    return Manuscript(head.get("title", name), head.get("author", ""), head.get("language", "en"), blocks, dropped)


def _head(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    found: dict[str, str] = {}
    for place, line in enumerate(lines):
        name, _, value = line.partition(":")
        if name.strip().lower() in _FIELDS and value.strip():
            found[name.strip().lower()] = tidied(value)
        elif line.strip():
            return found, lines[place:]
    return found, []


def _without_directions(text: str) -> tuple[str, int]:
    """Return the text without what is in brackets, brackets within brackets too, and how many of them there were."""
    found, count = _DIRECTION.subn(" ", text)
    total = count
    while count and total < _MOST_DIRECTIONS:
        found, count = _DIRECTION.subn(" ", found)
        total += count
    return found, total


def _blocks(lines: list[str]) -> Iterator[Block]:
    speaker = NARRATOR
    for line in map(str.strip, lines):
        if heading := _HEADING.match(line):
            speaker = NARRATOR
            yield Block(BlockKind.HEADING, tidied(heading[2]), level=len(heading[1]))
        elif pause := _PAUSE.match(line):
            yield Block(BlockKind.BREAK, "", pause_ms=_milliseconds(pause))
        elif _BREAK.match(line):
            speaker = NARRATOR
            yield Block(BlockKind.BREAK, "")
        else:
            spoken = _SPOKEN.match(line)
            if spoken is not None and not _is_name(spoken[1]):
                spoken = None
            speaker = tidied(spoken[1]) if spoken else speaker
            yield from _said(spoken[2] if spoken else line, speaker)


def _said(line: str, speaker: str) -> Iterator[Block]:
    """Yield what is said, and the pauses in the middle of it."""
    for part in _INLINE.split(line):
        if pause := _PAUSE.match(part):
            yield Block(BlockKind.BREAK, "", pause_ms=_milliseconds(pause))
        elif any(letter.isalnum() for letter in part):
            yield Block(BlockKind.TEXT, tidied(part), speaker=speaker)


def _is_name(text: str) -> bool:
    """Return whether the words before a colon name somebody: few, and none of them in small letters.

    ``There were three: one, two, three`` is said by whoever speaks.
    """
    words = text.split()
    return len(words) <= _MOST_WORDS and not any(word[0].islower() and word not in _SMALL for word in words)


def _milliseconds(pause: re.Match[str]) -> int:
    if pause[1] is None:
        return _PAUSE_MS
    value = float(pause[1]) * (1 if pause[2] and pause[2].lower() == "ms" else 1000)
    return min(_LONGEST_PAUSE_MS, round(value))
