"""Asking for grants, giving and amending them."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike

from sayso.accounts.rights import Right
from sayso.clock import now, stamp
from sayso.consent import Grant, State, changes
from sayso.consent import store as consents
from sayso.consent.document import (
    STATE_FORMAT,
    check_signature,
    document_of,
    format_of,
    read_document,
    read_signed_file,
    sign,
)
from sayso.consent.errors import GrantInvalid, GrantState
from sayso.consent.state import GrantOrigin, Party
from sayso.database import Connection
from sayso.ids import GrantId, SpeakerId, parse_id
from sayso.ledger.acts import GrantAmended, GrantEntered, SpeakerDied
from sayso.vault.domains import Domain
from sayso.workflows.consent.acts import act_on_grant
from sayso.workflows.consent.changing import enter_change, resume, revoke, suspend, withdraw
from sayso.workflows.consent.commitments import script_commitment, terms_commitment
from sayso.workflows.consent.showing import GrantShown, listed, shown
from sayso.workflows.consent.signing import key_of
from sayso.workflows.consent.terms import Terms
from sayso.workflows.installation import rows
from sayso.workflows.installation.session import Session

__all__ = [
    "GrantShown",
    "Terms",
    "accept",
    "amend",
    "approve",
    "draft",
    "draft_accepted",
    "draft_amended",
    "enter",
    "give",
    "listed",
    "note_death",
    "request",
    "resume",
    "revoke",
    "shown",
    "suspend",
    "withdraw",
]


def give(session: Session, terms: Terms) -> GrantId:
    """Enter what the speaker grants, signed with the key that Sayso keeps for them; raises as `enter_grant` does."""
    return enter_grant(session, terms.grant())


def enter_grant(session: Session, grant: Grant) -> GrantId:
    """Enter a grant given by the speaker, signed with the key that Sayso keeps for them, and log it.

    A licence of a speaker with an outer consent is cut from it. Raise `GrantInvalid`, `SpeakerUnknown`, `SpeakerKey` or
    `CeilingExceeded`, changing nothing.
    """
    session.require(Right.CONSENT)
    with session.act(grant.speaker) as tx:
        grant = _bounded(tx, grant)
        _enter(session, tx, grant, sign(document_of(grant), key_of(session, tx, grant.speaker)))
    return grant.grant_id


def enter_dictated(session: Session, tx: Connection, grant: Grant) -> None:
    """Enter, in a transaction that is open, a grant that the speaker read aloud, signed with the key that Sayso keeps.

    Raise as `enter_grant` does.
    """
    session.require(Right.CONSENT)
    grant = _bounded(tx, grant)
    _enter(
        session, tx, grant, sign(document_of(grant), key_of(session, tx, grant.speaker)), origin=GrantOrigin.DICTATED
    )


def request(session: Session, terms: Terms) -> GrantId:
    """Enter what a licensee asks a speaker for, and log it; it permits nothing until the speaker accepts it.

    What the speaker's outer consent does not have room for is not even asked for. Raise `GrantInvalid`,
    `SpeakerUnknown` or `CeilingExceeded`, changing nothing.
    """
    session.require(Right.REQUEST)
    session.require_licensee(terms.licensee, Right.REQUEST)
    asked = replace(terms.grant(), state=State.REQUESTED)
    if asked.outer:
        raise GrantInvalid("outer: got an outer consent, expected a grant: what bounds all others nobody asks for")
    with session.act(asked.speaker) as tx:
        asked = _bounded(tx, asked)
        _enter(session, tx, asked, None, who=Party.LICENSEE)
    return asked.grant_id


def accept(session: Session, grant_id: str) -> GrantShown:
    """Give what was asked for, signed with the key that Sayso keeps for the speaker; log it.

    Raise `GrantState` for what is no request, `SpeakerKey` where the speaker keeps their own key, `CeilingExceeded`.
    """
    session.require(Right.CONSENT)
    with act_on_grant(session, grant_id) as (tx, grant):
        asked = _requested(grant)
        _accept(session, tx, asked, sign(document_of(asked), key_of(session, tx, asked.speaker)))
    return shown(session, grant_id)


def draft_accepted(session: Session, grant_id: str) -> bytes:
    """Return the document of a request for the speaker to sign; nothing is entered."""
    with session.read() as tx:
        return document_of(_requested(_existing(tx, grant_id)))


def draft(session: Session, terms: Terms) -> bytes:
    """Return the document of a grant for the speaker to sign; nothing is entered. Raise as `give` does."""
    grant = terms.grant()
    with session.read() as tx:
        consents.get_speaker(tx, grant.speaker)
        return document_of(_bounded(tx, grant))


def amend(session: Session, grant_id: str, terms: Terms) -> GrantShown:
    """Make the next version of a grant, with what ``terms`` say anew, signed and logged; permits made before end."""
    session.require(Right.CONSENT)
    with act_on_grant(session, grant_id) as (tx, old):
        grant = terms.amended(old)
        _amend(session, tx, grant, sign(document_of(grant), key_of(session, tx, grant.speaker)))
    return shown(session, grant_id)


def draft_amended(session: Session, grant_id: str, terms: Terms) -> bytes:
    """Return the document of a grant's next version for the speaker to sign; nothing is entered."""
    with session.read() as tx:
        return document_of(terms.amended(_existing(tx, grant_id)))


