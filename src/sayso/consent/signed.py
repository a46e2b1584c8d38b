"""Reading grants from their rows, as they were signed, with a history that could have happened."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sayso import canonical
from sayso.consent.document import KeyChange, StateChange, check_signature, document
from sayso.consent.errors import GrantInvalid, GrantState, GrantTampered, SignatureRefused
from sayso.consent.grant import Grant
from sayso.consent.history_store import GrantEvent, Signed
from sayso.consent.speaker_store import How, SpeakerKeyRow, keys_of, speaker_row
from sayso.consent.state import Party, State, check_change, check_first
from sayso.consent.store import grant_of, rows_of
from sayso.database import Connection, everything
from sayso.database.words import RowTampered
from sayso.errors import Invalid
from sayso.ids import SpeakerId

if TYPE_CHECKING:  # loading Cedar takes longer than reading an epoch, which is all that most callers want
    from sayso.consent.cedar import Policies, Policy

_SIGNED: Final = frozenset({State.GIVEN, State.SUSPENDED})
_OVER: Final = frozenset({State.WITHDRAWN, State.REVOKED, State.EXPIRED, State.INVALIDATED})


@dataclass(frozen=True, slots=True)
class SpeakerStanding:
    """All that a decision needs to know of a speaker, read in one transaction."""

    epoch: int
    policy: Policy
    deceased: bool = False


def standing(tx: Connection, speaker: SpeakerId, policies: Policies) -> SpeakerStanding:
    """Return epoch and compiled grants of the speaker. One query when ``policies`` has them.

    Each grant is verified when it is read: raise `GrantTampered` for one that is not as the speaker signed it, so that
    nothing at all is permitted; raise `SpeakerUnknown`.
    """
    with everything(tx):
        row = speaker_row(tx, speaker)
        policy = policies.of(speaker, row.state_version, lambda: _grants(tx, row))
    return SpeakerStanding(row.epoch, policy, row.died_at is not None)


def _grants(tx: Connection, speaker: Any) -> list[Grant]:
    """Return the grants of a ``speaker`` (a row), each as it was signed."""
    keys = verified_keys(speaker, keys_of(tx, speaker.speaker_id))
    rows, events = rows_of(tx, speaker.speaker_id)
    wanted = [row for row in rows if row.state not in _OVER or _can_be_read(row)]
    return [verified_grant(row, speaker, keys, events.get(row.grant_id, [])) for row in wanted]


def _can_be_read(row: Any) -> bool:
    """Return whether a grant that is over can be read: it permits nothing, so one that cannot stops no other."""
    try:
        grant_of(row)
    except (Invalid, ValueError, TypeError, AttributeError):
        return False
    return True


def verified_keys(speaker: Any, rows: Sequence[SpeakerKeyRow]) -> frozenset[str]:
    """Return the public keys of the ``speaker`` (a row); raise `GrantTampered` unless each follows from the one before.

    That the operator entered a key needs no signature here: it stands in the ledger, and the audit compares.
    """
    try:
        for before, after in itertools.pairwise(rows):
            _check_follows(speaker, before, after)
        if [row.number for row in rows] != list(range(1, len(rows) + 1)):
            raise GrantInvalid("keys: they are not numbered from 1")
        if speaker.public_key != (rows[-1].public_key if rows else None):
            raise GrantInvalid("public_key: it is not the last that was entered")
    except (Invalid, SignatureRefused) as error:
        raise _tampered(f"speakers row {speaker.speaker_id}", error) from None
    return frozenset(row.public_key for row in rows)


def _check_follows(speaker: Any, before: SpeakerKeyRow, after: SpeakerKeyRow) -> None:
    if after.how is How.REGISTERED:
        raise GrantInvalid(f"keys: number {after.number} is registered, expected it to follow from the one before")
    if after.how is How.ROTATED:
        change = KeyChange(speaker.speaker_id, after.number, before.public_key, after.public_key)
        check_signature(change.document(), after.endorsement, before.public_key)


def verified_grant(row: Any, speaker: Any, keys: frozenset[str], events: Sequence[GrantEvent]) -> Grant:
    """Return the grant of a row if it is what its speaker signed and stands as it may; otherwise raise `GrantTampered`.

    ``keys`` are the speaker's, as `verified_keys` returns them. A grant that is over, or only asked for, needs no
    signature: it permits nothing. One that goes on after a suspension needs the speaker's word where they gave it.
    """
    try:
        grant = grant_of(row)
        if grant.house != speaker.house:
            raise GrantInvalid("house: it is not as the speaker of the grant is")
        if row.licensee != grant.licensee:
            raise GrantInvalid("licensee: it is not that of the terms")
        if grant.state in _SIGNED:
            terms = canonical.decode(row.terms.encode())
            text = document(row.grant_id, version=row.version, speaker=row.speaker_id, terms=terms)
            _check_signed(text, row.signature and Signed(row.signature, row.signed_by or ""), keys)
            _check_history(grant, events, keys)
        return grant
    except (Invalid, SignatureRefused, GrantState, RowTampered, ValueError, TypeError, AttributeError) as error:
        raise _tampered(f"grants row {row.grant_id}", error) from None


def _check_signed(text: bytes, signed: Signed | None, keys: frozenset[str]) -> None:
    if signed is None:
        raise SignatureRefused("signature: got none, expected 128 hex digits")
    check_signature(text, signed.signature, signed.by if signed.by in keys else None)


def _check_history(grant: Grant, events: Sequence[GrantEvent], keys: frozenset[str]) -> None:
    """Return if the events could have made the grant what it is; each is by somebody who may, and signed if it must."""
    if [event.number for event in events] != list(range(1, len(events) + 1)) or not events:
        raise GrantInvalid("history: its events are not numbered from 1")
    if events[-1].state is not grant.state:
        raise GrantInvalid(f"state: it is {grant.state}, its history ends in {events[-1].state}")
    check_first(events[0].state, who=events[0].who, house=grant.house)
    for before, after in itertools.pairwise(events):
        stopped_by = before.who if before.state is State.SUSPENDED else None
        check_change(before.state, after.state, who=after.who, house=grant.house, suspended_by=stopped_by)
        gives_back = stopped_by is Party.SPEAKER and after.state is State.GIVEN
        if gives_back or after.signed is not None:
            change = StateChange(grant.grant_id, after.version, after.number, after.state)
            _check_signed(change.document(), after.signed, keys)


def _tampered(what: str, error: Exception) -> GrantTampered:
    return GrantTampered(
        f"{what} is not what the speaker signed: {error}",
        hint="restore the database from a backup; until then nothing is permitted with this speaker's voice",
    )
