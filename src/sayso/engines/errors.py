"""What engines can fail with."""

from __future__ import annotations

from sayso.errors import Conflict, Invalid, NotFound, Refused


class EngineUnknown(NotFound):
    """No engine of this name is installed."""


class EngineUnfit(Conflict):
    """The installed plugin does not meet the Engine protocol."""


class CannotClone(Conflict):
    """The engine has stock voices only; choose one that clones, such as kokoro."""


class TeacherMissing(CannotClone):
    """The engine has a stock voice, and students of cloned voices; name a voice of this speaker on kokoro to learn."""


class VoiceUnfit(Conflict):
    """The voice was made for another engine."""


class Unspeakable(Invalid):
    """The engine has no sound for this text."""


class SpeedInvalid(Invalid):
    """The speed is out of range."""


class PhonemesUnsupported(Invalid):
    """The engine says no word with given phonemes; write a respelling instead."""


class ReferenceUnfit(Invalid):
    """The recording to clone from is too short or too long for the engine."""


class CannotAlign(Conflict):
    """The engine does not know when it says which word; find the words in the sound instead."""


class LicenceRefused(Refused):
    """The licence of the engine's weights does not allow this use."""