def approve(session: Session, grant_id: str, text: str, *, lexicon: str | PathLike[str] | None = None) -> GrantShown:
    """Approve one text under a grant that asks for it: a new version, signed. Only a commitment to it is kept.

    ``lexicon`` is the file that the text will be spoken with.
    """
    session.require(Right.CONSENT)
    with act_on_grant(session, grant_id) as (tx, old):
        if old.approved_texts is None:
            raise GrantInvalid("approval: the grant needs none, expected one that asks for approval of each text")
        approved = script_commitment(session, old.speaker, text, lexicon=lexicon)
        grant = replace(old, version=old.version + 1, approved_texts=(*old.approved_texts, approved))
        _amend(session, tx, grant, sign(document_of(grant), key_of(session, tx, grant.speaker)))
    return shown(session, grant_id)


def enter(session: Session, signed_file: bytes) -> GrantShown:
    """Enter what the speaker signed: a new grant, the next version of one, what was asked for, or a change of state.

    Raise `GrantInvalid` naming what is malformed, `SignatureRefused`, and as `give` does, changing nothing.
    """
    session.require(Right.CONSENT)
    text, signature = read_signed_file(signed_file)
    if format_of(text) == STATE_FORMAT:
        return enter_change(session, text, signature)
    grant = read_document(text)
    with session.act(grant.speaker) as tx:
        check_signature(text, signature, consents.get_speaker(tx, grant.speaker).public_key)
        if grant.version > 1:
            _amend(session, tx, grant, signature, origin=GrantOrigin.SIGNED)
        elif (asked := _asked_for(tx, grant)) is not None:
            _accept(session, tx, asked, signature, origin=GrantOrigin.SIGNED)
        else:
            _enter(session, tx, grant, signature, origin=GrantOrigin.SIGNED)
    return shown(session, grant.grant_id)


def note_death(session: Session, speaker: str) -> None:
    """Note that a speaker has died: only grants for that time too still permit anything. Logged, without the name."""
    session.require(Right.SPEAKERS)
    known, moment = SpeakerId(parse_id("speaker", speaker)), now()
    with session.act(known) as tx:
        consents.note_death(tx, known, at=moment)
        subject = session.vault.pseudonym(known, "consent:speaker:died")
        rows.enter(session, tx, SpeakerDied(subject=subject), stamp(moment), speaker=known)


def _existing(tx: Connection, grant_id: str) -> Grant:
    return consents.get_grant(tx, GrantId(parse_id("grant", grant_id)))


def _requested(asked: Grant) -> Grant:
    asked.require_readable()
    if asked.state is not State.REQUESTED:
        raise GrantState(f"the grant is {asked.state}, expected one that was asked for and not answered yet")
    return asked


def _asked_for(tx: Connection, grant: Grant) -> Grant | None:
    """Return the request that a signed document answers word by word; None where there is no such grant yet."""
    known = [each for each in consents.grants_of(tx, grant.speaker) if each.grant_id == grant.grant_id]
    if not known:
        return None
    asked = _requested(known[0])
    if document_of(asked) != document_of(grant):
        raise GrantInvalid("terms: got others than were asked for; decline it, and give a grant of your own")
    return asked


def _accept(
    session: Session, tx: Connection, asked: Grant, signature: str, *, origin: GrantOrigin = GrantOrigin.TYPED
) -> None:
    moment, who = now(), Party.SPEAKER
    changes.change_state(tx, asked.grant_id, State.GIVEN, who=who, at=moment, signature=signature, origin=origin)
    given = _entered(session, replace(asked, state=State.GIVEN), signature, origin)
    rows.enter(session, tx, given, stamp(moment), speaker=asked.speaker, grant=asked.grant_id)


def _bounded(tx: Connection, grant: Grant) -> Grant:
    """Return the grant as cut from the outer consent that has room for it, if the speaker has one."""
    outer = changes.outer_for(tx, grant)
    return grant if outer is None else replace(grant, ceiling=outer.grant_id)


def _enter(
    session: Session,
    tx: Connection,
    grant: Grant,
    signature: str | None,
    *,
    who: Party = Party.SPEAKER,
    origin: GrantOrigin = GrantOrigin.TYPED,
) -> None:
    moment = now()
    changes.insert_grant(tx, grant, who=who, at=moment, signature=signature, origin=origin)
    entered = _entered(session, grant, signature, origin)
    rows.enter(session, tx, entered, stamp(moment), speaker=grant.speaker, grant=grant.grant_id)


def _entered(session: Session, grant: Grant, signature: str | None, origin: GrantOrigin) -> GrantEntered:
    """Return what the ledger holds of a grant that is asked for or given."""
    return GrantEntered(
        state=grant.state,
        licensee=grant.licensee,
        terms=terms_commitment(session, grant),
        version=grant.version,
        subject=session.vault.pseudonym(grant.speaker, grant.grant_id),
        signature=_committed(session, grant, signature),
        outer=grant.ceiling,
        origin=origin,
    )


def _amend(
    session: Session, tx: Connection, grant: Grant, signature: str, *, origin: GrantOrigin = GrantOrigin.TYPED
) -> None:
    moment = now()
    changes.amend(tx, grant, who=Party.SPEAKER, at=moment, signature=signature, origin=origin)
    amended = GrantAmended(
        terms=terms_commitment(session, grant),
        version=grant.version,
        signature=_committed(session, grant, signature),
        outer=grant.ceiling,
        origin=origin,
    )
    rows.enter(session, tx, amended, stamp(moment), speaker=grant.speaker, grant=grant.grant_id)


def _committed(session: Session, grant: Grant, signature: str | None) -> str | None:
    """Return the commitment to the signature under a version, None where nobody has signed."""
    return signature and session.vault.commit(grant.speaker, signature.encode(), domain=Domain.SIGNATURE)
