# ruff: noqa: RUF001 - typographic characters are the matter here
"""Normalisation: written English becomes the words that are said, before any engine sees it."""

from __future__ import annotations

import re
from typing import Final

from sayso.synthesis.errors import NothingToSay, TextTooLong
from sayso.synthesis.reading import (
    abbreviations,
    addresses,
    amounts,
    capitals,
    characters,
    digitstrings,
    formulas,
    idioms,
    markup,
    moments,
    money,
    ranges,
    romans,
    verses,
)
from sayso.synthesis.reading.rules import Rules, apply, rule

MAX_CHARACTERS: Final = 200_000
"""About four hours of speech: more is said in parts."""

MAX_WORD: Final = 60
"""Letters: a longer word is no word, and no phrase could hold it."""

_UNBROKEN: Final = re.compile(r"\S{500}")
_MAX_PASSES: Final = 8  # the second pass is nearly always the last; markup inside markup takes more

_ITEM: Final = re.compile(r"\n(?=[ \t]*(?:[-*•‣◦▪–—+]|\d{1,3}[.)]|#{1,6}|[ivx]{1,4}[.)]|\(?[a-z]\)|\(\w{1,2}\)) )")
_BULLET: Final = re.compile(r"^\s*(?:(?:[-*•‣◦▪–—+>]|#{1,6}|\((?=\d{1,3}\))) +)+")
_NUMBERED: Final = re.compile(r"^(\d{1,3})\) +(?=\w)")
_LETTERED: Final = re.compile(r"^\(?([a-hA-H])\) +(?=\w)")
_SENTENCE_START: Final = "\ue000"
_NUMBER_FIRST: Final = Rules(
    rule(r"(?:^|(?<=[.!?…] )|(?<=[.!?…][”\")'] ))(?=[“\"'(]*(?:R\$)?[\d$£€¥₹₩~+#])", _SENTENCE_START),
)
_FIRST_LETTER: Final = Rules(
    rule(rf"{_SENTENCE_START}([“\"'(\s]*)([^\W\d_])", lambda match: match[1] + match[2].upper()),
    rule(_SENTENCE_START, ""),
)
_LISTS: Final = (
    markup.RULES,
    formulas.RULES,
    addresses.RULES,
    ranges.RULES,
    verses.RULES,
    abbreviations.RULES,
    romans.RULES,
    idioms.RULES_BEFORE_SENTENCES,
    _NUMBER_FIRST,
    idioms.RULES,
    digitstrings.RULES,
    amounts.RULES_BEFORE_MOMENTS,
    moments.RULES,
    money.RULES,
    amounts.RULES,
    _FIRST_LETTER,
    characters.SYMBOLS,
    characters.PUNCTUATION,
)
"""Every list of rules that a text goes through, for `prepare`."""

_STOPPED: Final = re.compile(r"[.!?…,;:—][”)]*$")


def normalise(text: str) -> str:
    """Return ``text`` as words and plain punctuation: no digit, no symbol, one blank line between paragraphs.

    Numbers, dates, times, money, units, abbreviations, Roman numerals and addresses are written out as they are said
    (American English). Normalising the result changes nothing.

    Raises
    ------
    NothingToSay : no word is left
    UnsupportedScript : most letters are not Latin; the first of them are named. Fewer are left out (see `skipped`)
    TextTooLong : more than 200,000 characters, or 500 without a space, or a word of more than 60 letters
    """
    if len(text) > MAX_CHARACTERS:
        raise TextTooLong(f"got {len(text)} characters, expected at most {MAX_CHARACTERS}; say the text in parts")
    if endless := _UNBROKEN.search(text):
        raise TextTooLong(f"got {endless[0][:20]!r}... without a space for 500 characters or more, expected words")
    result, previous = _pass(text), text  # a text that is plain already needs no second pass
    for _ in range(_MAX_PASSES):
        if result == previous:
            break
        result, previous = _pass(result), result
    if not result:
        raise NothingToSay(f"got {text[:40]!r}, which has no word in it; expected at least one word")
    _check_words(result)
    return result


def prepare() -> None:
    """Do now what the first texts would wait for, some 0.2 s in all; what is read stays the same."""
    for rules in _LISTS:
        rules.prepare()
    normalise("Ready.")


def skipped(text: str) -> list[str]:
    """Return the characters of ``text`` that are not read: letters and digits of other scripts, each once, in order."""
    return characters.foreign(apply(markup.RULES, text))


def _pass(text: str) -> str:
    plain = characters.unify(apply(formulas.RULES, apply(markup.RULES, text)))
    spoken = [_paragraph(part) for part in re.split(r"\n\s*\n", _ITEM.sub("\n\n", plain))]
    return "\n\n".join(part for part in spoken if part)


def _paragraph(text: str) -> str:
    text = _BULLET.sub("", " ".join(text.split()))
    text = _LETTERED.sub(lambda match: f"{match[1].upper()}. ", _NUMBERED.sub(r"\1. ", text))
    text = apply(addresses.RULES, text)
    text = capitals.lowered(text)
    text = apply(ranges.RULES, text)
    text = apply(verses.RULES, text)
    text = apply(abbreviations.RULES, text)
    text = apply(romans.RULES, text)
    text = apply(idioms.RULES_BEFORE_SENTENCES, text)
    text = apply(_NUMBER_FIRST, text)
    text = apply(idioms.RULES, text)
    text = apply(digitstrings.RULES, text)
    text = apply(amounts.RULES_BEFORE_MOMENTS, text)
    text = apply(moments.RULES, text)
    text = apply(money.RULES, text)
    text = apply(amounts.RULES, text)
    text = apply(_FIRST_LETTER, " ".join(text.split()))
    text = characters.punctuate(apply(characters.SYMBOLS, text))
    if not any(character.isalpha() for character in text):
        return ""
    return text if _STOPPED.search(text) else f"{text}."


def _check_words(text: str) -> None:
    for word in text.split():
        longest = max(re.split(r"\W", word), key=len)
        if len(longest) > MAX_WORD:
            raise TextTooLong(
                f"got a word of {len(longest)} letters ({word[:20]}...), expected at most {MAX_WORD}; "
                f"split it or leave it out"
            )
