"""The state of consent: speakers, their grants, and who changed a grant when.

A change of a grant draws a new ``state_version`` for its speaker, at random, so that a version that was rolled back
never comes again and compiled policies can be kept by it. Whatever takes a permission away, or gives one back, also
raises the speaker's ``epoch``: every permit made before ends, running streams with it.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Integer, Row, String, Table, Text, insert, select, update

from sayso import canonical
from sayso.clock import now
from sayso.consent.ceiling import outer_of
from sayso.consent.declaration import StateChange
from sayso.consent.document import check_signature, document_of
from sayso.consent.errors import CeilingExceeded, ErasedWithSpeaker, GrantInvalid, GrantState, GrantUnknown
from sayso.consent.event_store import (
    GrantEvent,
    Signed,
    add_event,
    events_of,
    events_of_all,
    forget_events,
    grant_events,
    next_number,
)
from sayso.consent.grant import Grant
from sayso.consent.minutes.store import cap_minutes, follow_state, forget_minutes, open_minutes
from sayso.consent.signed import grant_of, verified_grant, verified_keys
from sayso.consent.speaker_store import (
    How,
    Speaker,
    SpeakerKeyRow,
    add_speaker,
    bump_epoch,
    drop_private_key,
    epoch_of,
    forget_speaker,
    get_speaker,
    keys_of,
    list_speakers,
    note_death,
    replace_key,
    set_key,
    speaker_row,
    speakers,
    touch,
)
from sayso.consent.state import Party, State, check_change, check_first
from sayso.consent.version_store import (
    GrantVersion,
    add_version,
    forget_versions,
    grant_versions,
    sign_version,
    versions_of,
)
from sayso.database import everything, metadata, within
from sayso.ids import ID_LENGTH, GrantId, SpeakerId

if TYPE_CHECKING:  # loading Cedar takes longer than reading an epoch, which is all that most callers want
    from sayso.consent.cedar import Policies, Policy

__all__ = [
    "GrantEvent",
    "GrantVersion",
    "How",
    "Speaker",
    "SpeakerKeyRow",
    "Standing",
    "add_speaker",
    "amend",
    "bump_epoch",
    "change_state",
    "drop_private_key",
    "epoch_of",
    "erase_speaker",
    "get_grant",
    "get_speaker",
    "grant_events",
    "grant_versions",
    "grants",
    "grants_of",
    "history",
    "insert_grant",
    "keys_of",
    "list_grants",
    "list_speakers",
    "note_death",
    "replace_key",
    "set_key",
    "speakers",
    "standing",
    "versions",
    "withdraw",
    "withdraw_all",
]

grants = Table(
    "grants",
    metadata,
    Column("grant_id", String(ID_LENGTH), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("speaker_id", String(ID_LENGTH), index=True),
    Column("organisation_id", String(ID_LENGTH), nullable=False, index=True),
    Column("licensee", String(200), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("terms", Text, nullable=False),
    Column("signature", String(128)),
    Column("signed_by", String(64)),
)
"""``terms`` is the canonical JSON of `Grant.terms`: a new dimension needs no new column. A tombstone has no speaker.

