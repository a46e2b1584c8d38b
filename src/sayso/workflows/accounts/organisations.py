"""Organisations and the licensees that they hold. The ledger knows an organisation by its id, never by its name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from sayso.accounts import store as accounts
from sayso.accounts.errors import OrganisationInvalid
from sayso.accounts.rights import Right
from sayso.accounts.store import Credential, Organisation, normal
from sayso.clock import now, stamp
from sayso.ids import OWN_ORGANISATION, OrganisationId, new_id, parse_id
from sayso.ledger import append
from sayso.ledger.acts import LicenseeHeld, OrganisationAdded
from sayso.workflows.installation.rows import committed_account
from sayso.workflows.installation.session import Session

MAX_NAME_CHARS = 200


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts that who asks may see."""

    organisations: tuple[Organisation, ...]
    credentials: tuple[Credential, ...]


def add(session: Session, name: str) -> OrganisationId:
    """Add an organisation and return its id; raise `OrganisationInvalid` for a name that is none."""
    session.require(Right.ACCOUNTS)
    name = unicodedata.normalize("NFC", name).strip()
    if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise OrganisationInvalid(f"name: got {name[:40]!r}, expected 1 to {MAX_NAME_CHARS} printable characters")
    organisation, at = OrganisationId(new_id("organisation")), stamp(now())
    with session.act(organisation) as tx:
        accounts.insert_organisation(tx, organisation, name, at=at)
        rows = committed_account(session.vault, tx, "organisations", organisation)
        append(tx, OrganisationAdded(subject=organisation, rows=rows).entry(at))
    return organisation


def hold(session: Session, organisation: str, licensee: str) -> str:
    """Let the organisation hold the licensee, and return the licensee's name in its one form.

    Raise `OrganisationUnknown`, `LicenseeInvalid`, or `LicenseeTaken` where another organisation holds it.
    """
    session.require(Right.ACCOUNTS)
    known, name = OrganisationId(parse_id("organisation", organisation)), normal(licensee)
    with session.act(known, f"licensee {name}") as tx:
        accounts.check_organisation(tx, known)
        if accounts.hold(tx, known, name):
            rows = committed_account(session.vault, tx, "licensees", name)
            append(tx, LicenseeHeld(subject=known, licensee=name, rows=rows).entry(stamp(now())))
    return name


def listed(session: Session) -> Accounts:
    """Return the organisations and credentials that who asks may see, the installation's own organisation first."""
    with session.read() as tx:
        held = accounts.held_by(tx, OWN_ORGANISATION)
        credentials = tuple(accounts.list_credentials(tx))
        others = tuple(accounts.list_organisations(tx))
    is_seen = session.actor.organisation == OWN_ORGANISATION and session.actor.speaker is None
    own = (Organisation(OWN_ORGANISATION, session.settings.provider, "", held),) if is_seen else ()
    return Accounts((*own, *others), credentials)
