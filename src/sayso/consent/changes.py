"""The changes of consent: grants entered, amended, given, stopped and erased, keys entered. Who may do what is checked.

A change of a grant draws a new ``state_version`` for its speaker, at random, so that a version that was rolled back
never comes again and compiled policies can be kept by it. Whatever takes a permission away, or gives one back, also
raises the speaker's ``epoch``: every permit made before ends, running streams with it.

A licence that allows more than its outer consent is refused when it is issued, with every dimension named. What the
outer consent becomes later bounds the licence all the same: a decision asks both.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sayso.clock import now
from sayso.consent.dimensions import DIMENSIONS, Dimension
from sayso.consent.document import StateChange, check_signature, document_of
from sayso.consent.errors import (
    CeilingExceeded,
    ErasedWithSpeaker,
    GrantInvalid,
    GrantState,
    SpeakerKey,
    SpeakerKeyKnown,
)
from sayso.consent.grant import Grant
from sayso.consent.history_store import (
    GrantEvent,
    Signed,
    add_event,
    add_version,
    forget_events,
    forget_versions,
    next_number,
    sign_version,
)
from sayso.consent.minutes import cap_minutes
from sayso.consent.minutes.store import follow_state, forget_minutes, open_minutes
from sayso.consent.speaker_store import (
    How,
    SpeakerKeyRow,
    add_key,
    bump_epoch,
    forget_private_key,
    forget_speaker,
    keys_of,
    speaker_row,
    touch,
)
from sayso.consent.state import GrantOrigin, Party, State, check_change, check_first
from sayso.consent.store import (
    add_grant,
    bury,
    get_grant,
    grant_row,
    grants_of,
    history,
    replace_grant,
    set_signature,
    set_state,
)
from sayso.database import Connection, everything
from sayso.ids import GrantId, SpeakerId

_STANDING: Final = frozenset({State.REQUESTED, State.GIVEN, State.SUSPENDED})
OUTER_STANDING: Final = frozenset({State.GIVEN, State.SUSPENDED})
"""While an outer consent stands, no licence is given beside it; a suspended one stands in the way of all."""


def insert_grant(
    tx: Connection,
    grant: Grant,
    *,
    who: Party,
    at: datetime | None = None,
    signature: str | None = None,
    origin: GrantOrigin = GrantOrigin.TYPED,
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
    add_grant(tx, grant, signed, organisation=row.organisation_id)
    open_minutes(
        tx,
        grant.grant_id,
        grant.speaker,
        state=grant.state,
        max_ms=grant.max_ms,
        max_takes=grant.max_takes,
        outer=grant.ceiling,
    )
    add_version(tx, grant_row(grant, signed), who=who, at=at, origin=GrantOrigin.HOUSE if grant.house else origin)
    add_event(tx, GrantEvent(grant.grant_id, 1, grant.state, who, at))
    touch(tx, grant.speaker, ends_permits=False)


def amend(
    tx: Connection,
    grant: Grant,
    *,
    who: Party,
    signature: str | None,
    at: datetime | None = None,
    origin: GrantOrigin = GrantOrigin.TYPED,
) -> Grant:
    """Return the grant with the terms of its next version, in the state it is in; every permit of the speaker ends.

    Raise as `insert_grant` does, or `GrantState` for a grant that is over or of another version.
    """
    old, row = get_grant(tx, grant.grant_id), speaker_row(tx, grant.speaker)
    old.require_readable()
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
    _check_alone(grant.grant_id, replace_grant(tx, old, grant, signed))
    cap_minutes(tx, grant.grant_id, max_ms=grant.max_ms, max_takes=grant.max_takes, outer=grant.ceiling)
    add_version(tx, grant_row(grant, signed), who=who, at=at or now(), origin=origin)
    touch(tx, grant.speaker, ends_permits=True)
    return grant


def change_state(
    tx: Connection,
    grant_id: GrantId,
    state: State,
    *,
    who: Party,
    at: datetime | None = None,
    signature: str | None = None,
    origin: GrantOrigin = GrantOrigin.TYPED,
) -> Grant:
    """Return the grant in its new state. Raise `GrantUnknown`, or `GrantState` where ``who`` may not make it that.

    Ends every permit of the speaker, except when a request is given. ``signature`` is then over the grant's document,
    and otherwise over the declaration of the change; raise `SignatureRefused` for another. A speaker who has a key
    must sign when they lift their own stop: what is given back is given. Erasing is `erase_speaker`'s.
    """
    old = get_grant(tx, grant_id)
    if state is State.ERASED:
        raise ErasedWithSpeaker
    if state is State.GIVEN:
        old.require_readable()
    suspended_by = history(tx, grant_id)[-1].who if old.state is State.SUSPENDED else None
    check_change(old.state, state, who=who, house=old.house, suspended_by=suspended_by)
    _check_alone(grant_id, set_state(tx, old, state))
    event = GrantEvent(grant_id, next_number(tx, grant_id), state, who, at or now(), old.version)
    key = _key_of(tx, old.speaker)
    if old.state is State.REQUESTED and state is State.GIVEN:
        _give_requested(tx, old, signature, key, origin)
    elif signature is not None or (suspended_by is Party.SPEAKER and state is State.GIVEN and key is not None):
        change = StateChange(grant_id, old.version, event.number, state)
        check_signature(change.document(), signature, key)
        event = replace(event, signed=Signed(signature or "", key or ""))
    follow_state(tx, grant_id, state)
    add_event(tx, event)
    touch(tx, old.speaker, ends_permits=old.state is not State.REQUESTED)
    return get_grant(tx, grant_id)


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
        bury(tx, grant)
    forget_speaker(tx, speaker)
    return [grant.grant_id for grant in erased]


def outer_for(tx: Connection, grant: Grant) -> Grant | None:
    """Return the outer consent that the grant is to be cut from, whoever asks; raise `CeilingExceeded`."""
    with everything(tx):
        return outer_of(grants_of(tx, grant.speaker), grant)


def set_key(tx: Connection, speaker: SpeakerId, public_key: str, *, sealed: bytes | None = None) -> None:
    """Enter the speaker's key, with the sealed private one if Sayso keeps it; raise `SpeakerKey` if there is one."""
    if speaker_row(tx, speaker).public_key is not None:
        raise SpeakerKeyKnown(f"{speaker} has a key already, with which their grants are signed")
    add_key(tx, speaker, SpeakerKeyRow(1, public_key, How.REGISTERED, None, now()), sealed=sealed)


