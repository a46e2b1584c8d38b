# ruff: noqa: SIM905 - lists of words read best as text
"""Rules: a pattern and what is said for it. A list of rules is applied in its order."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from sayso.synthesis.reading import needs

NUMBER: Final = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
"""A written number, commas and decimals included."""

_STARTERS: Final = frozenset(
    """A After Again All Also Although An And Another Any Are As At Because Before Both But By Can Did Do Does During
    Each Even Every Everyone Few Finally First For From Had Has Have He Hence Her Here His How However I If In Indeed
    Instead Is It Its Just Last Later Let Like Many Maybe Meanwhile Moreover Most My Never Next No Nobody None Nor
    Nothing Now Of On Once One Only Or Other Our Over Perhaps Please Several She Should Since So Some Somebody Someone
    Sometimes Soon Still Such Suddenly That The Their Then There Therefore These They This Those Though Through Thus To
    Today Tomorrow Tonight Under Until Was We Were What When Where Which While Who Whose Why Will With Without Would
    Yes Yesterday Yet You Your""".split()
)
_NEXT_WORD: Final = re.compile(r"\s+[“\"'(]*([A-Z][a-z]*)(?![\w.])")
_END: Final = re.compile(r"[”\"')\]]*\s*(?:\n|$)")

_A_FEW: Final = 100
"""Lists of rules, about three short texts: to read what each rule needs takes longer than to try it on those."""

_applied = itertools.count()


@dataclass(frozen=True)
class Rule:
    """Where ``text`` matches, say ``words``: a text that may name groups, or what the function returns."""

    text: str
    words: str | Callable[[re.Match[str]], str]
    flags: int = 0

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return the pattern, compiled when first used: all of them take 50 ms, and most commands read no text."""
        return re.compile(self.text, self.flags)

    @cached_property
    def ways(self) -> needs.Ways:
        """Return what has to stand in a text in which the pattern matches."""
        return needs.ways_of(self.text, self.flags)


def rule(pattern: str, words: str | Callable[[re.Match[str]], str], *, flags: int = 0) -> Rule:
    """Return the rule for ``pattern``."""
    return Rule(pattern, words, flags)


class Rules(tuple[Rule, ...]):  # noqa: SLOT001 - its index is kept with it
    """Rules in the order in which they are applied."""

    def __new__(cls, *rules: Rule) -> Self:
        """Return these rules."""
        return super().__new__(cls, rules)

    @cached_property
    def filed(self) -> needs.NeedsIndex:
        """Return which of the rules need what of a text."""
        return needs.NeedsIndex([each.ways for each in self])

    @property
    def is_prepared(self) -> bool:
        """Return whether it is known already which of the rules need what."""
        return "filed" in vars(self)

    def prepare(self) -> None:
        """Compile every rule and read what each needs, so that no text waits for it."""
        for each in self:
            _ = each.pattern
        _ = self.filed


def apply(rules: Rules, text: str) -> str:
    """Return ``text`` after each rule in turn; rules that cannot match in it are not tried."""
    found = needs.held(text) if rules.is_prepared or next(_applied) >= _A_FEW else None
    start = 0
    while found is not None:
        for place in rules.filed.places(found, start):
            said = rules[place].pattern.sub(rules[place].words, text)
            if said != text:  # what it holds now is another matter for the rules after this one
                text, found, start = said, needs.held(said), place + 1
                break
        else:
            return text
    for each in rules[start:]:
        text = each.pattern.sub(each.words, text)
    return text


def ends_sentence(after: str) -> bool:
    """Return whether a full stop before ``after`` ends a sentence, where it may as well belong to an abbreviation.

    It does at the end of a paragraph and before a word that often begins a sentence and is seldom part of a name.
    """
    if _END.match(after):
        return True
    word = _NEXT_WORD.match(after)
    return word is not None and word[1] in _STARTERS


def stop_if_ends(match: re.Match[str]) -> str:
    """Return the full stop that an expanded abbreviation has to leave behind, or nothing."""
    return "." if match[0].endswith(".") and ends_sentence(match.string[match.end() :]) else ""
