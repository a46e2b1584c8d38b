"""Changing what a grant is: declined, stopped for a while, resumed, ended. Each change is logged, with who and when.

What the speaker changes they sign: with the key that Sayso keeps for them, or with their own. Taking away needs no
signature, so that a lost key keeps nobody from it; giving back always does (decisions/0009).
"""

from __future__ import annotations

from typing import Final

from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.consent import Grant, State, changes
from sayso.consent import store as consents
from sayso.consent.document import StateChange, read_state_change, sign
from sayso.consent.errors import GrantState, RequestUnanswered
from sayso.consent.history_store import next_number
from sayso.consent.state import Party
from sayso.database import Connection
from sayso.errors import Invalid, SaysoError
from sayso.ids import GrantId, parse_id
from sayso.ledger.acts import GrantChanged
from sayso.vault.domains import Domain
from sayso.workflows.consent.acts import act_on_grant
from sayso.workflows.consent.forgetting import forget_phrases_of
from sayso.workflows.consent.showing import GrantShown, shown
from sayso.workflows.consent.signing import key_of
from sayso.workflows.installation.rows import enter
from sayso.workflows.installation.session import Session

_RIGHTS: Final = {Party.SPEAKER: Right.CONSENT, Party.LICENSEE: Right.REQUEST, Party.OPERATOR: Right.GOVERN}


def withdraw(session: Session, grant_id: str) -> GrantShown:
    """Withdraw a grant for good, and log it; permits made before end at once. Raise `GrantUnknown`, `GrantState`."""
    return _changed(session, grant_id, State.WITHDRAWN, Party.SPEAKER)


def decline(session: Session, grant_id: str) -> GrantShown:
    """Decline what a licensee asked for, as the speaker: the request is withdrawn for good, and logged."""
    return _changed(session, grant_id, State.WITHDRAWN, Party.SPEAKER, only_from=State.REQUESTED)


def suspend(session: Session, grant_id: str, by: str = "speaker") -> GrantShown:
    """Stop a grant until whoever stopped it resumes it, and log it; permits made before end at once."""
    return _changed(session, grant_id, State.SUSPENDED, parse_party(by))


def resume(session: Session, grant_id: str, by: str = "speaker") -> GrantShown:
    """Let a suspended grant go on, and log it. Raise `GrantState` where somebody else suspended it.

    Raise `SpeakerKey` where the speaker keeps their own key: then they sign a draft of the change.
    """
    return _changed(session, grant_id, State.GIVEN, parse_party(by), only_from=State.SUSPENDED)


def revoke(session: Session, grant_id: str, by: str = "operator") -> GrantShown:
    """End a grant for good by the operator's or the licensee's act, and log it; permits made before end at once."""
    return _changed(session, grant_id, State.REVOKED, parse_party(by))


def invalidate(session: Session, grant_id: str) -> GrantShown:
    """End a grant that should never have been (another gave it in the speaker's name), by the operator, and log it."""
    return _changed(session, grant_id, State.INVALIDATED, Party.OPERATOR)


def draft_change(session: Session, grant_id: str, state: str) -> bytes:
    """Return the declaration of a change for the speaker to sign; nothing is changed. Raise `GrantUnknown`."""
    with session.read() as tx:
        return _change(tx, consents.get_grant(tx, GrantId(parse_id("grant", grant_id))), State(state)).document()


def enter_change(session: Session, declaration: bytes, signature: str) -> GrantShown:
    """Enter a change that the speaker signed with their own key.

    Raise `GrantInvalid`, `SignatureRefused`, or `GrantState` for one that is not the grant's next, changing nothing.
    """
    session.require(Right.CONSENT)
    change = read_state_change(declaration)
    with act_on_grant(session, change.grant) as (tx, old):
        if old.state is State.REQUESTED and change.state is State.GIVEN:
            raise RequestUnanswered
        if change != _change(tx, old, change.state):
            raise GrantState("the declaration is not of the grant's next change; draft it again")
        _entered(session, tx, old, change.state, Party.SPEAKER, signature=signature)
    forget_phrases_of(session, old.speaker)
    return shown(session, change.grant)


def parse_party(text: str) -> Party:
    """Return who acts; raise `Invalid`."""
    try:
        return Party(text)
    except ValueError:
        raise Invalid(f"by: got {text[:40]!r}, expected one of {', '.join(Party)}") from None


def _changed(
    session: Session, grant_id: str, state: State, who: Party, *, only_from: State | None = None
) -> GrantShown:
    session.require(_RIGHTS[who])
    if who is Party.LICENSEE:
        session.require_licensee(shown(session, grant_id).grant.licensee, Right.REQUEST)
    with act_on_grant(session, grant_id) as (tx, old):
        if only_from is not None and old.state is not only_from:
            raise GrantState(f"the grant is {old.state}, expected one that is {only_from}")
        if old.state is State.REQUESTED and state is State.GIVEN:
            raise RequestUnanswered
        _entered(session, tx, old, state, who, signature=_signature(session, tx, old, state, who))
    forget_phrases_of(session, old.speaker)
    return shown(session, grant_id)


def _signature(session: Session, tx: Connection, old: Grant, state: State, who: Party) -> str | None:
    """Return the speaker's signature, by the key that Sayso keeps, under a change that they make.

    None where there is no key here to sign with, and none is needed to take something away.
    """
    if who is not Party.SPEAKER or not old.speaker:
        return None
    try:
        known = consents.get_speaker(tx, old.speaker).public_key is not None
        return sign(_change(tx, old, state).document(), key_of(session, tx, old.speaker)) if known else None
    except SaysoError:  # a key that is lost or damaged keeps nobody from taking away
        if state is State.GIVEN:
            raise
        return None


def _change(tx: Connection, old: Grant, state: State) -> StateChange:
    return StateChange(old.grant_id, old.version, next_number(tx, old.grant_id), state)


def _entered(
    session: Session, tx: Connection, old: Grant, state: State, who: Party, *, signature: str | None = None
) -> None:
    moment = now()
    changes.change_state(tx, old.grant_id, state, who=who, at=moment, signature=signature)
    committed = None
    if signature is not None:
        committed = session.vault.commit(old.speaker, signature.encode(), domain=Domain.SIGNATURE)
    changed = GrantChanged(state=state, who=who, version=old.version, signature=committed)
    enter(session, tx, changed, stamp(moment), speaker=old.speaker, grant=old.grant_id)
