"""How the vault says no."""

from __future__ import annotations

from sayso.errors import Conflict, Invalid, NotFound, Refused, Tampered, Unavailable


class SealInvalid(Invalid):
    """What was to be sealed or opened is malformed."""


class SubjectUnknown(NotFound):
    """There is no key for this speaker here."""


class SubjectExists(Conflict):
    """The speaker has a key already."""


class BlobMissing(NotFound):
    """There is no such blob here."""


class Shredded(Refused):
    """A key that this needs was destroyed; nobody can read it again."""


class BlobTampered(Tampered):
    """The blob is not what was sealed."""


class FieldTampered(Tampered):
    """The sealed value is not what was sealed."""


class KeyTampered(Tampered):
    """The wrapped key does not open: it was altered, or the key-encryption key is not the one that wrapped it."""


class KekReplaced(KeyTampered):
    """The key-encryption key that wrapped this is not here: it was renewed meanwhile, or it is from another time."""


class KeysRolledBack(Tampered):
    """The key store is from before an erasure: it does not know that a key was destroyed."""


class KekMissing(Unavailable):
    """The key-encryption key is missing; restore it from its backup."""


class KekExposed(Unavailable):
    """The key-encryption key may have been read by others; make it private."""


class KeyMissing(Unavailable):
    """The key store does not hold a key that this needs; restore the key store from its backup."""


class BlobStoreUnavailable(Unavailable):
    """The blob store did not answer."""
