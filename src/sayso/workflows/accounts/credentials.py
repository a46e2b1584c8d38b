"""Credentials: issued with a secret that is shown once, checked at each use, and revoked."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sayso.accounts import store as accounts
from sayso.accounts.actor import Actor, Role
from sayso.accounts.errors import CredentialExposed, CredentialInvalid, CredentialRefused, CredentialUnknown
from sayso.accounts.rights import Right
from sayso.accounts.secret import KEY_NAME, Presented
from sayso.accounts.store import Credential
from sayso.accounts.terms import KeyScope
from sayso.clock import now, parse_stamp, stamp
from sayso.consent import store as consents
from sayso.database import Connection
from sayso.ids import OWN_ORGANISATION, CredentialId, OrganisationId, SpeakerId, new_id, parse_id
from sayso.ledger import append
from sayso.ledger.acts import CredentialIssued, CredentialRevoked
from sayso.vault.domains import Domain
from sayso.vault.errors import Shredded, SubjectUnknown
from sayso.workflows.installation.rows import committed_account
from sayso.workflows.installation.session import Session

LIFETIME: Final = timedelta(days=365)
"""How long a credential is valid where nothing else is said."""

_MAX_BYTES: Final = 1024
_UNKNOWN: Final = "credential: got one that this installation does not know, expected one that it issued"


@dataclass(frozen=True, slots=True)
class Issued:
    """A new credential; ``secret`` is what its holder presents, and is kept nowhere."""

    credential: Credential
    secret: str = field(repr=False)


def issue(
    session: Session,
    role: str,
    *,
    organisation: str | None = None,
    speaker: str | None = None,
    until: str | None = None,
    scope: KeyScope | None = None,
) -> Issued:
    """Issue a credential for a role in an organisation, by default the installation's own, and log it.

    A speaker's credential is of the speaker's organisation. ``until`` is a date, by default in a year. With a ``scope``
    it is a key of the API, bound to that. Raise `CredentialInvalid` naming the field, `OrganisationUnknown` or
    `SpeakerUnknown`.
    """
    session.require(Right.ACCOUNTS)
    kind, end, moment = _role(role), _end(until), now()
    owner = None if speaker is None else SpeakerId(parse_id("speaker", speaker))
    if (kind is Role.SPEAKER) != (owner is not None):
        raise CredentialInvalid(f"speaker: got {speaker or 'none'}, expected one for the role speaker, and no other")
    asked = None if organisation is None else OrganisationId(parse_id("organisation", organisation))
    presented = Presented.new(CredentialId(new_id("credential")))
    key = session.vault.operator_secret(KEY_NAME)
    with session.act(owner or presented.credential) as tx:
        place = _organisation(tx, kind, asked, owner)
        bound = None if scope is None else scope.encode()
        made = Credential(presented.credential, place, kind, owner, b"", stamp(moment), stamp(end), scope=bound)
        made = replace(made, secret_hash=presented.digest(key, made.stands_for))
        accounts.insert_credential(tx, made)
        subject = _subject(session, made, CredentialIssued.TYPES[0])
        issued = CredentialIssued(
            subject=subject,
            credential=made.credential_id,
            role=kind,
            until=made.expires_at,
            rows=committed_account(session.vault, tx, "credentials", made.credential_id, owner),
        )
        append(tx, issued.entry(made.created_at))
    return Issued(made, presented.text)


def revoke(session: Session, credential: str) -> Credential:
    """Make a credential void from now on, and log it; raise `CredentialUnknown`, or `CredentialVoid` if it is so."""
    session.require(Right.ACCOUNTS)
    known, at = CredentialId(parse_id("credential", credential)), stamp(now())
    with session.act(known) as tx:
        found = accounts.get_credential(tx, known)
        if found is None:
            raise CredentialUnknown(f"got {known}, expected the id of a credential that was issued here")
        accounts.revoke_credential(tx, known, at=at)
        subject = _subject(session, found, CredentialRevoked.TYPES[0])
        rows = committed_account(session.vault, tx, "credentials", known, found.speaker_id)
        append(tx, CredentialRevoked(subject=subject, credential=known, rows=rows).entry(at))
    return replace(found, revoked_at=at)


def presented_by(session: Session, credential: str | None) -> Session:
    """Return the session of whose ``credential`` it is, or of whose lies in the file of the settings.

    Without either the session stays as it is. Raise as `presented_to` does, and `CredentialExposed` for a file that
    others can read.
    """
    text = credential or _read(session.settings.credential_file)
    return session if text is None else presented_to(session, text)


def presented_to(session: Session, text: str) -> Session:
    """Return the session of the actor whose credential ``text`` is.

    Raise `CredentialInvalid` for what is none, and `CredentialRefused` for one that is unknown, revoked or expired, or
    whose speaker was erased: nothing is done then.
    """
    presented = Presented.parse(text)
    found = session.installation.credential(presented.credential)
    key = session.vault.operator_secret(KEY_NAME)
    kept, stands_for = (None, "") if found is None else (found.secret_hash, found.stands_for)
    if not presented.matches(kept, key, stands_for) or found is None:
        raise CredentialRefused(_UNKNOWN)
    found.check(stamp(now()))
    return Session(session.installation, _actor(session, found))


def _read(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        with file.open("rb") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)  # of the open file: no other takes its place
            if mode & 0o077:
                raise CredentialExposed(f"{file} has mode {mode:04o}, expected 0600: others may have read it")
            return opened.read(_MAX_BYTES).decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialInvalid(f"the credential {file} cannot be read ({type(error).__name__})") from None


def _actor(session: Session, found: Credential) -> Actor:
    if found.speaker_id is None:
        key = None if found.scope is None else KeyScope.decode(found.scope)
        return Actor(found.role, found.organisation_id, found.credential_id, key=key)
    try:
        blind = session.vault.commit(found.speaker_id, found.credential_id.encode(), domain=Domain.CREDENTIAL)
    except (Shredded, SubjectUnknown):
        raise CredentialRefused("credential: got one of a speaker who was erased") from None
    return Actor(found.role, found.organisation_id, found.credential_id, found.speaker_id, bytes.fromhex(blind))


def _organisation(
    tx: Connection, role: Role, asked: OrganisationId | None, speaker: SpeakerId | None
) -> OrganisationId:
    own = OWN_ORGANISATION
    if speaker is not None:
        known = consents.get_speaker(tx, speaker)
        own = OrganisationId(known.organisation)
        if known.house:
            raise CredentialInvalid(f"speaker: got {speaker}, which is the house, expected a person")
    place = asked or own
    accounts.check_organisation(tx, place)
    if role in {Role.SPEAKER, Role.OPERATOR} and place != own:
        raise CredentialInvalid(f"organisation: got {place}, expected {own}, that of the {role}")
    return place


def _subject(session: Session, credential: Credential, context: str) -> str:
    """Return whom the entry of ``context`` is about: the organisation, or the speaker by a pseudonym."""
    speaker = credential.speaker_id
    return credential.organisation_id if speaker is None else session.vault.pseudonym(speaker, context)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise CredentialInvalid(f"role: got {text[:40]!r}, expected one of {', '.join(Role)}") from None


def _end(until: str | None) -> datetime:
    end = now() + LIFETIME if until is None else parse_stamp(until)
    if end <= now():
        raise CredentialInvalid(f"until: got {until}, expected a moment to come")
    return end
