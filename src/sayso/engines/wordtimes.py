"""Word times from what an engine knows: how long it holds each phoneme, and which phonemes are whose word's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import accumulate
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sayso.engines.errors import Unspeakable
from sayso.engines.phonemes import has_sound, phonemes, token_ids
from sayso.engines.pronounced import words_of
from sayso.engines.traits import WordTime

_GROUP: Final = re.compile(r"\S+")
_MOST_GROUPS: Final = 6

Held = tuple[str, NDArray[np.floating]]
"""Phonemes that were said in one go, and the seconds of each token of theirs, the pads before and after included."""


def words_in(text: str) -> list[str]:
    """Return the words of ``text``, as they stand between spaces; those without a letter or a digit are left out."""
    return [word for word in words_of(text).split() if any(character.isalnum() for character in word)]


def word_times(text: str, said: Iterable[Held]) -> list[WordTime]:
    """Return when each word of ``text`` is said, in order, where ``said`` are its phonemes, piece after piece.

    A word lasts from the first to the last phoneme with a sound: the pause of a comma after it is not its.
    """
    groups, start_s = [], 0.0
    for piece, held_s in said:
        groups += list(_groups(piece, held_s, start_s))
        start_s += float(np.sum(held_s))
    shares = _shares(words_in(text), [group for group, _, _ in groups])
    spans = [groups[first:last] for first, last in shares]
    return [WordTime(word, span[0][1], span[-1][2]) for word, span in zip(words_in(text), spans, strict=True) if span]


def _groups(piece: str, held_s: NDArray[np.floating], start_s: float) -> Iterable[tuple[str, float, float]]:
    """Yield each group of phonemes between two spaces that has a sound, with its start and its end in seconds."""
    ends_s = start_s + np.cumsum(held_s)
    places = [0, *accumulate(len(token_ids(character)) for character in piece)]
    for match in _GROUP.finditer(piece):
        sounding = [place for place in range(match.start(), match.end()) if has_sound(piece[place])]
        if sounding:
            # The token of the character at a place is one further on, behind the pad.
            first, last = places[sounding[0]] + 1, places[sounding[-1]] + 1
            yield match[0], float(ends_s[first - 1]), float(ends_s[min(last, len(ends_s) - 1)])


def _shares(words: Sequence[str], groups: Sequence[str]) -> list[tuple[int, int]]:
    """Return which groups are each word's: one each, or those that sound most like it where the numbers differ."""
    if len(words) == len(groups):
        return [(place, place + 1) for place in range(len(words))]
    best: dict[int, tuple[float, list[tuple[int, int]]]] = {0: (0.0, [])}
    for word in words:
        alone = _alone(word)
        reached: dict[int, tuple[float, list[tuple[int, int]]]] = {}
        for first, (score, path) in best.items():
            for last in range(first, min(first + _MOST_GROUPS, len(groups)) + 1):
                gain = score + _alike(alone, "".join(groups[first:last]))
                if last not in reached or gain > reached[last][0]:
                    reached[last] = (gain, [*path, (first, last)])
        best = reached
    return max(best.items(), key=lambda one: (one[0], one[1][0]))[1][1]


def _alike(word: str, groups: str) -> float:
    """Return how many phonemes the two have in common, less what only one has."""
    matched = sum(block.size for block in SequenceMatcher(None, word, groups, autojunk=False).get_matching_blocks())
    return matched - 0.5 * (len(word) + len(groups) - 2 * matched)


@lru_cache(maxsize=512)
def _alone(word: str) -> str:
    try:
        return phonemes(word).replace(" ", "")
    except Unspeakable:
        return ""
