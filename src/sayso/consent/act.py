"""What is done with a voice, what for, and how listeners learn that it is synthetic."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, Self

from sayso.errors import Invalid

ANY: Final = "*"
"""The purpose that covers every other; for house grants only."""

_MAX_DEPTH: Final = 8
_SEGMENT: Final = r"[a-z0-9][a-z0-9-]{0,63}"
_PATH: Final = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT}){{0,{_MAX_DEPTH - 1}}}")


class Action(StrEnum):
    """What may be done with a voice."""

    CLONE = "clone"
    SYNTHESIZE = "synthesize"
    STREAM = "stream"
    CONVERT = "convert"
    MARK = "mark"
    PUBLISH = "publish"
    EXPORT = "export"
    TRAIN = "train"


DONE_WITH_A_VOICE: Final = {
    Action.CLONE: "make a copy of your voice on a computer",
    Action.SYNTHESIZE: "let the copy speak texts that were written before",
    Action.STREAM: "let the copy speak live, as it goes",
    Action.CONVERT: "make another person's speech sound like you",
    Action.MARK: "put hidden marks into the sound",
    Action.PUBLISH: "let other people hear the sound",
    Action.EXPORT: "take the copy of your voice to another place",
    Action.TRAIN: "teach other computer voices with yours",
}
"""What each action means to the speaker, in short, common words."""


class Purpose(str):
    """A path such as ``audiobook/mystery``: 1 to 8 segments of a-z, 0-9 and hyphens, or ``*`` for any.

    It is a string that was checked: comparing, hashing and writing it are those of its text.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Return the purpose that ``text`` spells; raise `Invalid` if it is no path."""
        if not isinstance(text, str) or (text != ANY and not _PATH.fullmatch(text)):
            raise Invalid(
                f"purpose: got {str(text)[:60]!r}, expected a path such as audiobook/mystery: "
                f"1 to {_MAX_DEPTH} segments of a-z, 0-9 and hyphens"
            )
        return super().__new__(cls, text)

    @property
    def depth(self) -> int:
        """Return how narrow the purpose is: its number of segments, 0 for ``*``."""
        return 0 if self == ANY else self.count("/") + 1

    def covers(self, other: str) -> bool:
        """Return whether what is allowed for this purpose is allowed for ``other``: itself and all below it."""
        return self in (ANY, other) or other.startswith(self + "/")


class Disclosure(StrEnum):
    """How it is said: aloud in the sound, in the file's credentials, or both."""

    SPOKEN = "spoken"
    METADATA = "metadata"
    BOTH = "both"

    @classmethod
    def of(cls, *, spoken: bool, metadata: bool) -> Self | None:
        """Return the disclosure of a clip that says it aloud, in its credentials, both or neither (None)."""
        ways = {(True, True): cls.BOTH, (True, False): cls.SPOKEN, (False, True): cls.METADATA}
        return ways.get((spoken, metadata))

    def gives(self, wanted: Disclosure) -> bool:
        """Return whether this says it in the way that is ``wanted``, or in more."""
        return self in (Disclosure.BOTH, wanted)
