"""A grant as a consent record: ISO/IEC TS 27560:2023 in JSON-LD, with the words of the W3C Data Privacy Vocabulary.

Fields and relations are those of the DPV guide to 27560 (Community Group report CG-FINAL-guide-27560-20240801, section
"Mappings of Terms"): header, processing with its parties, and events. What the vocabulary has no word for stands under
``sayso:``. The licensee decides what the voice is used for, within the grant, and is the controller.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sayso.clock import stamp
from sayso.consent.grant import Grant
from sayso.consent.state import Party, State
from sayso.consent.store import GrantEvent
from sayso.errors import Invalid
from sayso.parsing import Json
from sayso.records.exchange.document import check_context, check_empty, named, put, take
from sayso.records.exchange.errors import DocumentInvalid
from sayso.records.exchange.forms import MOMENT, iri
from sayso.records.exchange.table import PREFIXES
from sayso.records.exchange.terms import grant_of, put_terms, take_terms

TYPE: Final = "dpv:ConsentRecord"

_USED: Final = {name: PREFIXES[name] for name in PREFIXES if name != "vcard"}
_STATUS: Final = {
    State.REQUESTED: "dpv:ConsentRequested",
    State.GIVEN: "dpv:ConsentGiven",
    State.SUSPENDED: "sayso:ConsentSuspended",
    State.WITHDRAWN: "dpv:ConsentWithdrawn",
    State.REVOKED: "dpv:ConsentRevoked",
    State.EXPIRED: "dpv:ConsentExpired",
    State.INVALIDATED: "dpv:ConsentInvalidated",
    State.ERASED: "sayso:ConsentErased",
}
_STATES: Final = {status: state for state, status in _STATUS.items()}
_BASIS: Final = {"@id": "dpv:ExplicitlyExpressedConsent"}
_PARTY: Final = iri("sayso:party/")
_ID: Final = "urn:sayso:grant:"
_PROFILE: Final = ("dct:conformsTo",)
_IDENTIFIER: Final = ("dct:identifier",)
_VERSION: Final = ("dct:hasVersion",)
_SUBJECT: Final = ("dpv:hasDataSubject", "dct:identifier")
_CURRENT: Final = ("dpv:hasConsentStatus", "@id")
_EVENTS: Final = ("dct:hasPart",)

_PLAIN: Final[tuple[tuple[tuple[str, ...], Any], ...]] = (
    (("dpv:hasDataSubject", "@type"), "dpv:DataSubject"),
    (("dct:valid", "@type"), "dct:PeriodOfTime"),
    (("dpv:hasNotice",), {"@type": "dpv:ConsentNotice", "dct:language": "en", "dct:title": "Receipt for the speaker"}),
    (("dpv:hasProcess", "@type"), "dpv:Process"),
    (("dpv:hasProcess", "dpv:hasLegalBasis"), _BASIS),
    (
        ("dpv:hasProcess", "dpv:hasPersonalData"),
        {"@id": "sayso:Voice", "@type": "dpv:PersonalData", "skos:broader": {"@id": "pd:Biometric"}},
    ),
    (
        ("dpv:hasProcess", "dpv:hasStorageCondition"),
        {"@id": "sayso:EncryptedUntilErasure", "@type": "dpv:StorageCondition"},
    ),
    (
        ("dpv:hasConsentControl",),
        {"@type": "dpv:WithdrawConsent", "dct:description": "the speaker may withdraw at any time"},
    ),
    (("dpv:hasRight",), {"@id": "sayso:Erasure", "@type": "dpv:DataSubjectRight"}),
)
"""What every record says. Reading takes these words or none; others would be lost."""

RECORD_PROFILE: Final = {"@id": "https://w3id.org/dpv/schema/dpv-27560#record"}


def record_of(grant: Grant, events: Sequence[GrantEvent] = ()) -> Json:
    """Return the grant as a consent record, with its history; reading it gives the grant again."""
    record: Json = {"@context": _USED, "@id": f"{_ID}{grant.grant_id}", "@type": TYPE}
    put(record, _PROFILE, RECORD_PROFILE)
    put(record, _IDENTIFIER, grant.grant_id)
    put(record, _VERSION, grant.version)
    for path, value in _PLAIN:
        put(record, path, value)
    if grant.speaker:
        put(record, _SUBJECT, grant.speaker)
    put(record, _CURRENT, _STATUS[grant.state])
    put_terms(record, grant, lambda row: row.record)
    if events:
        put(record, _EVENTS, [_event(change) for change in events])
    return record


def grant_of_record(record: Json) -> Grant:
    """Return the grant that a record tells of, taking the record apart; raise `DocumentInvalid` naming the field.

    The events are checked, and end in the record's status; the grant has no room for them.
    """
    check_context(record, prefixes=_USED)
    if take(record, ("@type",)) != TYPE or take(record, _PROFILE) not in (RECORD_PROFILE, RECORD_PROFILE["@id"]):
        raise DocumentInvalid(f"@type: got another, expected {TYPE} that conforms to {RECORD_PROFILE['@id']}")
    identifier = take(record, _IDENTIFIER)
    if take(record, ("@id",)) not in (None, f"{_ID}{identifier}"):
        raise DocumentInvalid(f"@id: got another than that of dct:identifier, expected {_ID}{str(identifier)[:40]}")
    for path, expected in _PLAIN:
        if take(record, path) not in (None, expected):
            raise DocumentInvalid(f"{named(path)}: got other words than these, expected {str(expected)[:120]}")
    state = _state(take(record, _CURRENT), named(_CURRENT))
    speaker = take(record, _SUBJECT) or ""
    _check_events(take(record, _EVENTS), state)
    version = take(record, _VERSION)
    terms = take_terms(record, lambda row: row.record)
    check_empty(record)
    return grant_of(terms, grant_id=identifier, speaker=speaker, state=state, version=version)


def _event(change: GrantEvent) -> Json:
    return {
        "dct:date": MOMENT.write(stamp(change.at)),
        "dpv:hasConsentStatus": {"@id": _STATUS[change.state]},
        "dpv:hasLegalBasis": _BASIS,
        "dpv:isImplementedByEntity": _PARTY.write(str(change.who)),
    }


def _check_events(got: Any, state: State) -> None:
    events = [] if got is None else got if isinstance(got, list) else [got]
    for number, event in enumerate(events):
        where = f"{named(_EVENTS)}[{number}]"
        if not isinstance(event, dict):
            raise DocumentInvalid(f"{where}: got {str(event)[:40]!r}, expected an event")
        try:
            MOMENT.read(event.pop("dct:date", None))
            Party(_PARTY.read(event.pop("dpv:isImplementedByEntity", None)))
        except (Invalid, ValueError) as error:
            raise DocumentInvalid(f"{where}: {error}") from None
        last = _state(take(event, _CURRENT), f"{where}.{named(_CURRENT)}")
        if event.pop("dpv:hasLegalBasis", _BASIS) != _BASIS:
            raise DocumentInvalid(f"{where}.dpv:hasLegalBasis: got another, expected {_BASIS['@id']}")
        check_empty({where: event})
    if events and last is not state:
        raise DocumentInvalid(f"{named(_EVENTS)}: the last event says {last}, the record says {state}")


def _state(got: Any, where: str) -> State:
    state = _STATES.get(got) if isinstance(got, str) else None
    if state is None:
        raise DocumentInvalid(f"{where}: got {str(got)[:40]!r}, expected one of {', '.join(_STATES)}")
    return state