``signature`` is the speaker's over the document that id, version, speaker and terms make, by the key ``signed_by``.
"""

_STANDING = frozenset({State.REQUESTED, State.GIVEN, State.SUSPENDED})
_SIGNED = frozenset({State.GIVEN, State.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Standing:
    """All that a decision needs to know of a speaker, read in one transaction."""

    epoch: int
    policy: Policy
    deceased: bool = False


def standing(tx: Connection, speaker: SpeakerId, policies: Policies) -> Standing:
    """Return epoch and compiled grants of the speaker. One query when ``policies`` has them.

    Each grant is verified when it is read: raise `GrantTampered` for one that is not as the speaker signed it, so that
    nothing at all is permitted; raise `SpeakerUnknown`.
    """
    with everything(tx):
        row = speaker_row(tx, speaker)
        policy = policies.of(speaker, row.state_version, lambda: _verified(tx, row))
    return Standing(row.epoch, policy, row.died_at is not None)


def insert_grant(
    tx: Connection, grant: Grant, *, who: Party, at: datetime | None = None, signature: str | None = None
) -> None:
    """Enter a new grant, requested or given. A grant that the speaker has not signed permits nothing.

    Raise `SpeakerUnknown`, `GrantInvalid`, `GrantState`, `SignatureRefused`, or `CeilingExceeded` where the speaker has
    an outer consent which the grant does not name, or goes beyond. A licensee may ask a speaker of any organisation.
    """
    row, at = _asked(tx, grant.speaker, who=who), at or now()
    if grant.house != row.house:
        raise GrantInvalid(f"house: got {grant.house}, expected {bool(row.house)}, as the speaker of the grant is")
    check_first(grant.state, who=who, house=grant.house)
    if grant.version != 1:
        raise GrantInvalid(f"version: got {grant.version}, expected 1 of a new grant")
    _check_ceiling(tx, grant)
    _check_signed(grant, signature, row.public_key)
    signed = None if signature is None else Signed(signature, row.public_key)
    tx.execute(insert(grants).values(organisation_id=row.organisation_id, **_grant_row(grant, signed)))
    open_minutes(
        tx,
        grant.grant_id,
        grant.speaker,
        state=grant.state,
        max_ms=grant.max_ms,
        max_takes=grant.max_takes,
        outer=grant.ceiling,
    )
    add_version(tx, _grant_row(grant, signed), who=who, at=at)
    add_event(tx, GrantEvent(grant.grant_id, 1, grant.state, who, at))
    touch(tx, grant.speaker, ends_permits=False)


def amend(tx: Connection, grant: Grant, *, who: Party, signature: str | None, at: datetime | None = None) -> Grant:
    """Return the grant with the terms of its next version, in the state it is in; every permit of the speaker ends.

    Raise as `insert_grant` does, or `GrantState` for a grant that is over or of another version.
    """
    old, row = get_grant(tx, grant.grant_id), speaker_row(tx, grant.speaker)
    if old.state not in _STANDING:
        raise GrantState(f"the grant is {old.state} and stays as it is; give a new one")
    check_first(State.GIVEN, who=who, house=old.house)
    if (grant.version, grant.speaker) != (old.version + 1, old.speaker):
        raise GrantState(f"got version {grant.version}, expected {old.version + 1}, of the same speaker")
    if (grant.outer, grant.house) != (old.outer, old.house) or old.ceiling not in (None, grant.ceiling):
        raise GrantInvalid("outer: got another kind or outer consent, expected that of the version before")
    grant = replace(grant, state=old.state)
    _check_ceiling(tx, grant)
    _check_signed(grant, signature, row.public_key)
    signed = None if signature is None else Signed(signature, row.public_key)
    changed = tx.execute(
        update(grants)
        .where(within(tx, grants), grants.c.grant_id == grant.grant_id, grants.c.version == old.version)
        .where(grants.c.state == str(old.state))
        .values(_grant_row(grant, signed))
    )
    _check_alone(changed.rowcount, grant.grant_id)
    cap_minutes(tx, grant.grant_id, max_ms=grant.max_ms, max_takes=grant.max_takes, outer=grant.ceiling)
    add_version(tx, _grant_row(grant, signed), who=who, at=at or now())
    touch(tx, grant.speaker, ends_permits=True)
    return grant


def versions(tx: Connection, grant_id: GrantId) -> list[GrantVersion]:
    """Return every version of the grant, oldest first; raise `GrantUnknown`. A tombstone has none."""
    return versions_of(tx, grant_id, get_grant(tx, grant_id).speaker)


def get_grant(tx: Connection, grant_id: GrantId) -> Grant:
    """Return the grant, or what stays of one that is erased; raise `GrantUnknown`."""
    row = tx.execute(select(grants).where(within(tx, grants), grants.c.grant_id == grant_id)).one_or_none()
    if row is None:
        raise GrantUnknown(f"got {grant_id}, expected the id of a grant that is here")
    return grant_of(row)


def grants_of(tx: Connection, speaker: SpeakerId) -> list[Grant]:
    """Return every grant of the speaker, in order of their ids."""
    return _grants(tx, grants.c.speaker_id == speaker)


def list_grants(tx: Connection, *, licensee: str | None = None) -> list[Grant]:
    """Return every grant here, or every one to a licensee, tombstones included."""
    return _grants(tx, grants.c.licensee == licensee) if licensee is not None else _grants(tx)


def history(tx: Connection, grant_id: GrantId) -> list[GrantEvent]:
    """Return every change of the grant, oldest first; raise `GrantUnknown`."""
    get_grant(tx, grant_id)
    return events_of(tx, grant_id)


def change_state(
    tx: Connection,
    grant_id: GrantId,
    state: State,
    *,
    who: Party,
    at: datetime | None = None,
    signature: str | None = None,
) -> Grant:
    """Return the grant in its new state. Raise `GrantUnknown`, or `GrantState` where ``who`` may not make it that.

    Ends every permit of the speaker, except when a request is given. ``signature`` is then over the grant's document,
    and otherwise over the declaration of the change; raise `SignatureRefused` for another. A speaker who has a key
    must sign when they lift their own stop: what is given back is given. Erasing is `erase_speaker`'s.
    """
    old = get_grant(tx, grant_id)
    if state is State.ERASED:
        raise ErasedWithSpeaker
    suspended_by = history(tx, grant_id)[-1].who if old.state is State.SUSPENDED else None
    check_change(old.state, state, who=who, house=old.house, suspended_by=suspended_by)
    changed = tx.execute(
        update(grants)
        .where(within(tx, grants), grants.c.grant_id == grant_id, grants.c.state == str(old.state))
        .values(state=str(state))
    )
    _check_alone(changed.rowcount, grant_id)
    event = GrantEvent(grant_id, next_number(tx, grant_id), state, who, at or now(), old.version)
    key = _key_of(tx, old.speaker)
    if old.state is State.REQUESTED and state is State.GIVEN:
        _give_requested(tx, old, signature, key)
    elif signature is not None or (suspended_by is Party.SPEAKER and state is State.GIVEN and key is not None):
        change = StateChange(grant_id, old.version, event.number, state)
        check_signature(change.document(), signature, key)
        event = replace(event, signed=Signed(signature or "", key or ""))
    follow_state(tx, grant_id, state)
    add_event(tx, event)
    touch(tx, old.speaker, ends_permits=old.state is not State.REQUESTED)
    return get_grant(tx, grant_id)


def _give_requested(tx: Connection, old: Grant, signature: str | None, key: str | None) -> None:
    """Put the speaker's signature under a grant that was asked for, if it still is within their outer consent."""
    _check_ceiling(tx, old)
    _check_signed(old, signature, key)
    this = (grants.c.grant_id == old.grant_id) & (grants.c.version == old.version)
    signed = None if signature is None else Signed(signature, key or "")
    values = {"signature": signature, "signed_by": signed and signed.by}
    tx.execute(update(grants).where(within(tx, grants), this).values(values))
    sign_version(tx, old.grant_id, old.version, signed)


