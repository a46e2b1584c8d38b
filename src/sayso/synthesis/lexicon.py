# ruff: noqa: RUF001, RUF002 - typographic characters are the matter here
"""A pronunciation lexicon: words with the respelling, or the phonemes, that they are said with.

A word with a respelling is replaced before the text is normalised. A word with phonemes is carried through the
normalisation under a stand-in, so that no rule reads it, and takes its phonemes in the phrases.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

from sayso.engines.ipa import phonemes_of_ipa
from sayso.engines.pronounced import pronounced
from sayso.errors import Invalid

_FIRST: Final = re.compile(r"\w+|[^\w\s]")
# An address such as [docs](/docs/) is a link: IPA has a letter or a mark that no address needs.
_INLINE: Final = re.compile(r"\[(\w[\w '’-]{0,99})\]\(/(?=[^/()\n]*[^\x00-\x7f])([^/()\n]{1,200})/\)")
_DIGITS: Final = "BFGHJKNPRSTW"
"""Letters that no rule of reading takes for a numeral, a unit or a word."""


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """One word as it is written, and how it is said: by a ``respelling``, or else by ``phonemes`` (Kokoro's alphabet).

    A word in small letters stands for any capitals; one with a capital for itself and for itself in capitals.
    """

    word: str
    respelling: str = ""
    phonemes: str = ""

    def written(self, text: str) -> bool:
        """Return whether ``text``, the same but for its capitals, is this word."""
        same, word = _folded(text), _folded(self.word)
        return self.word.islower() or same == word or same == word.upper()


@dataclass(frozen=True)
class Marked:
    """A text in which the words of a lexicon were found. ``stand_ins``: what stands in it for which pronounced word."""

    text: str
    prefix: str
    stand_ins: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def restored(self, phrase: str) -> str:
        """Return a phrase of the normalised text with the words in place of their stand-ins."""
        return self._pattern.sub(self._word, phrase) if self.stand_ins else phrase

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(rf"\b({self.prefix}[{_DIGITS}]+)(['’]s)?(?!\w)", re.IGNORECASE)

    def _word(self, match: re.Match[str]) -> str:
        word, phonemes = self.stand_ins[match[1].upper()]
        if not match[2]:
            return pronounced(word, phonemes)
        ending = "ᵻz" if phonemes[-1] in "szʃʒʧʤ" else "s" if phonemes[-1] in "ptkfθ" else "z"
        return pronounced(f"{word}'s", phonemes + ending)


class Lexicon:
    """Pronunciations by word. Where two fit at a place, the longer word counts."""

    def __init__(self, entries: Iterable[Pronunciation]) -> None:
        """Take the ``entries``; each word once."""
        self._by_first: dict[str, list[Pronunciation]] = {}
        for entry in sorted(entries, key=lambda entry: len(entry.word), reverse=True):
            first = _FIRST.match(entry.word)
            self._by_first.setdefault(first[0].casefold() if first else "", []).append(entry)

    def entries(self) -> Iterator[Pronunciation]:
        """Yield every pronunciation."""
        for entries in self._by_first.values():
            yield from entries

    def __len__(self) -> int:
        return sum(map(len, self._by_first.values()))

    def marked(self, text: str) -> Marked:
        """Return ``text`` with its words respelled, or under stand-ins, ready to be normalised.

        A word that brings its IPA, ``[Ayla](/ˈeɪlə/)``, is said so there; what is no IPA is left to be stripped.
        """
        text = unicodedata.normalize("NFC", text)
        prefix = "QZQ"
        while prefix in text.upper():
            prefix += "Q"
        out, last, stand_ins = [], 0, _StandIns(prefix)
        text = _INLINE.sub(lambda match: _inline(match, stand_ins), text)
        for match, entry in self._found(text):
            out += [text[last : match.start()], entry.respelling or stand_ins.of(match[0], entry.phonemes)]
            last = match.end()
        return Marked("".join((*out, text[last:])), prefix, stand_ins.words)

    def _found(self, text: str) -> Iterator[tuple[re.Match[str], Pronunciation]]:
        last = 0
        for first in _FIRST.finditer(text):
            if first.start() < last:
                continue
            for entry in self._by_first.get(first[0].casefold(), ()):
                match = _pattern(entry.word).match(text, first.start())
                if match and entry.written(match[0]):
                    yield match, entry
                    last = match.end()
                    break


def merged(lexicons: Iterable[Lexicon]) -> Lexicon:
    """Return one lexicon of several: of two pronunciations of one word the later counts."""
    found = {_folded(entry.word): entry for lexicon in lexicons for entry in lexicon.entries()}
    return Lexicon(found.values())


class _StandIns:
    """Words that stand for others: letters without a vowel, with the capitals of what they stand for."""

    def __init__(self, prefix: str) -> None:
        self.words: dict[str, tuple[str, str]] = {}
        self._prefix = prefix
        self._names: dict[tuple[str, str], str] = {}

    def of(self, written: str, phonemes: str) -> str:
        word = re.sub(r"[^\w'’-]+", " ", written).strip() or written
        name = self._names.setdefault((word, phonemes), self._prefix + _number(len(self._names)))
        self.words[name] = (word, phonemes)
        if len(written) > 1 and written.isupper():
            return name
        return name.capitalize() if written[0].isupper() else name.lower()


def _inline(match: re.Match[str], stand_ins: _StandIns) -> str:
    try:
        return stand_ins.of(match[1], phonemes_of_ipa(match[2]))
    except Invalid:
        return match[0]


def _number(value: int) -> str:
    letters = _DIGITS[value % len(_DIGITS)]
    while value := value // len(_DIGITS):
        letters = _DIGITS[value % len(_DIGITS)] + letters
    return letters


def _folded(text: str) -> str:
    return " ".join(text.replace("’", "'").split())


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    parts = (re.escape(part).replace("'", "['’]") for part in _folded(word).split(" "))
    body = r"\s+".join(parts)
    begins = r"(?<![\w@#])(?<!\w['’])" if word[0].isalnum() else ""
    ends = r"(?!\w|@\w|['’](?!s\b)\w)" if word[-1].isalnum() else ""
    return re.compile(f"{begins}{body}{ends}", re.IGNORECASE)
