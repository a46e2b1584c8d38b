"""How many words of a text were not heard as they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


def words_of(text: str) -> list[str]:
    """Return the words of ``text`` in lower case, without punctuation."""
    return [found.lower().replace("\u2019", "'") for found in _WORD.findall(text)]


def word_errors(expected: Sequence[str], heard: Sequence[str]) -> int:
    """Return the least number of words to change, add or leave out that makes ``expected`` of ``heard``.

    Levenshtein, "Binary codes capable of correcting deletions, insertions and reversals", 1966, on words.
    """
    above = list(range(len(heard) + 1))
    for row, word in enumerate(expected, start=1):
        current = [row]
        for column, other in enumerate(heard, start=1):
            current.append(min(above[column] + 1, current[-1] + 1, above[column - 1] + (word != other)))
        above = current
    return above[-1]
