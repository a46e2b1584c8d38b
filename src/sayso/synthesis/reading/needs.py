"""What a text must hold so that a rule can match in it: most of the rules need not be tried on most texts.

A pattern is read as Python's own parser reads it. Each way through it is a set of what has to stand in the text:
letters, pairs of letters that stand together, digits; a text that has all of no set holds no match. What is not
understood asks for nothing, so that at worst a rule is tried in vain. Letters count without case.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

DIGIT: Final = r"\d"
_FAR: Final = re.compile("[^\x00-\u0130\u2000-\u22ff]|[\u0130]")
"""Characters whose case is a matter of its own (the long s, the dotless i): texts with one are held to have all."""
_MOST_WAYS: Final = 400
_DIGITS: Final = frozenset("0123456789")
_COMMON: Final = " etaoinshrdlcumwfgypbvk"
"""The commonest characters of English texts, the commonest first."""
_WIDTHLESS: Final = {"AT", "ASSERT", "ASSERT_NOT"}

Way = frozenset[str]
Ways = tuple[Way, ...]
ANYTHING: Final[Ways] = (frozenset(),)


@lru_cache(maxsize=16)
def held(text: str) -> frozenset[str] | None:
    """Return what ``text`` holds: its characters, their pairs, and whether there are digits; None for everything."""
    if _FAR.search(text):
        return None
    low = text.lower()
    found = {*low, *map("".join, itertools.pairwise(low))}
    if not _DIGITS.isdisjoint(found):
        found.add(DIGIT)
    return frozenset(found)


class NeedsIndex:
    """Tells which of many patterns may match in a text, by looking only at those that need something it holds.

    A way is filed under the one of its needs that English texts hold least often.
    """

    def __init__(self, patterns: Sequence[Ways]) -> None:
        """Take the ways through each pattern, which is known by its place from here on."""
        self._always: Final = frozenset(place for place, ways in enumerate(patterns) if frozenset() in ways)
        self._filed: Final[dict[str, list[tuple[int, Way]]]] = {}
        for place, ways in enumerate(patterns):
            for way in () if place in self._always else ways:
                self._filed.setdefault(max(way, key=_rarity), []).append((place, way))

    def places(self, found: frozenset[str], start: int = 0) -> list[int]:
        """Return the places, from ``start`` on and in order, of the patterns that may match where that was found."""
        near = {place for place in self._always if place >= start}
        for need in self._filed.keys() & found:
            near.update(place for place, way in self._filed[need] if place >= start and way <= found)
        return sorted(near)


def _rarity(need: str) -> tuple[int, str]:
    """Return how seldom a text holds what is needed; what is as seldom goes by its spelling."""
    if need == DIGIT:
        return len(_COMMON), need
    return sum(_COMMON.find(each) if each in _COMMON else len(_COMMON) for each in need), need


def ways_of(pattern: str, flags: int = 0) -> Ways:
    """Return the ways through ``pattern``, `ANYTHING` where it is not understood."""
    try:
        from re import _parser  # type: ignore[attr-defined]  # noqa: PLC0415 - it may be gone one day

        return _sequence(_parser.parse(pattern, flags)).ways
    except (ImportError, AttributeError, TypeError, ValueError):
        return ANYTHING


@dataclass(frozen=True, slots=True)
class _Part:
    """The ways through a part of a pattern, and the letters it begins and ends with, where they are always the same."""

    ways: Ways
    first: str = ""
    last: str = ""


def _sequence(nodes: Iterable[tuple[Any, Any]]) -> _Part:
    """Return the ways through parts one after another: what each needs, and the pairs where two of them meet."""
    common: set[str] = set()
    chosen = ANYTHING
    first, last, is_first = "", "", True
    for operation, value in nodes:
        part = _part(str(operation), value)
        common |= _pair(last, part.first)
        if len(part.ways) == 1:
            common |= part.ways[0]
        else:
            chosen = max(chosen, part.ways, key=_strength)
        if str(operation) in _WIDTHLESS:
            continue
        first = part.first if is_first else first
        last, is_first = part.last, False
    return _Part(tuple({way | common for way in chosen}), first, last)


def _pair(last: str, first: str) -> set[str]:
    return {last + first} if last and first else set()


def _strength(ways: Ways) -> float:
    """Return how much the weakest way asks for, fewer ways first."""
    return min(sum(len(need) for need in way) for way in ways) - len(ways) / _MOST_WAYS


def _part(operation: str, value: Any) -> _Part:
    """Return the ways through one part; those of a part that may be left out ask for nothing."""
    reads = _READERS.get(operation)
    return _Part(ANYTHING) if reads is None else reads(value)


def _repeated(value: Any) -> _Part:
    return _sequence(value[2]) if value[0] > 0 else _Part(ANYTHING)


def _letter(character: str) -> _Part:
    low = character.lower()
    if len(low) > 1 or _FAR.match(character):
        return _Part(ANYTHING)
    return _Part((frozenset(low),), low, low)


def _one_of(members: list[tuple[Any, Any]]) -> _Part:
    """Return the ways through one character of a class."""
    found: set[str] = set()
    for each in _members(members):
        if each is None:
            return _Part(ANYTHING)
        found.add(each)
    if len(found) == 1 and DIGIT not in found:
        return _letter(found.pop())
    if found <= {*_DIGITS, DIGIT}:
        return _Part((frozenset({DIGIT}),))
    return _Part(tuple(frozenset({each}) for each in found))


def _members(members: list[tuple[Any, Any]]) -> Iterator[str | None]:
    """Yield the characters of a class, without case; None for what may be anything."""
    for operation, value in members:
        name = str(operation)
        if name == "LITERAL":
            part = _letter(chr(value))
            yield part.first or None
        elif (name == "RANGE" and chr(value[0]) in _DIGITS and chr(value[1]) in _DIGITS) or (
            name == "CATEGORY" and str(value) == "CATEGORY_DIGIT"
        ):
            yield DIGIT
        else:
            yield None


def _either(parts: list[_Part]) -> _Part:
    ways = tuple({way for part in parts for way in part.ways})
    firsts, lasts = {part.first for part in parts}, {part.last for part in parts}
    return _Part(
        ANYTHING if len(ways) > _MOST_WAYS else ways,
        firsts.pop() if len(firsts) == 1 else "",
        lasts.pop() if len(lasts) == 1 else "",
    )


_READERS: Final[dict[str, Callable[[Any], _Part]]] = {
    "LITERAL": lambda value: _letter(chr(value)),
    "IN": _one_of,
    "BRANCH": lambda value: _either([_sequence(branch) for branch in value[1]]),
    "SUBPATTERN": lambda value: _sequence(value[3]),
    "ATOMIC_GROUP": _sequence,
    "ASSERT": lambda value: _Part(_sequence(value[1]).ways),
    "MAX_REPEAT": _repeated,
    "MIN_REPEAT": _repeated,
    "POSSESSIVE_REPEAT": _repeated,
}
