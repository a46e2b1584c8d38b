"""Where each term of a grant stands in a consent record and in a policy: one row a term.

A new key of `Grant.terms` is one new row here. ``unsaid`` is the value that a document means by saying nothing: it is
not written, and it is what reading gives where nothing is written. Without one, the document must speak. In a policy,
saying nothing sets no limit (ODRL 2.2, section 2.5); in a record we ask for every limit to be said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sayso.consent import fields
from sayso.records.exchange import forms
from sayso.records.exchange.forms import Form, concepts, iri, or_any, thing, words

MUST: Final = object()
"""The mark of a place that a document may not leave empty."""

PREFIXES: Final = {
    "dpv": "https://w3id.org/dpv#",
    "loc": "https://w3id.org/dpv/loc#",
    "pd": "https://w3id.org/dpv/pd#",
    "dct": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "sayso": "urn:sayso:consent:",
}

_ANY: Final = [fields.ANY]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a term stands, in which form, and what saying nothing means."""

    path: tuple[str, ...]
    form: Form
    unsaid: Any = MUST


@dataclass(frozen=True, slots=True)
class Row:
    """One term of a grant, its place in a record (ISO/IEC TS 27560) and its place in a policy (ODRL)."""

    term: str
    record: Place
    policy: Place


def _process(*path: str) -> tuple[str, ...]:
    return ("dpv:hasProcess", *path)


def _limit(operand: str, operator: str) -> tuple[str, ...]:
    return ("permission", "constraint", f"{operand} {operator}")


def _plain(term: str, form: Form, unsaid: Any) -> Row:
    """Return the row of a term that stands beside the limits, under a word of ours, in both documents."""
    first, *others = term.split("_")
    place = Place((f"sayso:{first}{''.join(map(str.capitalize, others))}",), form, unsaid)
    return Row(term, place, place)


TABLE: Final[tuple[Row, ...]] = (
    Row(
        "licensee",
        Place(_process("dpv:hasDataController"), thing("dpv:hasName", kind="dpv:LegalEntity")),
        Place(("permission", "assignee"), thing("vcard:fn", kind="Party")),
    ),
    Row(
        "purposes",
        Place(_process("dpv:hasPurpose"), concepts("sayso:purpose/", kind="dpv:Purpose")),
        Place(_limit("purpose", "isAnyOf"), concepts("sayso:purpose/")),
    ),
    Row(
        "actions",
        Place(_process("dpv:hasProcessing"), concepts("sayso:action/", kind="dpv:Processing")),
        Place(("permission", "action"), words("sayso:action/")),
    ),
    Row(
        "project",
        Place(_process("sayso:project"), or_any(forms.TEXT, nothing=None)),
        Place(_limit("sayso:project", "eq"), forms.TEXT, None),
    ),
    Row(
        "languages",
        Place(_process("dct:language"), or_any(forms.TEXTS, nothing=_ANY)),
        Place(_limit("language", "isAnyOf"), forms.TEXTS, _ANY),
    ),
    Row(
        "territories",
        Place(_process("dpv:hasLocation"), or_any(concepts("loc:", kind="dpv:Location"), nothing=_ANY)),
        Place(_limit("spatial", "isAnyOf"), concepts("loc:"), _ANY),
    ),
    Row(
        "channels",
        Place(_process("sayso:channel"), or_any(forms.TEXTS, nothing=_ANY)),
        Place(_limit("deliveryChannel", "isAnyOf"), forms.TEXTS, _ANY),
    ),
    Row(
        "not_before",
        Place(("dct:valid", "dcat:startDate"), forms.MOMENT),
        Place(_limit("dateTime", "gteq"), forms.MOMENT),
    ),
    Row(
        "until",
        Place(("dct:valid", "dcat:endDate"), or_any(forms.MOMENT, nothing=None)),
        Place(_limit("dateTime", "lt"), forms.MOMENT, None),
    ),
    Row(
        "max_ms",
        Place(_process("sayso:soundInAll"), or_any(forms.LENGTH, nothing=None)),
        Place(_limit("sayso:soundInAll", "lteq"), forms.LENGTH, None),
    ),
    Row(
        "max_takes",
        Place(_process("sayso:takesInAll"), or_any(forms.NUMBER, nothing=None)),
        Place(_limit("count", "lteq"), forms.NUMBER, None),
    ),
    Row(
        "scripted_only",
        Place(_process("sayso:scriptedOnly"), forms.FLAG),
        Place(_limit("sayso:scriptedOnly", "eq"), forms.FLAG, False),
    ),
    Row(
        "blocked_words",
        Place(_process("sayso:blockedWord"), forms.TEXTS, []),
        Place(_limit("sayso:word", "isNoneOf"), forms.TEXTS, []),
    ),
    Row(
        "blocked_topics",
        Place(_process("sayso:blockedTopic"), concepts("sayso:topic/"), []),
        Place(_limit("sayso:topic", "isNoneOf"), concepts("sayso:topic/"), []),
    ),
    Row(
        "approved_texts",
        Place(_process("sayso:approvedText"), or_any(forms.TEXTS, nothing=None)),
        Place(_limit("sayso:text", "isAnyOf"), forms.TEXTS, None),
    ),
    Row(
        "disclosure",
        Place(_process("sayso:disclosure"), or_any(iri("sayso:disclosure/"), nothing=None)),
        Place(_limit("sayso:disclosure", "eq"), iri("sayso:disclosure/"), None),
    ),
    *(_plain(term, forms.TEXT, None) for term in ("compensation", "notice_sha256", "notice_language")),
    *(_plain(term, forms.FLAG, False) for term in ("sublicensing", "post_mortem", "outer", "house")),
    _plain("ceiling", iri("urn:sayso:grant:"), None),
    Row("note", Place(("dct:description",), forms.TEXT, ""), Place(("dct:description",), forms.TEXT, "")),
)
