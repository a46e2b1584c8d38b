"""When each character is said, from when each word is: ElevenLabs tells times by character, as written and as spoken.

The words that are spoken ("five dollars") are laid along those that were written ("$5"): equal ones in pairs, what
stands between them in equal shares. Within a word the characters share its time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from sayso.engines.wordtimes import words_in
from sayso.synthesis import Phrase
from sayso.synthesis.wordplaces import PlacedWord

_WORD: Final = re.compile(r"\s*\S+\s*")


@dataclass(frozen=True, slots=True)
class TimedCharacter:
    """A character and where it is heard, in milliseconds after the first sample."""

    character: str
    start_ms: int
    stop_ms: int


TimedText = list[TimedCharacter]


class CharacterTimes:
    """The characters of one utterance; `told` is called with its words, in order, as they come."""

    def __init__(self, text: str, phrases: Sequence[Phrase]) -> None:
        """Take the text as it was written, and the phrases as they are spoken."""
        self._written = _WORD.findall(text)
        said = [word for phrase in phrases for word in words_in(phrase.text)]
        self._shares = _shares([_key(word) for word in self._written], [_key(word) for word in said])
        self._came: list[PlacedWord] = []
        self._next = 0

    def told(self, words: Sequence[PlacedWord], *, ends: bool = False) -> tuple[TimedText, TimedText]:
        """Return the characters as written and as spoken of which the times are now known; all, where it ``ends``."""
        self._came += words
        spoken = [one for word in words for one in _spelled(f"{word.word} ", word.start_ms, word.stop_ms)]
        written: TimedText = []
        while self._came and self._next < len(self._written):
            first, stop = self._shares[self._next]
            if stop > len(self._came) and not ends:
                break
            written += _spelled(self._written[self._next], *self._span(first, stop))
            self._next += 1
        return written, spoken

    def _span(self, first: int, stop: int) -> tuple[int, int]:
        """Return when the spoken words are heard; where there are none, the moment after the one before."""
        heard = self._came[first:stop]
        if heard:
            return heard[0].start_ms, heard[-1].stop_ms
        before = self._came[:first][-1:]
        moment = before[0].stop_ms if before else self._came[0].start_ms
        return moment, moment


def _key(word: str) -> str:
    return "".join(character for character in word.lower() if character.isalnum())


def _shares(written: Sequence[str], said: Sequence[str]) -> list[tuple[int, int]]:
    """Return for each written word which of the spoken words are its: the first, and the one after the last."""
    shares: list[tuple[int, int]] = []
    matched = SequenceMatcher(None, written, said, autojunk=False).get_opcodes()
    for _, first, stop, from_, to in matched:
        count, spoken = stop - first, to - from_
        shares += [(from_ + n * spoken // count, from_ + (n + 1) * spoken // count) for n in range(count)]
    return shares


def _spelled(word: str, start_ms: int, stop_ms: int) -> TimedText:
    """Return the characters of ``word``, whose time they share; a space takes none."""
    sounding, made = max(1, len(word.strip())), 0
    spelled = []
    for character in word:
        start = start_ms + (stop_ms - start_ms) * made // sounding
        made += not character.isspace()
        spelled.append(TimedCharacter(character, start, start_ms + (stop_ms - start_ms) * made // sounding))
    return spelled
