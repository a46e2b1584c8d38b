"""What can go wrong with accounts."""

from __future__ import annotations

from sayso.errors import Conflict, Invalid, NotFound, Refused


class OrganisationUnknown(NotFound):
    """There is no such organisation here."""


class LicenseeInvalid(Invalid):
    """The text is no name of a licensee."""


class LicenseeTaken(Conflict):
    """Another organisation holds this licensee."""


class LicenseeNotHeld(Refused):
    """The organisation that asks does not hold this licensee."""


class CredentialInvalid(Invalid):
    """The file is no credential; `sayso account credential` writes one."""


class CredentialUnknown(NotFound):
    """There is no such credential here."""


class CredentialRefused(Refused):
    """The credential proves nothing here: it is unknown, revoked, or not as it was issued."""


class RoleRefused(Refused):
    """The role of who asks does not allow this."""
