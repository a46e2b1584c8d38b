"""Writing a grant's terms into a document, and taking them out of one, by the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sayso.consent.dimensions import MUST
from sayso.consent.errors import GrantInvalid
from sayso.consent.grant import Grant
from sayso.consent.state import State
from sayso.errors import Bug, Invalid
from sayso.ids import GrantId, SpeakerId
from sayso.parsing import Json
from sayso.records.exchange.document import named, put, take
from sayso.records.exchange.errors import DocumentInvalid
from sayso.records.exchange.table import TABLE, Place, PlacedTerm

Which = Callable[[PlacedTerm], Place]


def put_terms(document: Json, grant: Grant, which: Which) -> None:
    """Write every term of the grant at its place; raise `Bug` for a term that has no row."""
    terms = grant.terms()
    for row in TABLE:
        place = which(row)
        value = terms.pop(row.term)
        if value != place.unsaid:
            put(document, place.path, place.form.write(value))
    if terms:
        raise Bug(f"the term {min(terms)} has no row in the table of the exchange; it would be lost")


def take_terms(document: Json, which: Which) -> dict[str, Any]:
    """Take the terms out of the document; raise `DocumentInvalid` naming the term and its place."""
    return {row.term: _taken(document, row.term, which(row)) for row in TABLE}


def _taken(document: Json, term: str, place: Place) -> Any:
    got = take(document, place.path)
    if got is None and place.unsaid is not MUST:
        return place.unsaid
    where = f"{term} ({named(place.path)})"
    if got is None:
        raise DocumentInvalid(f"{where}: got nothing, expected it to be said")
    try:
        return place.form.read(got)
    except Invalid as error:
        raise DocumentInvalid(f"{where}: {error.message}", hint=error.hint) from None


def grant_of(terms: dict[str, Any], *, grant_id: Any, speaker: Any, state: State, version: Any) -> Grant:
    """Return the grant of these terms; raise `DocumentInvalid` naming the field that is wrong."""
    for name, got in (("grant_id", grant_id), ("speaker", speaker)):
        if not isinstance(got, str):
            raise DocumentInvalid(f"{name}: got {str(got)[:40]!r}, expected an id")
    try:
        return Grant.from_terms(
            terms, grant_id=GrantId(grant_id), speaker=SpeakerId(speaker), state=state, version=version
        )
    except GrantInvalid as error:
        raise DocumentInvalid(error.message, hint=error.hint) from None
