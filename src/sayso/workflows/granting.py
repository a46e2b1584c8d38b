"""Giving, showing and withdrawing grants, and saying why something would be permitted or refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sayso.clock import now, stamp
from sayso.consent import Action, Grant, Purpose, Request, State, fields, minutes
from sayso.consent import store as consents
from sayso.consent.ceiling import outer_of
from sayso.consent.decision import Why
from sayso.consent.decision import why as lay_open
from sayso.consent.disclosure import Disclosure
from sayso.consent.document import check_signature, document_of, read_document, read_signed_file, sign
from sayso.consent.errors import GrantInvalid, GrantState
from sayso.consent.state import Party
from sayso.consent.store import GrantEvent
from sayso.database import Connection
from sayso.errors import Invalid
from sayso.ids import GrantId, SpeakerId, parse_id
from sayso.ledger import Entry, append
from sayso.units import MS_PER_MINUTE
from sayso.workflows.commitments import terms_commitment
from sayso.workflows.home import Home
from sayso.workflows.signing import key_of
from sayso.workflows.terms import Terms
from sayso.workflows.voicebook import row_of

__all__ = [
    "GrantShown",
    "Question",
    "Terms",
    "amend",
    "approve",
    "draft",
    "draft_amended",
    "enter",
    "give",
    "listed",
    "note_death",
    "resume",
    "revoke",
    "shown",
    "suspend",
    "why",
    "withdraw",
]


@dataclass(frozen=True, slots=True)
class GrantShown:
    """One grant for people: its terms, its state now, what is left of it, and its history."""

    grant: Grant
    used_ms: int
    used_takes: int = 0
    events: tuple[GrantEvent, ...] = ()

    @property
    def state(self) -> State:
        """Return the state now."""
        return self.grant.state_at(now())

    def as_json(self) -> dict[str, Any]:
        """Return the JSON shape of a grant."""
        grant = self.grant
        left_ms = None if grant.max_ms is None else max(0, grant.max_ms - self.used_ms)
        return {
            "grant": grant.grant_id,
            "state": str(self.state),
            "speaker": grant.speaker or None,
            "licensee": grant.licensee,
            "purposes": [str(purpose) for purpose in grant.purposes],
            "project": grant.project,
            "languages": list(grant.languages),
            "actions": [str(action) for action in grant.actions],
            "since": stamp(grant.not_before),
            "until": stamp(grant.until) if grant.until else None,
            "minutes_used": round(self.used_ms / MS_PER_MINUTE, 3),
            "minutes_left": None if left_ms is None else round(left_ms / MS_PER_MINUTE, 3),
            "takes_used": self.used_takes,
            "takes_left": None if grant.max_takes is None else max(0, grant.max_takes - self.used_takes),
            **_rules(grant),
            "note": grant.note or None,
            "history": [{"state": str(e.state), "who": str(e.who), "at": stamp(e.at)} for e in self.events],
        }


def _rules(grant: Grant) -> dict[str, Any]:
    """Return the rest of the terms as they stand in the document."""
    terms = grant.terms()
    names = ("territories", "channels", "scripted_only", "blocked_words", "blocked_topics", "approved_texts")
    more = ("disclosure", "compensation", "sublicensing", "post_mortem", "notice_sha256", "notice_language")
    told = {name: terms[name] for name in (*names, *more, "outer", "ceiling")}
    return {"version": grant.version, **told}


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
    """Enter a document that the speaker signed: a new grant, or the next version of one.

    Raise `GrantInvalid` naming what is malformed, `SignatureRefused`, and as `give` does, changing nothing.
    """
    text, signature = read_signed_file(signed_file)
    grant = read_document(text)
    with home.database.write() as tx:
        check_signature(text, signature, consents.get_speaker(tx, grant.speaker).public_key)
        if grant.version == 1:
            _enter(home, tx, grant, signature)
        else:
            _amend(home, tx, grant, signature)
    home.log.integrate()
    return shown(home, grant.grant_id)


def withdraw(home: Home, grant_id: str) -> GrantShown:
    """Withdraw a grant for good, and log it; permits made before end at once. Raise `GrantUnknown`, `GrantState`."""
    return _changed(home, grant_id, State.WITHDRAWN, Party.SPEAKER)


def suspend(home: Home, grant_id: str, by: str = "speaker") -> GrantShown:
    """Stop a grant until whoever stopped it resumes it, and log it; permits made before end at once."""
    return _changed(home, grant_id, State.SUSPENDED, parse_party(by))


def resume(home: Home, grant_id: str, by: str = "speaker") -> GrantShown:
    """Let a suspended grant go on, and log it. Raise `GrantState` where somebody else suspended it."""
    return _changed(home, grant_id, State.GIVEN, parse_party(by), only_from=State.SUSPENDED)


def revoke(home: Home, grant_id: str, by: str = "operator") -> GrantShown:
    """End a grant for good by the operator's or the licensee's act, and log it; permits made before end at once."""
    return _changed(home, grant_id, State.REVOKED, parse_party(by))


def note_death(home: Home, speaker: str) -> None:
    """Note that a speaker has died: only grants for that time too still permit anything. Logged, without the name."""
    known, moment = SpeakerId(parse_id("speaker", speaker)), now()
    with home.database.write() as tx:
        consents.note_death(tx, known, at=moment)
        subject = home.vault.pseudonym(known, "consent:speaker:died")
        append(tx, Entry("consent:speaker:died", stamp(moment), None, {"subject": subject}))
    home.log.integrate()


def listed(home: Home, speaker: str | None = None) -> list[GrantShown]:
    """Return every grant, or every one of ``speaker``, with its state now."""
    with home.database.read() as tx:
        if speaker is None:
            grants = consents.list_grants(tx)
        else:
            consents.get_speaker(tx, SpeakerId(parse_id("speaker", speaker)))
            grants = consents.grants_of(tx, SpeakerId(speaker))
        return [_shown(tx, grant) for grant in grants]


def shown(home: Home, grant_id: str) -> GrantShown:
    """Return one grant with its history; raise `GrantUnknown`."""
    with home.database.read() as tx:
        grant = consents.get_grant(tx, GrantId(parse_id("grant", grant_id)))
        return _shown(tx, grant, events=tuple(consents.history(tx, grant.grant_id)))


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


def parse_party(text: str) -> Party:
    """Return who acts; raise `Invalid`."""
    try:
        return Party(text)
    except ValueError:
        raise Invalid(f"by: got {text[:40]!r}, expected one of {', '.join(Party)}") from None


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


def _bounded(tx: Connection, grant: Grant) -> Grant:
    """Return the grant as cut from the outer consent that has room for it, if the speaker has one."""
    outer = outer_of(consents.grants_of(tx, grant.speaker), grant)
    return grant if outer is None else replace(grant, ceiling=outer.grant_id)


def _enter(home: Home, tx: Connection, grant: Grant, signature: str) -> None:
    moment = now()
    consents.insert_grant(tx, grant, who=Party.SPEAKER, at=moment, signature=signature)
    facts: dict[str, str | int | bool] = {
        "subject": home.vault.pseudonym(grant.speaker, grant.grant_id),
        "licensee": grant.licensee,
        **_committed(home, grant, signature),
    }
    append(tx, Entry("consent:grant:given", stamp(moment), grant.grant_id, facts))


def _amend(home: Home, tx: Connection, grant: Grant, signature: str) -> None:
    moment = now()
    consents.amend(tx, grant, who=Party.SPEAKER, at=moment, signature=signature)
    facts = _committed(home, grant, signature)
    append(tx, Entry("consent:grant:amended", stamp(moment), grant.grant_id, facts))


def _committed(home: Home, grant: Grant, signature: str) -> dict[str, str | int | bool]:
    """Return what the ledger holds of a version: commitments to terms and signature, and the outer consent."""
    facts: dict[str, str | int | bool] = {
        "terms": terms_commitment(home, grant),
        "signature": home.vault.commit(grant.speaker, signature.encode(), domain="signature"),
        "version": grant.version,
    }
    return facts if grant.ceiling is None else {**facts, "outer": grant.ceiling}


def _changed(home: Home, grant_id: str, state: State, who: Party, *, only_from: State | None = None) -> GrantShown:
    moment = now()
    with home.database.write() as tx:
        old = _existing(tx, grant_id)
        if only_from is not None and old.state is not only_from:
            raise GrantState(f"the grant is {old.state}, expected one that is {only_from}")
        grant = consents.change_state(tx, GrantId(parse_id("grant", grant_id)), state, who=who, at=moment)
        append(tx, Entry(f"consent:grant:{state}", stamp(moment), grant.grant_id, {"who": str(who)}))
    home.log.integrate()
    return shown(home, grant_id)


def _shown(tx: Connection, grant: Grant, *, events: tuple[GrantEvent, ...] = ()) -> GrantShown:
    if not grant.speaker:
        return GrantShown(grant, 0, events=events)
    used = minutes.usage(tx, grant.speaker)
    return GrantShown(grant, used.ms.get(grant.grant_id, 0), used.takes.get(grant.grant_id, 0), events)
