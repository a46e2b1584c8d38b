"""Asking for grants and giving them, and saying why something would be permitted or refused."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sayso.clock import now, stamp
from sayso.consent import Action, Grant, Purpose, Request, State, fields, minutes
from sayso.consent import store as consents
from sayso.consent.ceiling import outer_of
from sayso.consent.decision import Why
from sayso.consent.decision import why as lay_open
from sayso.consent.disclosure import Disclosure
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
from sayso.consent.state import Party
from sayso.database import Connection
from sayso.errors import Invalid
from sayso.ids import GrantId, SpeakerId, parse_id
from sayso.ledger import Entry, append
from sayso.workflows.changing import enter_change, resume, revoke, suspend, withdraw
from sayso.workflows.commitments import terms_commitment
from sayso.workflows.home import Home
from sayso.workflows.showing import GrantShown, listed, shown
from sayso.workflows.signing import key_of
from sayso.workflows.terms import Terms
from sayso.workflows.voicebook import row_of

__all__ = [
    "GrantShown",
    "Question",
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
    "why",
    "withdraw",
]


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody would like to do with a voice. Without ``text`` nothing is known of what would be said."""

    voice: str
    licensee: str
    purpose: str
    project: str | None = None
    language: str = "en"
    action: str = "synthesize"
    territory: str | None = None
    channel: str | None = None
    text: str | None = None
    topics: tuple[str, ...] | None = None
    sublicensee: str | None = None
    disclosure: str | None = None


def give(home: Home, terms: Terms) -> GrantId:
    """Enter what the speaker grants, signed with the key that Sayso keeps for them; raises as `enter_grant` does."""
    return enter_grant(home, terms.grant())


def enter_grant(home: Home, grant: Grant) -> GrantId:
    """Enter a grant given by the speaker, signed with the key that Sayso keeps for them, and log it.

    A licence of a speaker with an outer consent is cut from it. Raise `GrantInvalid`, `SpeakerUnknown`, `SpeakerKey` or
    `CeilingExceeded`, changing nothing.
    """
    with home.database.write() as tx:
        grant = _bounded(tx, grant)
        _enter(home, tx, grant, sign(document_of(grant), key_of(home, tx, grant.speaker)))
    home.log.integrate()
    return grant.grant_id


def request(home: Home, terms: Terms) -> GrantId:
    """Enter what a licensee asks a speaker for, and log it; it permits nothing until the speaker accepts it.

    What the speaker's outer consent does not have room for is not even asked for. Raise `GrantInvalid`,
    `SpeakerUnknown` or `CeilingExceeded`, changing nothing.
    """
    asked = replace(terms.grant(), state=State.REQUESTED)
    if asked.outer:
        raise GrantInvalid("outer: got an outer consent, expected a grant: what bounds all others nobody asks for")
    with home.database.write() as tx:
        asked = _bounded(tx, asked)
        _enter(home, tx, asked, None, who=Party.LICENSEE)
    home.log.integrate()
    return asked.grant_id


def accept(home: Home, grant_id: str) -> GrantShown:
    """Give what was asked for, signed with the key that Sayso keeps for the speaker; log it.

    Raise `GrantState` for what is no request, `SpeakerKey` where the speaker keeps their own key, `CeilingExceeded`.
    """
    with home.database.write() as tx:
        asked = _requested(tx, grant_id)
        _accept(home, tx, asked, sign(document_of(asked), key_of(home, tx, asked.speaker)))
    home.log.integrate()
    return shown(home, grant_id)


def draft_accepted(home: Home, grant_id: str) -> bytes:
    """Return the document of a request for the speaker to sign; nothing is entered."""
    with home.database.read() as tx:
        return document_of(_requested(tx, grant_id))


def draft(home: Home, terms: Terms) -> bytes:
    """Return the document of a grant for the speaker to sign; nothing is entered. Raise as `give` does."""
    grant = terms.grant()
    with home.database.read() as tx:
        consents.get_speaker(tx, grant.speaker)
        return document_of(_bounded(tx, grant))