def withdraw(tx: Connection, grant_id: GrantId, *, who: Party = Party.SPEAKER, at: datetime | None = None) -> Grant:
    """Return the grant, withdrawn for good; every permit of the speaker made before ends."""
    return change_state(tx, grant_id, State.WITHDRAWN, who=who, at=at)


def withdraw_all(tx: Connection, speaker: SpeakerId, *, who: Party = Party.SPEAKER, at: datetime | None = None) -> int:
    """End every grant that is not over yet and every permit of the speaker; return how many grants there were.

    The speaker's act withdraws them; the operator's, in an erasure say, revokes them, but withdraws house grants.
    """
    running = [grant for grant in grants_of(tx, speaker) if grant.state in _STANDING]
    for grant in running:
        end = State.WITHDRAWN if who is Party.SPEAKER or grant.house else State.REVOKED
        change_state(tx, grant.grant_id, end, who=who, at=at)
    bump_epoch(tx, speaker)
    return len(running)


def erase_speaker(tx: Connection, speaker: SpeakerId, *, who: Party, at: datetime | None = None) -> list[GrantId]:
    """Remove the speaker; return the grants, of which a tombstone stays that does not lead to them.

    A tombstone has id, version, licensee and purposes, the state erased, and one event that says who erased it and
    when. Raise `SpeakerUnknown`, also for a speaker who is erased already.
    """
    speaker_row(tx, speaker)
    forget_minutes(tx, speaker)
    erased = [grant.tombstone() for grant in grants_of(tx, speaker)]
    for grant in erased:
        forget_events(tx, grant.grant_id)
        forget_versions(tx, grant.grant_id)
        add_event(tx, GrantEvent(grant.grant_id, 1, State.ERASED, who, at or now(), grant.version))
        this = grants.c.grant_id == grant.grant_id
        tx.execute(update(grants).where(within(tx, grants), this).values(_grant_row(grant, None)))
    forget_speaker(tx, speaker)
    return [grant.grant_id for grant in erased]


