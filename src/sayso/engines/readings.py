# ruff: noqa: RUF001 - phonemes are the matter here
"""Readings: what the lexicons read wrongly, marked up: homographs, the letter A, interjections, and names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from sayso.engines.homographs import READINGS

# The letter A, which is no article: inside a sentence, and among other letters.
_LETTER_A: Final = re.compile(
    r"(?<=[a-z] )A(?= (?![A-Z][a-z])|[.,;:!?”)]|$)|(?<=\b[A-Z] )A\b(?!['’-])|\bA(?= [B-HJ-Z] [A-Z]\b)"
    r"|\bA(?= (?:one|two|three|four|five|six)(?:[.,;:)”]|$| (?:\(|paper|sheets?|size|format|road|poster|page)))"
)
# The full stop behind a letter, or behind letters with stops, ends a sentence too: the lexicons would swallow it.
_STARTERS: Final = (
    "He|She|It|They|We|I|You|The|Then|There|This|That|But|And|So|Now|When|What|Who|Why|How|In|Later|After|No|Yes"
)
_LAST_STOP: Final = re.compile(
    rf"(?<![\w.'’])(?:(?P<letter>[A-Za-z])|(?P<letters>(?:[A-Za-z]\.)+[A-Za-z]))\."
    rf"(?=[”)]*(?:$| [“(]*(?:{_STARTERS})\b))"
)
# Interjections, as narrators say them, and words cut short.
_INTERJECTIONS: Final[Mapping[str, str]] = {
    r"m+-?hm+": "əmhˈʌm",
    r"uh-huh": "əhˈʌ",
    r"uh-oh": "ˈʌˌO",
    r"nuh-uh": "nˌʌˈʌ",
    r"b+r{2,}": "bˈɜɹ",
    r"gr{2,}": "ɡˈɜɹ",
    r"t+[su]+k": "tˈʌsk",
    r"z{2,}": "zz",
    r"s+h{2,}|sh": "ʃʃ",
    r"h?m{2,}|h+m+": "hˈʌm",
    r"p+f{2,}t?": "pfˈʌt",
    r"p+s{2,}t": "pˈɪst",
    r"u+gh+": "ˈʌɡ",
    r"a+r+gh+|a+rgh+": "ˈɑɹɡ",
    r"a+h{2,}|a{2,}h+": "ˈɑ",
    r"o{2,}h+|o+h{2,}": "ˈO",
    r"w+h?o{2,}a+h?|whoa": "wˈO",
    r"ye+a+h+": "jˈæə",
    r"n+o{2,}": "nˈO",
    r"ye+s{2,}|ye{2,}s+": "jˈɛs",
    r"e+w+": "ˈiu",
    r"meh": "mˈɛ",
    r"heh": "hˈɛ",
    r"ha(?:ha)+": "hɑhˈɑ",
    r"he(?:he)+": "hihˈi",
    r"ach+oo+": "əʧˈu",
    r"uh+": "ˈʌ",
    r"um+": "ˈʌm",
    r"erm": "ˈɜɹm",
    r"h+e+y{2,}": "hˈA",
    r"so{3,}": "sˈO",
    r"lo{3,}ng": "lˈɔŋ",
    r"please{2,}": "plˈiz",
    r"nah+": "nˈɑ",
    r"huh+": "hˈʌ",
    r"phew+": "fjˈu",
    r"tch": "ʧ",
    r"yikes": "jˈIks",
    r"shush": "ʃˈʌʃ",
}
_TWAS_SAID: Final[Mapping[str, str]] = {
    "tis": "tˈɪz",
    "twas": "twˈʌz",
    "twere": "twˈɜɹ",
    "twill": "twˈɪl",
    "twould": "twˈʊd",
}
_TWAS: Final = re.compile(rf"(?<!\w)['’]({'|'.join(_TWAS_SAID)})\b", re.IGNORECASE)
_SAID: Final = re.compile(
    rf"(?<![\w'’])(?:{'|'.join(f'(?P<i{place}>{form})' for place, form in enumerate(_INTERJECTIONS))})(?![\w'’])",
    re.IGNORECASE,
)


def with_last_stops(text: str) -> str:
    """Return ``text`` with a full stop of its own behind a letter, or letters with stops, that end a sentence."""
    return _LAST_STOP.sub(_stopped, text)


def _stopped(match: re.Match[str]) -> str:
    if match["letter"]:
        return f"{match['letter']} ."
    return f"{match['letters']}.."


def with_readings(text: str, said: Mapping[tuple[int, int], str] = MappingProxyType({})) -> str:
    """Return ``text`` with the words that stand here marked up as ``[word](/phonemes/)`` for the lexicons.

    ``said`` are the phonemes of words that bring their own, by start and end of the word: they come first.
    """
    spans: dict[tuple[int, int], str] = {}
    for reading in READINGS:
        for match in reading.pattern.finditer(text):
            spans.setdefault(match.span("word"), reading.phonemes)
    for match in _TWAS.finditer(text):
        spans.setdefault(match.span(), _TWAS_SAID[match[1].lower()])
    for match in _LETTER_A.finditer(text):
        spans.setdefault(match.span(), "ˈA")
    for match in _SAID.finditer(text):
        spans.setdefault(match.span(), _said(match))
    for match in _names_pattern().finditer(text):
        spans.setdefault(match.span(), _named(match))
    free = {at: how for at, how in spans.items() if not any(at[0] < end and start < at[1] for start, end in said)}
    return _marked(text, free | dict(said))


def _said(match: re.Match[str]) -> str:
    return list(_INTERJECTIONS.values())[int((match.lastgroup or "i0")[1:])]


def _named(match: re.Match[str]) -> str:
    """Return a name as it is said, with the ending of its possessive."""
    said = _names()[match["name"].lower().replace("’", "'")]
    if not match["of"]:
        return said
    return said + ("ᵻz" if said[-1] in "szʃʒʧʤ" else "s" if said[-1] in "ptkfθ" else "z")


def _marked(text: str, spans: Mapping[tuple[int, int], str]) -> str:
    out, last = [], 0
    for (start, end), phonemes in sorted(spans.items()):
        if start >= last:
            out += [text[last:start], f"[{text[start:end]}](/{phonemes}/)"]
            last = end
    return "".join((*out, text[last:]))


@cache
def _names() -> Mapping[str, str]:
    """Return the names that the lexicons do not know or get wrong, in small letters, with their phonemes."""
    lines = resources.files("sayso.engines").joinpath("names.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {name.lower(): phonemes for name, phonemes in rows}


@cache
def _names_pattern() -> re.Pattern[str]:
    names = "|".join(re.escape(name).replace("'", "['’]") for name in sorted(_names(), key=len, reverse=True))
    return re.compile(rf"(?<![\w'’-])(?P<name>(?i:{names}))(?P<of>['’]s)?(?![\w]|['’]\w)")
