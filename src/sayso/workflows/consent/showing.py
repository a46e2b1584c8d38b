"""Grants for people: terms, state now, what is left, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

from sayso.clock import now
from sayso.consent import Grant, State, minutes
from sayso.consent import store as consents
from sayso.consent.fields import ANY
from sayso.consent.state import GrantOrigin
from sayso.consent.store import GrantEvent
from sayso.database import Connection, sees_everything
from sayso.ids import GrantId, SpeakerId, parse_id
from sayso.workflows.installation.session import Session


@dataclass(frozen=True, slots=True)
class GrantShown:
    """One grant for people: its terms, its state now, what is left of it, and its history."""

    grant: Grant
    used_ms: int
    used_takes: int = 0
    events: tuple[GrantEvent, ...] = ()
    origin: GrantOrigin | None = None
    """Whose word stands behind the terms; None of a grant that was erased."""

    @property
    def state(self) -> State:
        """Return the state now."""
        return self.grant.state_at(now())


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
    origin = consents.origin_of(tx, grant.grant_id, grant.version)
    if not grant.speaker or _is_shared(tx, grant):
        return GrantShown(grant, 0, events=events, origin=origin)
    used = minutes.usage(tx, grant.speaker)
    return GrantShown(grant, used.ms.get(grant.grant_id, 0), used.takes.get(grant.grant_id, 0), events, origin)


def _is_shared(tx: Connection, grant: Grant) -> bool:
    """Return whether others use the grant too, so that its minutes tell what they made."""
    seen = {speaker.speaker_id for speaker in consents.list_speakers(tx) if not speaker.house}
    return grant.licensee == ANY and not sees_everything(tx) and grant.speaker not in seen
