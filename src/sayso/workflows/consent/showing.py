"""Grants for people: terms, state now, what is left, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sayso.clock import now, stamp
from sayso.consent import Grant, State, minutes
from sayso.consent import store as consents
from sayso.consent.store import GrantEvent
from sayso.database import Connection
from sayso.ids import GrantId, SpeakerId, parse_id
from sayso.units import MS_PER_MINUTE
from sayso.workflows.installation.session import Session


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


def listed(session: Session, speaker: str | None = None) -> list[GrantShown]:
    """Return every grant, or every one of ``speaker``, with its state now."""
    with session.read() as tx:
        if speaker is None:
            grants = consents.list_grants(tx)
        else:
            consents.get_speaker(tx, SpeakerId(parse_id("speaker", speaker)))
            grants = consents.grants_of(tx, SpeakerId(speaker))
        return [_shown(tx, grant) for grant in grants]


def shown(session: Session, grant_id: str) -> GrantShown:
    """Return one grant with its history; raise `GrantUnknown`."""
    with session.read() as tx:
        grant = consents.get_grant(tx, GrantId(parse_id("grant", grant_id)))
        return _shown(tx, grant, events=tuple(consents.history(tx, grant.grant_id)))


def _shown(tx: Connection, grant: Grant, *, events: tuple[GrantEvent, ...] = ()) -> GrantShown:
    if not grant.speaker:
        return GrantShown(grant, 0, events=events)
    used = minutes.usage(tx, grant.speaker)
    return GrantShown(grant, used.ms.get(grant.grant_id, 0), used.takes.get(grant.grant_id, 0), events)
