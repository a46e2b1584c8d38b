"""JSON shapes of accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sayso.accounts.terms import KeyScope
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


def key(found: Credential) -> dict[str, Any]:
    """Return the shape of a key of the API, without what proves it."""
    scope = KeyScope.decode(found.scope or "")
    return {
        **credential(found),
        "licensee": scope.licensee,
        "purpose": scope.purpose,
        "project": scope.project,
        "voices": list(scope.voices),
        "aliases": dict(scope.aliases),
        "rate": scope.rate,
    }


def key_issued(made: Issued) -> dict[str, Any]:
    """Return the shape of a new key, which is shown this once."""
    return {"key": made.secret, **key(made.credential)}


def keys(listed: Iterable[Credential]) -> dict[str, Any]:
    """Return the shape of a list of keys."""
    return {"keys": [key(each) for each in listed]}


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
