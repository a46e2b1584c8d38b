"""Actors of several roles and organisations, in one installation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from sayso.accounts import store as accounts
from sayso.accounts.actor import Actor, Role
from sayso.accounts.store import Credential
from sayso.clock import now, stamp
from sayso.database import metadata
from sayso.ids import OWN_ORGANISATION, CredentialId, OrganisationId, SpeakerId, new_id
from sayso.workflows.installation.session import Session

OTHER = OrganisationId("org_bbbbbbbbbbbbbbbb")
RIVAL = "Rival Radio"


def acting(session: Session, role: Role, organisation=OWN_ORGANISATION, speaker: str | None = None) -> Session:
    """Return the session as an actor of ``role`` has it, with a credential."""
    known = None if speaker is None else SpeakerId(speaker)
    blind = None if speaker is None else b"b" * 32
    credential = CredentialId(new_id("credential"))
    with session.act() as tx:
        accounts.insert_credential(
            tx, Credential(credential, organisation, role, known, b"h" * 32, stamp(now()), "2999-01-01T00:00:00.000Z")
        )
    return replace(session, actor=Actor(role, organisation, credential, known, blind))


def holding(session: Session, licensee: str, organisation=OTHER) -> None:
    """Let the organisation hold the licensee."""
    with session.act() as tx:
        accounts.hold(tx, organisation, licensee)


def state_of(session: Session) -> dict[str, list]:
    """Return every row of the state but those of the ledger."""
    with session.installation.database.read() as tx:
        return {
            name: sorted(map(repr, tx.execute(select(table)).all()))
            for name, table in metadata.tables.items()
            if not name.startswith("ledger_")
        }


def last_entry(session: Session):
    """Return the newest entry of the log."""
    session.integrate()
    return session.log.query()[-1].entry


@pytest.fixture
def rival(estate):
    """Return a producer of another organisation, which holds a licensee of its own."""
    holding(estate.session, RIVAL)
    return acting(estate.session, Role.PRODUCER, OTHER)
