"""The spoken label: its words by language and purpose, read from one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from sayso.labels.errors import WordsUnknown
from sayso.labels.statutes import Statute, statute

_AGAIN: Final = "again"
_DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True)
class Words:
    """What is said at the start, and what is repeated in a long clip."""

    opening: str
    again: str


def words_for(language: str, purpose: str) -> Words:
    """Return the words in ``language`` (BCP 47; its first subtag decides) for ``purpose``, a path such as podcast/news.

    Raise `WordsUnknown` naming the languages there are.
    """
    texts = _table().get(language.partition("-")[0].lower())
    if texts is None:
        raise WordsUnknown(
            f"there are no words for the spoken label in {language[:40]!r}, expected one of {', '.join(_table())}"
        )
    return Words(texts.get(purpose.partition("/")[0], texts[_DEFAULT]), texts[_AGAIN])


@cache
def all_words() -> frozenset[str]:
    """Return every text that is a spoken label; nothing else may be said beside the text of a permit."""
    return frozenset(text for texts in _table().values() for text in texts.values())


def _table() -> Mapping[str, Mapping[str, str]]:
    return statute(Statute.SPOKEN)