def replace_key(tx: Connection, speaker: SpeakerId, key: SpeakerKeyRow, *, sealed: bytes | None = None) -> None:
    """Enter the speaker's next key in place of the present one; every permit of the speaker ends.

    What the key before has signed stays signed. Raise `SpeakerKey` where there is none before, the number is not the
    next, or the key was the speaker's before; whoever calls has checked the endorsement.
    """
    before = keys_of(tx, speaker)
    if not before or key.number != before[-1].number + 1:
        raise SpeakerKey(f"number: got {key.number}, expected {len(before) + 1}, of a speaker who has a key")
    if key.public_key in {each.public_key for each in before}:
        raise SpeakerKey("key: got one that was this speaker's before, expected another")
    add_key(tx, speaker, key, sealed=sealed)
    touch(tx, speaker, ends_permits=True)


def drop_private_key(tx: Connection, speaker: SpeakerId) -> None:
    """Forget the private key that Sayso kept for the speaker; raise `SpeakerKey` where it keeps none."""
    if speaker_row(tx, speaker).key_sealed is None:
        raise SpeakerKey(f"Sayso keeps no key of {speaker}, expected a speaker whose key it keeps")
    forget_private_key(tx, speaker)


def _give_requested(tx: Connection, old: Grant, signature: str | None, key: str | None, origin: GrantOrigin) -> None:
    """Put the speaker's signature under a grant that was asked for, if it still is within their outer consent."""
    _check_ceiling(tx, old)
    _check_signed(old, signature, key)
    signed = None if signature is None else Signed(signature, key or "")
    set_signature(tx, old, signed)
    sign_version(tx, old.grant_id, old.version, signed, origin=origin)


def _check_alone(grant_id: GrantId, is_alone: bool) -> None:
    if not is_alone:
        raise GrantState(f"the grant {grant_id} was changed by somebody else at the same time; look and try again")


def _asked(tx: Connection, speaker: SpeakerId, *, who: Party) -> Any:
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


def excess(licence: Grant, outer: Grant) -> list[str]:
    """Return a line for every dimension in which the licence allows more than the outer consent."""
    return [_excess(dimension, licence, outer) for dimension in DIMENSIONS if not dimension.within(licence, outer)]


def outer_of(grants: Sequence[Grant], licence: Grant) -> Grant | None:
    """Return the outer consent that the licence names, or that it is to name; None where the speaker has none.

    Of several that have room for it, the one with the smallest id is taken. Raise `CeilingExceeded` with every
    dimension in which it goes beyond the nearest.
    """
    if licence.outer or licence.house:
        return None
    named = [each for each in grants if each.outer and each.grant_id == licence.ceiling]
    if licence.ceiling is not None and not named:
        reason = f"ceiling: got {licence.ceiling}, expected an outer consent of the speaker"
        raise CeilingExceeded(reason, reasons=[reason])
    standing = named or [each for each in grants if each.outer and each.state in OUTER_STANDING]
    if not standing:
        return None
    found = sorted(
        ((excess(licence, outer), outer.grant_id, outer) for outer in standing),
        key=lambda each: (len(each[0]), each[1]),
    )
    reasons, outer_id, outer = found[0]
    if reasons:
        raise CeilingExceeded(
            f"the licence allows more than the outer consent {outer_id}: {'; '.join(reasons)}",
            hint="narrow the licence, or let the speaker widen the outer consent",
            reasons=reasons,
        )
    return outer


def _excess(dimension: Dimension, licence: Grant, outer: Grant) -> str:
    if dimension.name == "state":
        return f"state: the outer consent {outer.grant_id} is {outer.state}, expected {State.GIVEN}"
    allowed, bound = dimension.allowed(licence), dimension.allowed(outer)
    return f"{dimension.name}: got {allowed}, the outer consent {outer.grant_id} allows {bound}"
