"""Dialogue: what of a paragraph is quoted, and who says it by the words around it, such as ``said Holmes``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sayso.productions.script import NARRATOR

_QUOTED: Final = re.compile(r"“[^“”]*(?:”|$)|(?<![\w])\"[^\"]*(?:\"|$)")
_SINGLE: Final = re.compile(r"(?<!\w)‘(?:[^‘’]|’(?=\w))*(?:’(?!\w)|$)")
"""British style, in paragraphs without double signs: an apostrophe inside a word ends no quotation."""

_BESIDE: Final = 200
"""Characters beside a quotation in which its tag is looked for."""

_VERBS: Final = (
    "said|says|asked|asks|replied|replies|answered|answers|cried|cries|shouted|whispered|whispers|murmured|muttered"
    "|remarked|observed|exclaimed|continued|added|returned|responded|called|demanded|inquired|enquired|repeated"
    "|explained|began|interrupted|laughed|sighed|growled|gasped|snapped|declared|admitted|agreed|suggested|insisted"
)
_NAME: Final = r"(?:(?:Mr|Mrs|Miss|Ms|Dr|Sir|Lady|Lord|Captain|Colonel|Professor|Aunt|Uncle)\.? )?[A-Z][\w’'-]+"
_FULL: Final = rf"{_NAME}(?: [A-Z][\w’'-]+)?"
_ROLE: Final = r"(?:the|my|an?) [a-z][\w’'-]+(?: [a-z][\w’'-]+)?"
_AFTER: Final = re.compile(rf"^[\s,]*(?:(?:{_VERBS}) ({_FULL}|{_ROLE})|({_FULL}|[Tt]he [a-z][\w’'-]+) (?:{_VERBS}))\b")
_BEFORE: Final = re.compile(rf"({_FULL}|\b[Tt]he [a-z][\w’'-]+) (?:{_VERBS})\b[^.!?“”\"]{{0,60}}[,:]\s*$")
_PRONOUN: Final = re.compile(rf"^[\s,]*(?:(?:{_VERBS}) (?:he|she|they)|(?:he|she|they) (?:{_VERBS}))\b")
_NO_NAMES: Final = frozenset({"he", "she", "they", "it", "i", "we", "you", "there", "then", "and", "but", "so", "what"})


@dataclass
class Conversation:
    """Who spoke before, so that turns without a tag can be told: two people take turns until the scene ends."""

    turns: list[str] = field(default_factory=list)
    is_open: bool = False

    def stretches(self, paragraph: str) -> Iterator[tuple[str, str]]:
        """Yield (who, text) for the stretches of a paragraph, in order; what is not quoted is the narrator's."""
        parts = _parts(paragraph)
        goes_on = self.is_open and bool(parts) and parts[0][0] and bool(self.turns)
        who = self.turns[-1] if goes_on else self._speaker(parts)
        self.is_open = bool(parts) and parts[-1][0] and parts[-1][1][-1] not in '”’"'
        for is_quoted, text in parts:
            yield (who if is_quoted else NARRATOR), text
        if any(is_quoted for is_quoted, _ in parts):
            self.turns.append(who)
        elif not parts:
            self.end_scene()

    def end_scene(self) -> None:
        """Forget who spoke: a scene ends."""
        self.turns.clear()
        self.is_open = False

    def _speaker(self, parts: Sequence[tuple[bool, str]]) -> str:
        for place, (is_quoted, _) in enumerate(parts):
            if is_quoted and (named := _named(parts, place)):
                return self._known(named)
        is_tagged = any(not quoted and _PRONOUN.match(text) for quoted, text in parts)
        if is_tagged and self.turns:
            return self.turns[-1] if len(set(self.turns[-2:])) < 2 else self.turns[-2]
        return self._next_turn()

    def _next_turn(self) -> str:
        """Return the one before the last, while exactly two take turns; otherwise nobody can tell: the narrator."""
        recent = [each for each in self.turns[-4:] if each != NARRATOR]
        others = [each for each in dict.fromkeys(reversed(recent)) if each != recent[-1]] if recent else []
        return others[0] if len(others) == 1 else NARRATOR

    def _known(self, name: str) -> str:
        """Return the longer form of a name that was used before: ``Holmes`` is ``Sherlock Holmes``."""
        return next((each for each in self.turns if name in each.split()), name)


def _parts(paragraph: str) -> list[tuple[bool, str]]:
    """Return the stretches of a paragraph, each with whether it is quoted; punctuation alone is no stretch."""
    found, start = [], 0
    sign = _SINGLE if "“" not in paragraph and '"' not in paragraph else _QUOTED
    for match in sign.finditer(paragraph):
        found.append((False, paragraph[start : match.start()]))
        found.append((True, match[0]))
        start = match.end()
    found.append((False, paragraph[start:]))
    return [(quoted, text.strip()) for quoted, text in found if any(c.isalnum() for c in text)]


def _named(parts: Sequence[tuple[bool, str]], place: int) -> str:
    """Return who is named as the speaker beside the quotation at ``place``, or ""."""
    after = parts[place + 1][1] if place + 1 < len(parts) and not parts[place + 1][0] else ""
    before = parts[place - 1][1] if place and not parts[place - 1][0] else ""
    found = _AFTER.match(after[:_BESIDE]) or _BEFORE.search(before[-_BESIDE:])
    name = next((group for group in found.groups() if group), "") if found else ""
    name = re.sub(r"[’']s$", "", name)
    return "" if name.lower() in _NO_NAMES else name[:1].upper() + name[1:]
