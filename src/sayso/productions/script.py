"""The script: chapters of lines, each line said by one voice in one go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

NARRATOR = "narrator"
"""Who says what nobody else says."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one voice says in one go.

    ``label`` names its place, such as ``c02-0014``; ``who`` is the narrator or a character; ``pause_ms`` follows it.
    """

    label: str
    who: str
    text: str
    pause_ms: int
    is_heading: bool = False
    speed: float = 1.0
    paragraph: int = 0


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter, which becomes one file; ``number`` counts from 1."""

    number: int
    title: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Script:
    """A whole text, ready to be cast. ``dropped`` tells what of the manuscript is not said."""

    title: str
    author: str
    language: str
    chapters: Sequence[Chapter]
    dropped: Sequence[str] = ()

    def lines(self) -> Iterator[Line]:
        """Yield every line, in order."""
        for chapter in self.chapters:
            yield from chapter.lines

    @property
    def characters(self) -> tuple[str, ...]:
        """Return who speaks, in order of appearance."""
        return tuple(dict.fromkeys(line.who for line in self.lines()))
