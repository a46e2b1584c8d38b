"""Readers: what turns a written text into words, one for each language. English is read today."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Protocol

from sayso.synthesis.errors import LanguageUnread
from sayso.synthesis.lexicon import Lexicon
from sayso.synthesis.normalise import normalise as normalise_english
from sayso.synthesis.normalise import prepare as prepare_english
from sayso.synthesis.normalise import skipped as skipped_in_english
from sayso.synthesis.phrasing import Phrase, phrases

_NO_WORDS: Final = Lexicon(())


class Reader(Protocol):
    """Reads the texts of one language."""

    @property
    def language(self) -> str:
        """Return the first subtag of the language (BCP 47), such as ``en``."""
        ...

    def normalise(self, text: str) -> str:
        """Return ``text`` as words and plain punctuation; normalising the result changes nothing.

        Raise `NothingToSay`, `UnsupportedScript` or `TextTooLong`.
        """
        ...

    def skipped(self, text: str) -> list[str]:
        """Return the characters of ``text`` that are not read, each once, in order."""
        ...

    def prepare(self) -> None:
        """Load and compile now what the first texts would wait for."""
        ...


class English:
    """Reads English, with American words for what is written short."""

    language: Final = "en"

    def normalise(self, text: str) -> str:
        """Return ``text`` as words and plain punctuation."""
        return normalise_english(text)

    def skipped(self, text: str) -> list[str]:
        """Return the characters of ``text`` that are not read."""
        return skipped_in_english(text)

    def prepare(self) -> None:
        """Compile every rule now."""
        prepare_english()


_READERS: Final[dict[str, Reader]] = {reader.language: reader for reader in (English(),)}


def reader(language: str) -> Reader:
    """Return the reader of ``language``, a tag such as ``en-GB``; raise `LanguageUnread` naming those there are."""
    found = _READERS.get(language.partition("-")[0].lower())
    if found is None:
        raise LanguageUnread(f"language: got {language[:40]!r}, expected one that can be read: {', '.join(_READERS)}")
    return found


def prepare() -> None:
    """Have every reader load and compile now what the first texts would wait for; takes some 0.2 s once."""
    for each in _READERS.values():
        each.prepare()


def read(text: str, *, language: str = "en", lexicon: Lexicon | None = None) -> tuple[Phrase, ...]:
    """Return what is spoken for ``text``, in phrases, with the words of ``lexicon`` said as it tells.

    Raise `LanguageUnread`, or as `Reader.normalise` does.
    """
    marked = (lexicon or _NO_WORDS).marked(text)
    spoken = phrases(reader(language).normalise(marked.text))
    return tuple(replace(phrase, text=marked.restored(phrase.text)) for phrase in spoken)


def skipped(text: str, *, language: str = "en", lexicon: Lexicon | None = None) -> list[str]:
    """Return the characters of ``text`` that are not read, each once, in order; raise `LanguageUnread`."""
    return reader(language).skipped((lexicon or _NO_WORDS).marked(text).text)