def amend(home: Home, grant_id: str, terms: Terms) -> GrantShown:
    """Make the next version of a grant, with what ``terms`` say anew, signed and logged; permits made before end."""
    with home.database.write() as tx:
        grant = terms.amended(_existing(tx, grant_id))
        _amend(home, tx, grant, sign(document_of(grant), key_of(home, tx, grant.speaker)))
    home.log.integrate()
    return shown(home, grant_id)


def draft_amended(home: Home, grant_id: str, terms: Terms) -> bytes:
    """Return the document of a grant's next version for the speaker to sign; nothing is entered."""
    with home.database.read() as tx:
        return document_of(terms.amended(_existing(tx, grant_id)))


def approve(home: Home, grant_id: str, text: str) -> GrantShown:
    """Approve one text under a grant that asks for it: a new version, signed. Only a commitment to it is kept."""
    from sayso.synthesis import script  # noqa: PLC0415 - loads what a voice speaks with
    from sayso.workflows.speaking import commitment, phrased  # noqa: PLC0415

    with home.database.write() as tx:
        old = _existing(tx, grant_id)
        if old.approved_texts is None:
            raise GrantInvalid("approval: the grant needs none, expected one given with --approval")
        approved = commitment(home, old.speaker, script(phrased(text)))
        grant = replace(old, version=old.version + 1, approved_texts=(*old.approved_texts, approved))
        _amend(home, tx, grant, sign(document_of(grant), key_of(home, tx, grant.speaker)))
    home.log.integrate()
    return shown(home, grant_id)


def enter(home: Home, signed_file: bytes) -> GrantShown:
    """Enter what the speaker signed: a new grant, the next version of one, what was asked for, or a change of state.

    Raise `GrantInvalid` naming what is malformed, `SignatureRefused`, and as `give` does, changing nothing.
    """
    text, signature = read_signed_file(signed_file)
    if format_of(text) == STATE_FORMAT:
        return enter_change(home, text, signature)
    grant = read_document(text)
    with home.database.write() as tx:
        check_signature(text, signature, consents.get_speaker(tx, grant.speaker).public_key)
        if grant.version > 1:
            _amend(home, tx, grant, signature)
        elif (asked := _asked_for(tx, grant)) is not None:
            _accept(home, tx, asked, signature)
        else:
            _enter(home, tx, grant, signature)
    home.log.integrate()
    return shown(home, grant.grant_id)


def note_death(home: Home, speaker: str) -> None:
    """Note that a speaker has died: only grants for that time too still permit anything. Logged, without the name."""
    known, moment = SpeakerId(parse_id("speaker", speaker)), now()
    with home.database.write() as tx:
        consents.note_death(tx, known, at=moment)
        subject = home.vault.pseudonym(known, "consent:speaker:died")
        append(tx, Entry("consent:speaker:died", stamp(moment), None, {"subject": subject}))
    home.log.integrate()


def why(home: Home, question: Question) -> Why:
    """Return what would be decided, rule by rule; nothing is reserved, made or logged."""
    row = row_of(home, question.voice)
    request = Request(
        speaker=row.speaker_id,
        voice=row.voice_id,
        action=parse_action(question.action),
        licensee=question.licensee,
        purpose=Purpose(question.purpose),
        project=question.project,
        language=question.language,
        territory=question.territory,
        channel=question.channel,
        takes=1 if question.action == Action.SYNTHESIZE else 0,
        text=question.text,
        text_commitment=_text_commitment(home, row.speaker_id, question),
        topics=None if question.topics is None else tuple(Purpose(topic) for topic in question.topics),
        disclosure=parse_disclosure(question.disclosure),
        sublicensee=question.sublicensee,
    )
    with home.database.read() as tx:
        standing = consents.standing(tx, row.speaker_id, home.policies)
        used = minutes.usage(tx, row.speaker_id)
    return lay_open(
        request,
        grants=standing.policy,
        epoch=standing.epoch,
        now=now(),
        used_ms=used.ms,
        used_takes=used.takes,
        deceased=standing.deceased,
    )


