"""How storage says no."""

from __future__ import annotations

from sayso.errors import Conflict, Invalid, NotFound, Refused, Tampered


class StoragePurposeUnknown(Invalid):
    """There is no such storage purpose."""


class ItemUnknown(NotFound):
    """Nothing is stored under this id here."""


class ItemReleasedAsClip(Conflict):
    """The item is a clip of this installation, which is released as a clip: signed and labelled."""


class ItemOfEndedGrant(Conflict):
    """The same sound is stored under a grant that does not hold now; clear up first."""


class StoredSoundTampered(Tampered):
    """A stored sound is not what its sheet says; restore it from a backup."""


class MarkOfAnother(Refused):
    """The recording carries the mark of a clip of another speaker, or one that cannot be read; name its speaker."""
