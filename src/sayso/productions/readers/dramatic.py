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

_SPOKEN: Final = re.compile(r"^([^\W\d_][\w .'’-]{0,39}):\s*(.*)$")
_HEADING: Final = re.compile(r"^(#{1,6})\s+(\S.*)$")
_PAUSE: Final = re.compile(r"^\[\s*pause(?:\s+(\d+(?:\.\d+)?)\s*(ms|s)?)?\s*\]$", re.IGNORECASE)
_DIRECTION: Final = re.compile(r"\((?:[^()]*)\)|\[(?!\s*pause)(?:[^\[\]]*)\]", re.IGNORECASE)
_BREAK: Final = re.compile(r"^(?:---+|\*\*\*+)$")
_FIELDS: Final = ("title", "author", "language")
_PAUSE_MS: Final = 1000
_LONGEST_PAUSE_MS: Final = 60_000


def read(data: bytes, name: str) -> Manuscript:
    """Return the manuscript of a script; stage directions are dropped, and counted in ``dropped``."""
    text = decoded(data)
    head, body = _head(text.replace("\r\n", "\n").split("\n"))
    directions = sum(len(_DIRECTION.findall(line)) for line in body)
    dropped = (f"{directions} stage directions",) if directions else ()
    blocks = tuple(_blocks(body))
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
            speaker = tidied(spoken[1]) if spoken else speaker
            text = tidied(_DIRECTION.sub(" ", spoken[2] if spoken else line))
            if text:
                yield Block(BlockKind.TEXT, text, speaker=speaker)


def _milliseconds(pause: re.Match[str]) -> int:
    if pause[1] is None:
        return _PAUSE_MS
    value = float(pause[1]) * (1 if pause[2] and pause[2].lower() == "ms" else 1000)
    return min(_LONGEST_PAUSE_MS, round(value))
