"""What can go wrong with accounts."""

from __future__ import annotations

from sayso.errors import Conflict, Invalid, NotFound, Refused, Unavailable


class OrganisationUnknown(NotFound):
    """There is no such organisation here."""


class OrganisationInvalid(Invalid):
    """The text is no name of an organisation."""


class LicenseeInvalid(Invalid):
    """The text is no name of a licensee."""


class LicenseeTaken(Conflict):
    """Another organisation holds this licensee."""


class LicenseeNotHeld(Refused):
    """The organisation that asks does not hold this licensee."""


class CredentialInvalid(Invalid):
    """The text is no credential, or no such credential can be issued."""


class KeyScopeInvalid(Invalid):
    """What a key is to be bound to is malformed; the message names the field."""


class CredentialUnknown(NotFound):
    """There is no such credential here."""


class CredentialVoid(Conflict):
    """The credential is revoked already."""


class CredentialExposed(Refused):
    """The file with the credential can be read by others."""


class CredentialRefused(Refused):
    """The credential proves nothing here: it is unknown, revoked or expired."""


class TokenRefused(CredentialRefused):
    """The token proves nothing here: its issuer, signature, audience or time is another, or its claims say nothing."""


class IssuerInvalid(Invalid):
    """The file that names an issuer of tokens is malformed; the message names the field."""


class IssuerUnavailable(Unavailable):
    """The keys of the issuer of tokens cannot be read."""


class PurposeNotOfKey(Refused):
    """The key of who asks is bound to other purposes."""


class VoiceNotOfKey(Refused):
    """The key of who asks is bound to other voices."""


class RoleRefused(Refused):
    """The role of who asks does not allow this."""
