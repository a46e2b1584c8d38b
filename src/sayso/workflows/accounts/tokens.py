"""Tokens of a trusted issuer, as sessions: whoever bears one has the rights of a key with the same words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from sayso.accounts import store as accounts
from sayso.accounts.actor import Actor, Role
from sayso.accounts.errors import OrganisationUnknown, TokenRefused
from sayso.accounts.issuer import TrustedIssuer
from sayso.accounts.secret import KEY_NAME
from sayso.clock import stamp
from sayso.consent import Purpose
from sayso.errors import Invalid
from sayso.ids import OWN_ORGANISATION
from sayso.workflows.installation.session import Session

if TYPE_CHECKING:
    from sayso.accounts.bearer import BearerTokens


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def trusted(session: Session) -> BearerTokens | None:
    """Return what reads the tokens of the issuer that the settings name; None where they name none.

    Raise `IssuerInvalid` for a file that names none.
    """
    file = session.settings.oidc_file
    if file is None:
        return None
    from sayso.accounts.bearer import BearerTokens  # noqa: PLC0415 - of the extra `server`

    return BearerTokens(TrustedIssuer.read(file), session.vault.operator_secret(KEY_NAME))


def borne(session: Session, tokens: BearerTokens, text: str) -> Session:
    """Return the session of whoever bears the token ``text``; raise `TokenRefused`, or as `BearerTokens.read` does."""
    bearer = tokens.read(text)
    if bearer.role is Role.OPERATOR and bearer.organisation != OWN_ORGANISATION:
        raise TokenRefused("token: got an operator of another organisation than the installation's own")
    try:
        for purpose in bearer.scope.purposes:
            Purpose(purpose)
        with session.as_installation().read() as tx:
            accounts.check_organisation(tx, bearer.organisation)
    except OrganisationUnknown:
        raise TokenRefused("token: got an organisation that is not here") from None
    except Invalid:
        raise TokenRefused("token: got a purpose that is none, expected paths such as audiobook/mystery") from None
    until = stamp(_EPOCH + timedelta(seconds=bearer.until_s))
    actor = Actor(bearer.role, bearer.organisation, bearer.credential, key=bearer.scope, until=until)
    return Session(session.installation, actor)
