"""What can be wrong with a recording.

The tree::

    Invalid
     ├ EmptyAudio       no sound at all
     ├ CorruptAudio     damaged, or cut off before its declared end
     ├ UnknownFormat    no container that Sayso reads or writes
     ├ TooLong          longer than the caller allows
     ├ TooShort         less than the caller needs
     ├ SilentAudio      nothing to hear
     │  └ NoSpeech      something to hear, but nobody speaks
     ├ TooManyChannels  more than the container carries
     └ TagMalformed     a name or text that no tag may have
    NotFound
     └ AudioNotFound
    Unavailable
     └ AudioUnreadable
"""

from __future__ import annotations

from typing import Final

from sayso.errors import Invalid, NotFound, Unavailable

AGAIN: Final = "copy or record it again"
"""What to do about damage."""


class EmptyAudio(Invalid):
    """The recording holds no sound; record it again."""


class CorruptAudio(Invalid):
    """The recording is damaged or cut off; copy or record it again."""


class UnknownFormat(Invalid):
    """The file is in no format that Sayso knows."""


class TooLong(Invalid):
    """The recording is too long; cut it into parts."""


class RateTooLow(Invalid):
    """The recording has too few samples a second to hold speech; record it at 8,000 Hz or more."""


class TooShort(Invalid):
    """The recording is too short; record more."""


class SilentAudio(Invalid):
    """The recording is silent; check the microphone and record it again."""


class NoSpeech(SilentAudio):
    """Nobody speaks in the recording; check the microphone and record it again."""


class TooManyChannels(Invalid):
    """The signal has more channels than the container carries; mix it down first."""


class TagMalformed(Invalid):
    """The tag has a name or a text that files do not carry; correct it."""


class AudioNotFound(NotFound):
    """There is no such audio file."""


class AudioUnreadable(Unavailable):
    """The audio file cannot be read now; check who may read it."""
