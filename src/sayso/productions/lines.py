"""Lines: the blocks of a manuscript become chapters, and their paragraphs become lines that one voice says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sayso.productions.cast import CastList
from sayso.productions.errors import LineUnknown, ManuscriptEmpty
from sayso.productions.manuscript import Block, BlockKind, Manuscript
from sayso.productions.quoting import Conversation
from sayso.productions.script import NARRATOR, Chapter, Line, Script
from sayso.synthesis.phrasing import sentences

MAX_LINE: Final = 480
"""Characters of a line: about half a minute, so that a changed sentence costs no more than that."""

LONGEST: Final = 3 * MAX_LINE

PARAGRAPH_MS: Final = 650
TURN_MS: Final = 180
INSIDE_MS: Final = 350
HEADING_MS: Final = 1300
SCENE_MS: Final = 1800


def lines_of(manuscript: Manuscript, cast: CastList) -> Script:
    """Return the script of a manuscript: who says what, in which order, with which pauses.

    Raise `ManuscriptEmpty` where nothing is left to say, `LineUnknown` where the cast changes a line that is not there.
    """
    dropped, kept = list(manuscript.dropped), []
    for block in manuscript.blocks:
        if (block.kind is BlockKind.NOTE and not cast.notes) or (block.kind is BlockKind.IMAGE and not cast.images):
            continue
        kept.append(block)
    dropped += _skipped(manuscript.blocks, cast)
    chapters = [
        _chapter(number, title, blocks, cast) for number, (title, blocks) in enumerate(_chapters(manuscript, kept), 1)
    ]
    script = Script(manuscript.title, manuscript.author, manuscript.language, tuple(chapters), tuple(dropped))
    if not any(chapter.lines for chapter in chapters):
        raise ManuscriptEmpty
    unknown = sorted(set(cast.changes) - {line.label for line in script.lines()})
    if unknown:
        raise LineUnknown(f"lines: got {unknown[0][:20]}, which the script does not have; write the cast anew")
    return script


def _skipped(blocks: Sequence[Block], cast: CastList) -> Iterator[str]:
    counts = Counter(block.kind for block in blocks)
    if counts[BlockKind.NOTE] and not cast.notes:
        yield f"footnotes ({counts[BlockKind.NOTE]})"
    if counts[BlockKind.IMAGE] and not cast.images:
        yield f"words for images ({counts[BlockKind.IMAGE]})"


def chapter_level(blocks: Sequence[Block]) -> int:
    """Return the level of headings that begin chapters: the highest that comes twice, or the only one; 0: none."""
    counts = Counter(block.level for block in blocks if block.kind is BlockKind.HEADING)
    several = [level for level, count in counts.items() if count > 1]
    return min(several or counts, default=0)


def _chapters(manuscript: Manuscript, blocks: Sequence[Block]) -> list[tuple[str, list[Block]]]:
    """Return titles and blocks; a heading above the level of chapters is said at the start of the next chapter."""
    level = chapter_level(blocks)
    found: list[tuple[str, list[Block]]] = []
    waiting: list[Block] = []
    for block in blocks:
        is_heading = block.kind is BlockKind.HEADING
        if is_heading and block.level < level:
            waiting.append(block)
        elif is_heading and block.level == level:
            found.append((block.text, [*waiting, block]))
            waiting = []
        else:
            if not found or (waiting and block.kind is not BlockKind.BREAK):
                found.append((waiting[-1].text if waiting else manuscript.title, waiting))
                waiting = []
            found[-1][1].append(block)
    return [(title, part) for title, part in found if any(b.kind is not BlockKind.BREAK for b in part)]


@dataclass
class _Lines:
    """The lines of one chapter so far."""

    number: int
    cast: CastList
    lines: list[Line] = field(default_factory=list)
    paragraph: int = 0

    def add(self, who: str, text: str, pause_ms: int, *, is_heading: bool = False) -> None:
        """Add a line, or several where it is long; ``pause_ms`` follows the last of them."""
        parts = _cut(text)
        for place, part in enumerate(parts):
            label = f"c{self.number:02d}-{len(self.lines) + 1:04d}"
            pause = pause_ms if place == len(parts) - 1 else INSIDE_MS
            line = Line(label, who, part, pause, is_heading, self.cast.part(who).speed, self.paragraph)
            self.lines.append(self._changed(line))

    def pause(self, pause_ms: int) -> None:
        """Let at least ``pause_ms`` follow the last line."""
        if self.lines:
            last = self.lines[-1]
            self.lines[-1] = replace(last, pause_ms=max(last.pause_ms, pause_ms))

    def _changed(self, line: Line) -> Line:
        change = self.cast.changes.get(line.label)
        if change is None:
            return line
        who = change.who or line.who
        return replace(
            line,
            who=who,
            text=change.text or line.text,
            speed=change.speed or self.cast.part(who).speed,
            pause_ms=line.pause_ms if change.pause_ms is None else change.pause_ms,
        )


def _chapter(number: int, title: str, blocks: Sequence[Block], cast: CastList) -> Chapter:
    lines, talk = _Lines(number, cast), Conversation()
    for block in blocks:
        lines.paragraph += 1
        if block.kind is BlockKind.HEADING:
            talk.end_scene()
            lines.add(NARRATOR, block.text, HEADING_MS, is_heading=True)
        elif block.kind is BlockKind.BREAK:
            talk.end_scene()
            lines.pause(SCENE_MS if block.pause_ms is None else block.pause_ms)
        elif block.kind is BlockKind.IMAGE:
            lines.add(NARRATOR, f"Image: {block.text}", PARAGRAPH_MS)
        elif block.kind is BlockKind.NOTE:
            lines.add(NARRATOR, f"Note: {block.text}", PARAGRAPH_MS)
        else:
            _speak(lines, talk, block, cast)
    return Chapter(number, title, tuple(lines.lines))


def _speak(lines: _Lines, talk: Conversation, block: Block, cast: CastList) -> None:
    if block.speaker or not cast.dialogue:
        pieces = [(block.speaker or NARRATOR, block.text)]
    else:
        pieces = _merged(talk.stretches(block.text))
    for place, (who, text) in enumerate(pieces):
        is_last = place == len(pieces) - 1
        lines.add(who, text, PARAGRAPH_MS if is_last else TURN_MS)


def _merged(pieces: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return neighbouring pieces of one speaker as one."""
    found: list[tuple[str, str]] = []
    for who, text in pieces:
        if found and found[-1][0] == who:
            found[-1] = (who, f"{found[-1][1]} {text}")
        else:
            found.append((who, text))
    return found


def _cut(text: str) -> list[str]:
    """Return a paragraph in stretches of whole sentences, none longer than `MAX_LINE` unless one sentence is.

    A sentence of more than `LONGEST` characters is cut at a comma or a space: what no writer ended has no end.
    """
    if len(text) <= MAX_LINE:
        return [text]
    parts: list[str] = []
    for sentence in (part for whole in sentences(text) for part in _bounded(whole)):
        if parts and len(parts[-1]) + len(sentence) < MAX_LINE:
            parts[-1] = f"{parts[-1]} {sentence}"
        else:
            parts.append(sentence)
    return parts


def _bounded(sentence: str) -> Iterator[str]:
    """Yield a sentence, in pieces of at most `LONGEST` characters where it is longer."""
    while len(sentence) > LONGEST:
        place = max(sentence.rfind(sign, MAX_LINE, LONGEST) for sign in ("; ", ", ", ": "))
        place = place if place > 0 else sentence.rfind(" ", MAX_LINE, LONGEST)
        cut = place + 1 if place > 0 else LONGEST
        yield sentence[:cut].strip()
        sentence = sentence[cut:].strip()
    if sentence:
        yield sentence