def _grants(tx: Connection, *where: Any) -> list[Grant]:
    query = select(grants).where(within(tx, grants), *where).order_by(grants.c.grant_id)
    return [grant_of(row) for row in tx.execute(query)]


def _verified(tx: Connection, row: Row[Any]) -> list[Grant]:
    of_speaker = (within(tx, grants), grants.c.speaker_id == row.speaker_id)
    found = tx.execute(select(grants).where(*of_speaker).order_by(grants.c.grant_id)).all()
    keys = verified_keys(row, keys_of(tx, row.speaker_id))
    events = events_of_all(tx, select(grants.c.grant_id).where(*of_speaker))
    return [verified_grant(each, row, keys, events.get(each.grant_id, [])) for each in found]


def _check_alone(changed_rows: int, grant_id: GrantId) -> None:
    if changed_rows != 1:
        raise GrantState(f"the grant {grant_id} was changed by somebody else at the same time; look and try again")


def outer_for(tx: Connection, grant: Grant) -> Grant | None:
    """Return the outer consent that the grant is to be cut from, whoever asks; raise `CeilingExceeded`."""
    with everything(tx):
        return outer_of(grants_of(tx, grant.speaker), grant)


def _asked(tx: Connection, speaker: SpeakerId, *, who: Party) -> Row[Any]:
    with everything(tx) if who is Party.LICENSEE else contextlib.nullcontext():
        return speaker_row(tx, speaker)


def _key_of(tx: Connection, speaker: SpeakerId) -> str | None:
    with everything(tx):
        key: str | None = speaker_row(tx, speaker).public_key
        return key


def _check_ceiling(tx: Connection, grant: Grant) -> None:
    outer = outer_for(tx, grant)
    if outer is not None and grant.ceiling is None:
        reason = f"ceiling: got none, expected an outer consent of the speaker, such as {outer.grant_id}"
        raise CeilingExceeded(reason, reasons=[reason])


def _check_signed(grant: Grant, signature: str | None, public_key: str | None) -> None:
    if signature is not None:
        check_signature(document_of(grant), signature, public_key)


def _grant_row(grant: Grant, signed: Signed | None) -> dict[str, Any]:
    return {
        "grant_id": grant.grant_id,
        "version": grant.version,
        "speaker_id": grant.speaker or None,
        "licensee": grant.licensee,
        "state": str(grant.state),
        "terms": canonical.encode(grant.terms()).decode(),
        "signature": signed.signature if signed else None,
        "signed_by": signed.by if signed else None,
    }
