"""How marking says no."""

from __future__ import annotations

from sayso.errors import Bug, Invalid, Refused, Tampered


class MarkInvalid(Invalid):
    """The mark id is malformed: expected 16 hexadecimal digits."""


class KeysInvalid(Invalid):
    """The mark keys are malformed or lack a part that is needed here."""


class ChunkMismatch(Invalid):
    """The chunk does not continue what the session was given before."""


class SealBroken(Bug):
    """Marked audio was made outside the marking room."""


class ClipAltered(Tampered):
    """The clip in the vault is not the one that the ledger states was made."""


class FingerprintInvalid(Invalid):
    """The bytes are no fingerprint of a clip."""


class DetectorKeyInvalid(Invalid):
    """The file is no public detector key."""


class ChainUnknown(Invalid):
    """There is no such codec chain to check a mark through."""


class ProfileUnknown(Invalid):
    """There is no such profile of strength."""


class MarkWeak(Refused):
    """The mark would not survive the codecs that the policy names, however firmly it is written within its floor."""
