"""The words of a text, so that a rule about words means words and not letters.

``Vote  NOW!`` and ``vote, now`` are the same two words; ``now`` is not in ``snow``. Words are compared, not meanings:
what is written to get round a list (``v0te``) gets round it. For that there are approved texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from sayso.errors import Invalid

_APOSTROPHES: Final = str.maketrans("", "", "'\u2018\u2019\u02bc\u00ad")
_WORD: Final = re.compile(r"[^\W_]+")
_MAX_PHRASE: Final = 200
_ROUNDS: Final = 2
"""Folding may undo the compatibility form, as of U+0345; a second round leaves every character as a third would."""


@lru_cache(maxsize=2)
def words(text: str) -> tuple[str, ...]:
    """Return the words of ``text`` in one spelling: compatibility form, case folded, no apostrophes, no marks.

    The last texts are remembered, as every rule of every grant asks for the words of the same one.
    """
    for _ in range(_ROUNDS):
        text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).casefold()
    return tuple(_WORD.findall(text))


def told(text: str) -> str:
    """Return the words with one space before, between and after: a phrase is in it if `` phrase `` is a part."""
    return f" {' '.join(words(text))} "


def phrase(field: str, text: Any) -> str:
    """Return a word or phrase in its one spelling; raise `Invalid` if there is no word in it."""
    kept = " ".join(words(text)) if isinstance(text, str) and len(text) <= _MAX_PHRASE else ""
    if not 1 <= len(kept) <= _MAX_PHRASE:  # the one spelling may be longer than the text
        raise Invalid(f"{field}: got {str(text)[:40]!r}, expected a word or phrase of at most {_MAX_PHRASE} characters")
    return kept


def says(spoken: Sequence[str], blocked: str) -> bool:
    """Return whether the words of ``blocked`` stand in ``spoken``, next to each other."""
    wanted = tuple(blocked.split())
    size = len(wanted)
    if wanted[0] not in spoken:
        return False
    return any(tuple(spoken[at : at + size]) == wanted for at in range(len(spoken) - size + 1))
