"""Keys of the API: credentials bound to a licensee, a purpose, voices and a rate, so that stock clients work."""

from __future__ import annotations

from collections.abc import Sequence

from sayso.accounts import store as accounts
from sayso.accounts.errors import CredentialInvalid, OrganisationUnknown
from sayso.accounts.rights import BOUND, Right
from sayso.accounts.store import Credential, normal
from sayso.accounts.terms import KeyScope
from sayso.clock import now, stamp
from sayso.consent import Purpose
from sayso.ids import OWN_ORGANISATION, PREFIXES, VoiceId
from sayso.voices.store import get_voice
from sayso.workflows.accounts import credentials, organisations
from sayso.workflows.accounts.credentials import Issued
from sayso.workflows.installation.session import Session


def add(
    session: Session,
    role: str,
    *,
    licensee: str,
    purpose: str,
    organisation: str | None = None,
    project: str | None = None,
    voices: Sequence[str] = (),
    rate: int = 0,
    until: str | None = None,
) -> Issued:
    """Issue a key for ``role`` in an organisation, named by its id or its name, and log it.

    ``voices`` are ids, each behind ``ALIAS=`` where it has one. A licensee that nobody holds is held by the
    organisation from now on. Raise `KeyScopeInvalid`, `CredentialInvalid`, `OrganisationUnknown`, `LicenseeTaken`,
    `VoiceUnknown` or `Invalid` naming the field.
    """
    session.require(Right.ACCOUNTS)
    place = _organisation(session, organisation)
    scope = KeyScope.of(normal(licensee), str(Purpose(purpose)), voices, project=project, rate=rate)
    if role == "speaker":
        raise CredentialInvalid("role: got speaker, whose credential names the speaker; expected another role")
    with session.read() as tx:
        for voice in scope.voices:
            get_voice(tx, VoiceId(voice))
    if role in BOUND:
        organisations.hold(session, place, scope.licensee)
    return credentials.issue(session, role, organisation=place, until=until, scope=scope)


def listed(session: Session) -> tuple[Credential, ...]:
    """Return the keys that who asks may see, revoked ones too, oldest first."""
    with session.read() as tx:
        return tuple(each for each in accounts.list_credentials(tx) if each.scope is not None)


def has_valid(session: Session) -> bool:
    """Return whether there is a key that is neither revoked nor expired."""
    at = stamp(now())
    return any(each.revoked_at is None and at < each.expires_at for each in listed(session))


def _organisation(session: Session, named: str | None) -> str:
    """Return the id of the organisation of this id or name; raise `OrganisationUnknown` where none or several are."""
    if named is None or named.startswith(f"{PREFIXES['organisation']}_"):
        return named or OWN_ORGANISATION
    with session.read() as tx:
        found = [each.organisation_id for each in accounts.list_organisations(tx) if each.name == named]
    if len(found) != 1:
        raise OrganisationUnknown(f"got {named[:40]!r}, expected the id of an organisation that is here, or its name")
    return found[0]
