"""What each term of a grant means to the speaker, in sentences, made of the table of dimensions.

A term without a row is still told, by name and value, so that a receipt never says less than the grant.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from sayso.consent import fields
from sayso.consent.dimensions import TERMS, Shape, Term
from sayso.records.receipts.words import day, length, listed

SECTIONS: Final[Mapping[str, str]] = {
    "who": "Who may use your voice",
    "what": "What they may use it for",
    "how": "What they may do, and what not",
    "when": "From when until when",
    "minutes": "How much",
    "where": "Where, and in which language",
    "more": "More",
}
"""The headings, in order."""


def told(terms: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the sentences of every term, by section."""
    found: dict[str, list[str]] = {section: [] for section in SECTIONS}
    for term in TERMS:
        if term.name in terms:
            found[term.receipt.section] += sentences(term, terms[term.name])
    for name in sorted(set(terms) - {term.name for term in TERMS}):
        if terms[name] not in (None, "", [], {}, False):
            value = terms[name] if isinstance(terms[name], str) else json.dumps(terms[name], ensure_ascii=False)
            found["more"].append(f"{name.replace('_', ' ').capitalize()}: {value}")
    return found


def sentences(term: Term, value: Any) -> list[str]:
    """Return what a receipt says of one term."""
    said = term.receipt
    if _is_unlimited(term, value):
        return [said.unlimited] if said.unlimited else []
    others = [words for part, words in said.words.items() if part not in value]
    found: list[str] = []
    for sentence in said.sentences:
        if "{each}" in sentence:
            found += [sentence.format(each=said.words.get(part, part)) for part in value]
        elif "{other}" in sentence:
            found += [sentence.format(other=words) for words in others]
        else:
            found.append(sentence.format(_in_words(term.shape, value)))
    return found


def _is_unlimited(term: Term, value: Any) -> bool:
    if isinstance(value, list) or term.shape is Shape.PARTY:
        return fields.ANY in value or (value == [] and term.nothing == ())
    return bool(value == term.nothing)


def _in_words(shape: Shape, value: Any) -> str:
    if shape is Shape.MOMENT:
        return day(value)
    if shape is Shape.LENGTH:
        return length(value)
    if shape is Shape.DIGESTS:
        return str(len(value))
    return listed(value) if isinstance(value, list) else str(value)
