"""JSON shapes of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sayso.clock import now, stamp

if TYPE_CHECKING:
    from sayso.accounts.store import Credential, Organisation
    from sayso.workflows.accounts.credentials import Issued
    from sayso.workflows.accounts.organisations import Accounts


def accounts(found: Accounts) -> dict[str, Any]:
    """Return the shape of organisations and credentials."""
    return {
        "organisations": [_organisation(each) for each in found.organisations],
        "credentials": [credential(each) for each in found.credentials],
    }


def credential(found: Credential) -> dict[str, Any]:
    """Return the shape of a credential, without what proves it."""
    return {
        "credential": found.credential_id,
        "organisation": found.organisation_id,
        "role": str(found.role),
        "speaker": found.speaker_id,
        "created_at": found.created_at,
        "until": found.expires_at,
        "state": _state(found),
    }


def issued(made: Issued) -> dict[str, Any]:
    """Return the shape of a new credential, with its secret: the one time that it is shown."""
    return {**credential(made.credential), "secret": made.secret}


def _organisation(found: Organisation) -> dict[str, Any]:
    return {
        "organisation": found.organisation_id,
        "name": found.name,
        "licensees": list(found.licensees),
    }


def _state(found: Credential) -> str:
    if found.revoked_at is not None:
        return "revoked"
    return "valid" if stamp(now()) < found.expires_at else "expired"