def parse_action(text: str) -> Action:
    """Return the action named; raise `Invalid`."""
    try:
        return Action(text)
    except ValueError:
        raise Invalid(f"action: got {text[:40]!r}, expected one of {', '.join(Action)}") from None


def parse_disclosure(text: str | None) -> Disclosure | None:
    """Return the way of disclosure that is named, None for none; raise `Invalid`."""
    return fields.choice("disclosure", text, Disclosure)


def _text_commitment(home: Home, speaker: SpeakerId, question: Question) -> str:
    if question.text is None:
        return ""
    from sayso.synthesis import script  # noqa: PLC0415 - loads what a voice speaks with
    from sayso.workflows.speaking import commitment, phrased  # noqa: PLC0415

    return commitment(home, speaker, script(phrased(question.text)))


def _existing(tx: Connection, grant_id: str) -> Grant:
    return consents.get_grant(tx, GrantId(parse_id("grant", grant_id)))


def _requested(tx: Connection, grant_id: str) -> Grant:
    asked = _existing(tx, grant_id)
    if asked.state is not State.REQUESTED:
        raise GrantState(f"the grant is {asked.state}, expected one that was asked for and not answered yet")
    return asked


def _asked_for(tx: Connection, grant: Grant) -> Grant | None:
    """Return the request that a signed document answers word by word; None where there is no such grant yet."""
    known = [each for each in consents.grants_of(tx, grant.speaker) if each.grant_id == grant.grant_id]
    if not known:
        return None
    asked = _requested(tx, grant.grant_id)
    if document_of(asked) != document_of(grant):
        raise GrantInvalid("terms: got others than were asked for; decline it, and give a grant of your own")
    return asked


def _accept(home: Home, tx: Connection, asked: Grant, signature: str) -> None:
    moment = now()
    consents.change_state(tx, asked.grant_id, State.GIVEN, who=Party.SPEAKER, at=moment, signature=signature)
    append(tx, Entry("consent:grant:given", stamp(moment), asked.grant_id, _told(home, asked, signature)))


def _bounded(tx: Connection, grant: Grant) -> Grant:
    """Return the grant as cut from the outer consent that has room for it, if the speaker has one."""
    outer = outer_of(consents.grants_of(tx, grant.speaker), grant)
    return grant if outer is None else replace(grant, ceiling=outer.grant_id)


def _enter(home: Home, tx: Connection, grant: Grant, signature: str | None, *, who: Party = Party.SPEAKER) -> None:
    moment = now()
    consents.insert_grant(tx, grant, who=who, at=moment, signature=signature)
    append(tx, Entry(f"consent:grant:{grant.state}", stamp(moment), grant.grant_id, _told(home, grant, signature)))


def _told(home: Home, grant: Grant, signature: str | None) -> dict[str, str | int | bool]:
    """Return what the ledger holds of a grant that is asked for or given."""
    subject = home.vault.pseudonym(grant.speaker, grant.grant_id)
    return {"subject": subject, "licensee": grant.licensee, **_committed(home, grant, signature)}


def _amend(home: Home, tx: Connection, grant: Grant, signature: str) -> None:
    moment = now()
    consents.amend(tx, grant, who=Party.SPEAKER, at=moment, signature=signature)
    facts = _committed(home, grant, signature)
    append(tx, Entry("consent:grant:amended", stamp(moment), grant.grant_id, facts))


def _committed(home: Home, grant: Grant, signature: str | None) -> dict[str, str | int | bool]:
    """Return what the ledger holds of a version: commitments to terms and signature, and the outer consent."""
    facts: dict[str, str | int | bool] = {"terms": terms_commitment(home, grant), "version": grant.version}
    if signature is not None:
        facts["signature"] = home.vault.commit(grant.speaker, signature.encode(), domain="signature")
    return facts if grant.ceiling is None else {**facts, "outer": grant.ceiling}
