"""How signing and reading content credentials says no."""

from __future__ import annotations

from sayso.errors import Bug, Conflict, Invalid, NotFound, Tampered, Unavailable


class ClaimMalformed(Invalid):
    """The claim is malformed; the message names the field."""


class ClaimMismatch(Bug):
    """The claim names another mark than the file carries."""


class CredentialsUnsupported(Invalid):
    """Files of this container cannot carry content credentials."""


class WrongContainer(Invalid):
    """The bytes are not a file of the container that was named."""


class AnchorsMalformed(Invalid):
    """The trust anchors are no PEM certificates."""


class ManifestMalformed(Invalid):
    """The bytes are no C2PA manifest store."""


class ParentBroken(Tampered):
    """The manifest of the file that this is made from is not as it was signed."""


class AlreadySigned(Conflict):
    """The file carries content credentials already; sign the sound as it was encoded."""


class SigningFailed(Unavailable):
    """The file could not be signed; check the signing certificate and its key."""


class CertificateMalformed(Invalid):
    """The file holds no certificate that can be read."""


class AuthorityExpired(Unavailable):
    """The root certificate of this installation is at its end; make a new root and publish it."""


class CertificateUnfit(Invalid):
    """The certificate cannot sign content credentials; the reasons say what it lacks."""


class KeyMismatch(Invalid):
    """The key is not that of the certificate; bring the key that the certificate was made for."""


class KeyFileInvalid(Invalid):
    """The key file holds no private key that can be used."""


class KeyFileExposed(Unavailable):
    """The key file can be read by others."""


class SlotUnknown(NotFound):
    """There is no such signing slot."""
