"""Where each term of a grant stands in a consent record and in a policy, made of the table of dimensions.

``unsaid`` is the value that a document means by saying nothing: it is not written, and it is what reading gives where
nothing is written. Without one, the document must speak. In a policy, saying nothing sets no limit (ODRL 2.2, section
2.5); a record must say every limit, and that there is none, as one that says nothing may have been cut short.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sayso.consent.dimensions import MUST, TERMS, Shape, Term
from sayso.records.exchange import forms
from sayso.records.exchange.forms import Form, concepts, iri, or_any, thing, words

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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a term stands, in which form, and what saying nothing means."""

    path: tuple[str, ...]
    form: Form
    unsaid: Any = MUST


@dataclass(frozen=True, slots=True)
class PlacedTerm:
    """One term of a grant, its place in a record (ISO/IEC TS 27560) and its place in a policy (ODRL)."""

    term: str
    record: Place
    policy: Place


def placed(term: Term) -> PlacedTerm:
    """Return where a row of the table of dimensions stands in both documents."""
    nothing = list(term.nothing) if isinstance(term.nothing, tuple) else term.nothing
    return PlacedTerm(term.name, _in_record(term, nothing), _in_policy(term, nothing))


def _in_record(term: Term, nothing: Any) -> Place:
    path, form = tuple(term.places.record.split(" ")), _record_form(term)
    if not term.places.said:
        return Place(path, form, nothing)
    says_no = nothing is not MUST and term.shape is not Shape.FLAG
    return Place(path, or_any(form, nothing=nothing) if says_no else form)


def _in_policy(term: Term, nothing: Any) -> Place:
    at = term.places.policy
    if not at:
        return Place(tuple(term.places.record.split(" ")), _record_form(term), nothing)
    if not at.startswith("permission "):
        return Place(("permission", "constraint", at), _plain_form(term), nothing)
    form = thing("vcard:fn", kind="Party") if term.shape is Shape.PARTY else words(term.places.concept)
    return Place(tuple(at.split(" ")), form, nothing)


def _record_form(term: Term) -> Form:
    if term.shape is Shape.PARTY:
        return thing("dpv:hasName", kind="dpv:LegalEntity")
    if term.shape is Shape.CONCEPTS:
        return concepts(term.places.concept, kind=term.places.kind)
    return _plain_form(term)


def _plain_form(term: Term) -> Form:
    if term.shape is Shape.CONCEPT:
        return iri(term.places.concept)
    if term.shape is Shape.CONCEPTS:
        return concepts(term.places.concept)
    return _FORMS[term.shape]


_FORMS: Final = {
    Shape.NAME: forms.TEXT,
    Shape.NAMES: forms.TEXTS,
    Shape.FLAG: forms.FLAG,
    Shape.COUNT: forms.NUMBER,
    Shape.LENGTH: forms.LENGTH,
    Shape.MOMENT: forms.MOMENT,
    Shape.DIGESTS: forms.TEXTS,
}

TABLE: Final[tuple[PlacedTerm, ...]] = tuple(placed(term) for term in TERMS)
