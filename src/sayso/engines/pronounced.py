"""Pronounced words: a word in a text with the phonemes that it is said with, whatever the lexicons say.

Characters of the private use area hold the two together. No text from outside has them, since `normalise` drops them:
so nobody can write phonemes into a text, and an engine that takes them knows where they are from.
"""

from __future__ import annotations

import re
from typing import Final

_START, _BETWEEN, _END = "\ue200", "\ue201", "\ue202"
_SPACE: Final = "\u00a0"  # a phrase is never cut there
_PRONOUNCED: Final = re.compile(f"{_START}([^{_START}-{_END}]*){_BETWEEN}([^{_START}-{_END}]*){_END}")
_STRAY: Final = re.compile(f"[{_START}-{_END}]")


def pronounced(word: str, phonemes: str) -> str:
    """Return ``word`` with its ``phonemes`` (Kokoro's alphabet), as it stands in a phrase."""
    return f"{_START}{word}{_BETWEEN}{phonemes}{_END}".replace(" ", _SPACE)


def has_pronounced(text: str) -> bool:
    """Return whether a word of ``text`` has phonemes of its own."""
    return bool(_PRONOUNCED.search(text))


def words_of(text: str) -> str:
    """Return ``text`` with the words alone."""
    return _PRONOUNCED.sub(lambda match: match[1].replace(_SPACE, " "), text)


def shown(text: str) -> str:
    """Return ``text`` for people: ``[word](/phonemes/)``."""
    return _PRONOUNCED.sub(lambda match: f"[{match[1]}](/{match[2]}/)".replace(_SPACE, " "), text)


def taken_apart(text: str) -> tuple[str, dict[tuple[int, int], str]]:
    """Return the words of ``text``, and the phonemes of those that have their own, by start and end in these words."""
    words, spans, last = "", {}, 0
    for match in _PRONOUNCED.finditer(text):
        words += text[last : match.start()]
        start = len(words)
        words += match[1].replace(_SPACE, " ")
        spans[start, len(words)] = match[2].replace(_SPACE, " ")
        last = match.end()
    words += text[last:]
    return (words, spans) if not _STRAY.search(words) else (_STRAY.sub(" ", words), spans)
